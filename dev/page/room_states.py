"""Each state of the page by itself; what its pictures are called is in the decorators."""
from browser import OPEN
from scenes import PHONE, plain, scene, state
from stage import LONG, PEOPLE, SAID, T, Room


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


@plain("far-behind")
def behind(room):
    room.farther = True
    room.socket.close()
    room.page.locator("#banner b", has_text="Back.").wait_for()


@plain("opened-elsewhere")
def elsewhere(room):
    room.socket.close(code=4100, reason="replaced")
    room.page.locator("#banner b", has_text="opened again").wait_for()


@plain("name-not-had")
def name_taken(room):
    room.tell({"type": "error", "code": "bad_name", "message": "a name"})


@plain("a-little-fast")
def fast(room):
    room.writes = False
    room.page.locator("#box").press_sequentially("It has no way")
    room.page.locator("#banner", has_text="A little fast").wait_for()


@plain("switched-in-mid-draft")
def switched(room):
    room.page.locator("#box").press_sequentially("It has no way")
    room.page.keyboard.press("Alt+3")


@state()
def only_watching(page):
    Room(page)
    page.goto(page.url_of)
    page.locator("[value=watch]").click()


@state()
def name_too_long(page):
    Room(page, people=0)
    page.goto(page.url_of)
    page.locator("#name").fill("W" * 33)
    page.locator("#come-in").click()


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


@plain("message-erased")
def erased(room):
    room.happen({"type": "erased"})


@plain("reply-failed")
def broken(room):
    room.reply("", "error", error={"message": "the model is out of memory"})


@plain("reply-cut-at-its-length")
def too_much(room):
    room.reply("Tides are caused by", "length")


@plain("reply-withheld")
def filtered(room):
    room.reply("", "filtered")


@plain("operator-and-clock")
def modes(room):
    for mode in ({"mode": "slow", "every_ms": 30_000}, {"mode": "read_only"}, {"mode": "open"}):
        room.happen({"type": "room.mode", "by": "operator", **mode})
    for reason, more in (("depth", {"limit": 4}), ("muted", {}),
                         ("rate", {"scope": "minute", "limit": 20, "retry_ms": 40_000})):
        room.happen({"type": "reply.refused", "by": "companion", "to": [room.last],
                     "reason": reason, **more})
    room.happen({"type": "participant.renamed", "by": "wren", "name": "Ada"},
                {"type": "participant.left", "by": "wren", "reason": "gone"})


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
