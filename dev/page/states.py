#!/usr/bin/env python3
"""Takes a picture of every state of the page.

    states.py URL OUT [STATE…]

The page comes from the running server at URL; what its room says is said by this script in the
server's place, so that rare states stand still: a lost connection, a model that failed, a full
disk. Writes OUT/STATE.png for each; `states.py --list` names them.
"""
import argparse
import pathlib
import sys

from playwright.sync_api import sync_playwright

from browser import OPEN, launch
from stage import LONG, PEOPLE, SAID, T, Room, instant, strip

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
    room.type("mara", "", at=40, **{"del": 4, "kind": "delete"})
    room.veil("wren")
    room.type("tomasz", "I’d tell them a river is only the rumour of salt, and the sea is "
              "everyone who ever believed")
    page.locator("#box").press_sequentially("Yes! It has no way out to the ocean")


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
    page.route("**/activity?*", lambda route: route.fulfill(json=strip()))
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


@state()
def entry(page):
    Room(page, people=0)
    page.goto(page.url_of)


@state(PHONE)
def entry_phone(page):
    Room(page, people=0)
    page.goto(page.url_of)


@plain("connection-lost")
def lost(room):
    room.writes = False
    room.cut()
    room.page.locator("#box").press_sequentially("It has no way")
    room.page.locator("#banner b", has_text="Connection lost.").wait_for()


@plain("caught-up")
def back(room):
    room.cut()
    room.page.locator("#box").press_sequentially("It has no way")
    room.page.locator("#banner b", has_text="Connection lost.").wait_for()
    room.deaf = False
    room.page.locator("#banner button").click()
    room.page.wait_for_selector(OPEN)
    room.send("mara", "while you were away")
    room.page.locator("#banner b", has_text="Back.").wait_for()


@plain("history-gone")
def gone(room):
    room.epoch = "two"
    room.socket.close()
    room.page.locator("#banner b", has_text="Everything before").wait_for()


@plain("page-from-before")
def updated(room):
    room.version = "2"
    room.socket.close()
    room.page.locator("#banner b", has_text="updated").wait_for()


@plain("model-failed-over")
def failed(room):
    room.happen({"type": "provider.failed", "by": "companion", "provider": "a",
                 "model": "llama-3.3-70b", "waited_ms": 20000, "next": "qwen3-8b"})
    room.reply("The tide is the sea leaning towards the Moon")


@plain("reply-stopped")
def stopped(room):
    room.reply("Salt lowers the freezing point, which is why the sea", "stopped")


@plain("reply-cut-off")
def interrupted(room):
    room.reply("There are about thirty-five grams in every", "interrupted")


@plain("replies-used-up")
def used(room):
    room.send("mara", "Companion, and the Baltic?")
    room.happen({"type": "reply.refused", "by": "companion", "to": [room.last], "reason": "budget",
                 "scope": "room", "limit": 200})


@plain("message-hidden")
def hidden(room):
    room.send("nightbus", "BUY SALT CHEAP")
    room.happen({"type": "message.hidden", "by": "operator", "message": room.last,
                 "reason": "advertising"})


@plain("room-on-send")
def send_only(room):
    room.happen({"type": "room.mode", "by": "operator", "mode": "send_only"})
    room.veil("wren")
    room.page.locator("#box").press_sequentially("It has no outlet")


@plain("by-word-and-on-send")
def others(room):
    room.type("nightbus", "the kettle has")
    room.veil("wren")


@plain("reading-back", people=8, said=SAID * 4 + [
    ("wilma", "Names may be long; they take two lines, then an ellipsis."),
    ("bo", "http://" + "a" * 200)])
def reading_back(room):
    page = room.page
    page.locator("#stage").hover()
    page.mouse.wheel(0, -700)
    page.wait_for_selector("#below:not([hidden])")
    for text in ("one", "two", "three"):
        room.send("mara", text)
    room.type("mara", "four")
    room.type("tomasz", "five")
    page.locator("#below", has_text="3 new, 2 writing").wait_for()


@plain("own-box-by-word")
def own_word(room):
    room.page.keyboard.press("Alt+2")
    room.page.locator("#box").press_sequentially("It has no outlet, so the wa")


@plain("own-box-offline")
def own_offline(room):
    room.page.keyboard.press("Alt+3")
    room.cut()
    room.page.locator("#box").press_sequentially("It has no outlet, so the water")
    room.page.locator("#banner b", has_text="Connection lost.").wait_for()


@plain("no-room-on-disk")
def full(room):
    room.writes = False
    room.page.locator("#box").press_sequentially("It has")
    room.tell({"type": "error", "code": "unavailable", "message": "no space", "retry_ms": 60000})
    room.page.locator("#banner b", has_text="cannot take").wait_for()


@plain("long-draft")
def long_draft(room):
    room.type("mara", LONG)


@plain("eight-writers", people=8)
def eight(room):
    for index, (by, _, sees) in enumerate(PEOPLE):
        room.veil(by) if sees == "send" else room.type(by, SAID[index % len(SAID)][1])


@plain("too-long")
def too_long(room):
    room.page.locator("#box").fill("a" * 8_120)


@plain("muted")
def muted(room):
    room.happen({"type": "participant.muted", "by": "operator", "participant": "ines",
                 "until": T + 86_400_000_000, "reason": "flooding"})


@plain("keys")
def keys(room):
    room.page.locator("#keys").click()


@state(PHONE)
def cast_phone(page):
    scene(page)
    page.locator("#here").click()


@state(java_script_enabled=False)
def without_javascript(page):
    page.goto(page.url_of)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", nargs="?")
    options.add_argument("out", nargs="?", type=pathlib.Path)
    options.add_argument("states", nargs="*", metavar="STATE")
    options.add_argument("--list", action="store_true")
    given = options.parse_args()
    if given.list:
        print("\n".join(STATES))
        return
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in given.states or STATES:
            play, look = STATES[name]
            page = browser.new_context(locale="en-GB", timezone_id="UTC", **look).new_page()
            page.url_of = f"{given.url.rstrip('/')}/rooms/lobby"
            page.on("pageerror", lambda error: print(f"{name}: {error}", file=sys.stderr))
            play(page)
            page.wait_for_timeout(150)  # what moves has come to rest, ghosts are still there
            page.screenshot(path=given.out / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
