"""How the states of the page are played: in a room that a script says in the server's place."""
from browser import OPEN
from stage import PEOPLE, SAID, T, Room, instant

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def come_in(page, visibility="live"):
    page.locator("#name").fill("Ines")
    page.locator(f"[name=first][value={visibility}]").check()
    page.locator("#come-in").click()
    page.wait_for_selector(OPEN)


def busy(room):
    """What the target pictures of the room show."""
    page = room.page
    room.happen({"type": "visibility.changed", "by": "wren", "session": "s", "seq": 1,
                 "visibility": "send"})
    room.reply()
    room.type("mara", "Could a lake do it too? The Dead Sea, which")
    room.veil("wren")
    room.type("tomasz", "I’d tell them a river is only the rumour of salt, and the sea is "
              "everyone who ever believed")
    page.locator("#box").press_sequentially("Yes! It has no way out to the ocean")
    room.type("mara", "", at=39, **{"del": 4, "kind": "delete"})


STATES = {}


def state(look=DESK, **more):
    def named(play):
        STATES[play.__name__.replace("_", "-")] = (play, {"viewport": look, **more})
        return play
    return named


def plain(name, **options):
    """A state of the room, in the room as it is after coming in."""
    def wrap(play):
        def whole(page):
            room = Room(page, **options)
            page.goto(page.url_of)
            come_in(page)
            play(room)
        STATES[name] = (whole, {"viewport": DESK})
        return play
    return wrap


def scene(page):
    room = Room(page)
    page.goto(page.url_of)
    come_in(page)
    busy(room)


STATES["room-light"] = (scene, {"viewport": DESK})
STATES["room-dark"] = (scene, {"viewport": DESK, "color_scheme": "dark"})
STATES["room-phone"] = (scene, {"viewport": PHONE, "has_touch": True})
STATES["room-320"] = (scene, {"viewport": {"width": 320, "height": 640}})
STATES["room-200-percent"] = (scene, {"viewport": {"width": 640, "height": 400}})
STATES["room-contrast"] = (scene, {"viewport": DESK, "contrast": "more"})
STATES["room-forced-colours"] = (scene, {"viewport": DESK, "forced_colors": "active"})


def past(page):
    page.route("**/transcript?*", lambda route: route.fulfill(
        json=instant("Rivers are only nearly fresh. A little salt, for a very ")))
    room = Room(page)
    page.goto(page.url_of)
    come_in(page)
    room.tell({"type": "events", "prev": room.last, "first": 48_219, "next": "c", "times": [T],
               "events": [{"type": "typing.started", "by": "mara", "session": "sssss",
                           "draft": 1}]})
    page.evaluate("location.hash = 'o=48113'")
    page.wait_for_function("() => document.documentElement.dataset.past")
    page.route("**/search?*", lambda route: route.fulfill(
        json={"hits": [{"offset": 47_362, "time": T}, {"offset": 48_113, "time": T}]}))
    page.locator("#find").fill("salt")
    page.locator("#find").press("Enter")
    page.wait_for_function("() => /of 2/.test(document.getElementById('finds').textContent)")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(300)


STATES["time-machine"] = (past, {"viewport": DESK})
STATES["time-machine-dark"] = (past, {"viewport": DESK, "color_scheme": "dark"})
STATES["time-machine-phone"] = (past, {"viewport": PHONE, "has_touch": True})


