#!/usr/bin/env python3
"""Types as input methods, several tabs and wrong clocks do.

    methods.py URL

Event traces of compositions as three browsers give them, where Enter belongs to the input method:
nothing is sent by it, and the next Enter sends once. Somebody else's words during a composition
leave it alone. Half of a surrogate pair, then its other half. A message of just as many characters
as the server's limit, and one more. Two tabs of one person, of which one is closed. A page whose
clock is five hours off. Exits 1 with what was otherwise.
"""
import argparse
import secrets
import sys

from playwright.sync_api import Error

from browser import OPEN, Wrong, come_in, enter, judge, say

# What a browser tells the box while \u304b is composed and accepted by Enter: each list is one
# browser's order. A tuple is (event, its options); a plain text is what the box holds from then on.
TRACES = {
    "Chrome": [("keydown", {"key": "Process", "keyCode": 229, "isComposing": False}),
               ("compositionstart", {}), "k", ("input", {"isComposing": True}),
               "\u304b", ("input", {"isComposing": True}),
               ("keydown", {"key": "Enter", "keyCode": 229, "isComposing": True}),
               ("compositionend", {"data": "\u304b"})],
    "Firefox": [("keydown", {"key": "Process", "keyCode": 229}), ("compositionstart", {}),
                "\u304b", ("input", {"isComposing": True}),
                ("keydown", {"key": "Enter", "keyCode": 13, "isComposing": True}),
                ("compositionend", {"data": "\u304b"}), ("input", {"isComposing": False})],
    "Safari": [("compositionstart", {}), "\u304b", ("input", {"isComposing": True}),
               ("compositionend", {"data": "\u304b"}),
               ("keydown", {"key": "Enter", "keyCode": 229, "isComposing": False})],
}
PLAY = """(trace) => {
  const box = document.getElementById("box");
  box.focus();
  for (const step of trace) {
    if (typeof step === "string") { box.value = step; continue; }
    const [type, options] = step;
    const made = type === "input" ? InputEvent : type === "keydown" ? KeyboardEvent
      : CompositionEvent;
    box.dispatchEvent(new made(type, { bubbles: true, cancelable: true,
      inputType: "insertCompositionText", ...options }));
  }
}"""
SAID = """(by) => [...document.querySelectorAll(`#log [data-offset][data-by="${by}"] .words`)]
  .map((words) => words.textContent)"""
OPEN_ROWS = "(by) => document.querySelectorAll(`#now [data-by=\"${by}\"]`).length"


def me(page):
    return page.evaluate("document.body.dataset.me")


def expect(page, script, arg, right, what):
    """What a script gives in a page comes to be right."""
    try:
        page.wait_for_function(f"([arg, right]) => JSON.stringify(({script})(arg)) === right",
                               arg=[arg, right])
    except Error:
        raise Wrong(f"{what}: {page.evaluate(script, arg)!r}, not {right}")


def compositions(one, other):
    by, sent = me(one), []
    for browser, trace in TRACES.items():
        one.evaluate(PLAY, trace)
        if one.locator("#box").input_value() != "\u304b":
            raise Wrong(f"{browser}: Enter of the input method sent the words")
        one.locator("#box").press("Enter")
        sent.append('"\u304b"')
        expect(other, SAID, by, f"[{','.join(sent)}]", f"{browser}: messages")
    cdp = one.context.new_cdp_session(one)
    for composed in ("k", "\u304b"):
        cdp.send("Input.imeSetComposition", {
            "text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)})
        say(other, f"meanwhile {composed}")
        one.locator("#log .words", has_text=f"meanwhile {composed}").first.wait_for()
        if one.locator("#box").input_value() != composed:
            raise Wrong("somebody else's words broke a composition")
    cdp.send("Input.insertText", {"text": "\u4eee"})
    one.locator("#box").press("Enter")
    expect(other, SAID, by, f"[{','.join([*sent, chr(34) + chr(0x4eee) + chr(34)])}]", "messages")


def halves(one, other):
    """Half a pair is shown as a replacement; with its other half it is the character."""
    by = me(one)
    fill = """(text) => { const box = document.getElementById("box"); box.value = text;
      box.dispatchEvent(new InputEvent("input", { inputType: "insertText" })); }"""
    shown = "(by) => document.querySelector(`#now [data-by=\"${by}\"] .words`)?.textContent"
    for half, right in (("a\\ud83d", "a\ufffd"), ("a\\ud83c\\udf0a", "a\U0001f30a")):
        one.evaluate(f"({fill})('{half}')")
        expect(other, shown, by, f'"{right}"', "half a pair")
    one.locator("#box").press("Enter")


def limits(one, other):
    by = me(one)
    one.locator("#box").fill("\U0001f30a" * 8_001)
    one.locator("#box").press("Enter")
    if not one.locator("#notice", has_text="That is 8,001 characters").count():
        raise Wrong("a message over the limit is not told")
    one.locator("#box").press("Backspace")
    one.locator("#box").press("Enter")
    expect(other, f"(by) => ({SAID})(by).at(-1).length", by, "16000", "a message at the limit")


def tabs(one, other):
    """Two tabs of one person: two drafts, one name; present until the last is closed."""
    by = me(one)
    second = one.context.new_page()
    second.goto(one.url)
    if second.locator("#entry[open]").count():
        come_in(second, "Mara")
    second.wait_for_selector(OPEN)
    if me(second) != by:
        raise Wrong("a second tab is somebody else")
    one.locator("#box").fill("from the one")
    second.locator("#box").fill("from the other")
    expect(other, OPEN_ROWS, by, "2", "drafts of two tabs")
    second.close()
    one.locator("#box").press_sequentially(" still")
    expect(other, "(by) => [...document.querySelectorAll(`#now [data-by=\"${by}\"] .words`)]"
           ".some((words) => words.textContent === 'from the one still')", by, "true", "its draft")
    if other.locator("#cast bdi", has_text="Mara").count() != 1:
        raise Wrong("closing one of two tabs took the person out of the room")
    one.locator("#box").press("Enter")


def clocks(browser, url, other, errors):
    """A page whose clock is five hours ahead shows the room's order and times like anybody."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("{ const now = Date.now; Date.now = () => now() + 5 * 3_600_000; }")
    page.goto(url)
    come_in(page, "Wren")
    say(page, "late")
    say(other, "later")
    rows = """() => [...document.querySelectorAll("#log [data-offset]:not([data-reply])")].slice(-2)
      .map((row) => [".words", ".time"].map((part) => row.querySelector(part).textContent))"""
    page.locator("#log .words", has_text="later").first.wait_for()
    other.locator("#log .words", has_text="later").first.wait_for()
    if page.evaluate(rows) != other.evaluate(rows):
        raise Wrong(f"by its clock a page shows {page.evaluate(rows)}, not {other.evaluate(rows)}")


def play(browser, given):
    errors, url = [], f"{given.url}/rooms/{given.room}"
    one, other = (enter(browser, url, name, errors) for name in ("Mara", "Tomasz"))
    compositions(one, other)
    halves(one, other)
    limits(one, other)
    tabs(one, other)
    clocks(browser, url, other, errors)
    if errors:
        raise Wrong(f"errors in a page: {errors}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--room", default=f"methods-{secrets.token_hex(4)}")
    given = options.parse_args()
    given.url = given.url.rstrip("/")
    shown = "compositions, halves, limits, tabs and clocks are as they must be"
    return judge("methods", lambda browser: play(browser, given) or shown)


if __name__ == "__main__":
    sys.exit(main())
