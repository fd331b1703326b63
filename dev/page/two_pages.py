#!/usr/bin/env python3
"""Types in one page and reads the other, after every key.

    two_pages.py URL [--room NAME] [--headed]

Two real pages in one room of the running server at URL. One is typed into with real key events:
letters, deletions, arrow keys and edits in mid-text, select and replace, cut, paste, undo, emoji
and right-to-left. After each key the other page must show exactly the text of the first one's box;
after a send both must show it settled, once. Exits 1 with the step, the expected and the seen text.
Needs PyPI `playwright` and Debian's `chromium` (or CHROMIUM=/path/to/it).
"""
import argparse
import secrets
import sys

from playwright.sync_api import Error

from browser import Wrong, judge

WAIT_MS = 15_000  # a guard against hanging, not a measure

SHOWN = """([by, text]) => {
  const row = document.querySelector(`[data-draft][data-by="${by}"] .words`);
  return (row ? row.textContent : "") === text;
}"""
SETTLED = """([by, text]) => [...document.querySelectorAll(`#log [data-offset][data-by="${by}"]`)]
  .filter((row) => row.querySelector(".words")?.textContent === text).length"""
SEEN = """(by) => [...document.querySelectorAll(`[data-by="${by}"]`)].slice(-3)
  .map((row) => `${row.id ? "sent" : "draft"}: ${row.querySelector(".words")?.textContent}`)
  .join(" | ")"""


class Pages:
    def __init__(self, browser, url, name_one="Mara", name_other="Tomasz"):
        self.errors = []
        self.one = self.enter(browser, url, name_one)
        self.other = self.enter(browser, url, name_other)
        self.by = self.one.evaluate("document.body.dataset.me")
        self.box = self.one.locator("#box")
        self.steps = 0

    def enter(self, browser, url, name):
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: self.errors.append(f"{name}: {error}"))
        page.on("console", lambda line: self.errors.append(f"{name}: {line.text}")
                if line.type == "error" else None)
        page.goto(url)
        page.locator("#name").fill(name)
        page.locator("#come-in").click()
        page.wait_for_selector("body[data-state=open][data-me]")
        page.locator("#cast bdi", has_text=name).first.wait_for()
        return page

    def shown(self, step):
        """The other page shows what the box of the first holds."""
        text = self.box.input_value()
        self.steps += 1
        try:
            self.other.wait_for_function(SHOWN, arg=[self.by, text], timeout=WAIT_MS)
        except Error:
            seen = self.other.evaluate(SEEN, self.by)
            raise Wrong(f"after {step!r}: expected {text!r}, the other page has {seen!r}")
        return text

    def press(self, key, times=1):
        for _ in range(times):
            self.one.keyboard.press(key)
            self.shown(key)

    def type(self, text):
        for character in text:
            if ord(character) < 0x250:
                self.one.keyboard.type(character)
            else:
                self.one.keyboard.insert_text(character)
            self.shown(character)

    def paste(self, text):
        # A real clipboard: the text is copied from the other tab's own box of this page.
        self.one.evaluate(
            """(text) => {
              const field = document.createElement("textarea");
              document.body.append(field);
              field.value = text;
              field.select();
              document.execCommand("copy");
              field.remove();
              document.getElementById("box").focus();
            }""", text)
        self.press("Control+v")

    def holds(self, text):
        if self.box.input_value() != text:
            raise Wrong(f"the box holds {self.box.input_value()!r}, not {text!r}")

    def send(self):
        text = self.box.input_value()
        self.one.keyboard.press("Enter")
        for name, page in (("own", self.one), ("other", self.other)):
            try:
                page.wait_for_function(f"(given) => ({SETTLED})(given) > 0", arg=[self.by, text])
            except Error:
                seen = page.evaluate(SEEN, self.by)
                raise Wrong(f"after sending {text!r}: the {name} page has {seen!r}")
            count = page.evaluate(SETTLED, [self.by, text])
            if count != 1:
                raise Wrong(f"{text!r} settled {count} times in the {name} page")
        self.other.wait_for_function(
            "(by) => !document.querySelector(`[data-draft][data-by=\"${by}\"]`)", arg=self.by)
        self.holds("")


def play(pages):
    pages.box.click()
    letters(pages)
    middles(pages)
    scripts(pages)
    composition(pages)
    piles(pages)


def letters(pages):
    # Letters, deletions, capitals, a new line.
    pages.type("Hello, wrld")
    pages.press("Backspace", 3)
    pages.type("orld!")
    pages.press("Shift+Enter")
    pages.type("Second line")
    pages.holds("Hello, world!\nSecond line")
    pages.send()


def middles(pages):
    # Arrow keys, edits in mid-text, words at a time, selections.
    pages.type("one three")
    pages.press("ArrowLeft", 5)
    pages.type("two ")
    pages.press("Delete", 5)
    pages.holds("one two ")
    pages.press("Home")
    pages.type("0 ")
    pages.press("Shift+ArrowRight", 3)
    pages.type("1")
    pages.press("Control+ArrowRight")
    pages.press("Control+Backspace")
    pages.press("End")
    pages.type("aaa")
    pages.press("ArrowLeft", 2)
    pages.type("aa")
    pages.press("Backspace")
    pages.press("Control+z")
    pages.press("Control+a")
    pages.press("Control+x")
    pages.press("Control+v")
    pages.press("Control+v")
    pages.press("Control+a")
    pages.type("r")
    pages.holds("r")
    pages.press("Backspace")


def scripts(pages):
    # Beyond the basic plane, joined emoji, combining marks, right to left, paste.
    pages.type("🌊🌋x")
    pages.press("ArrowLeft", 2)
    pages.press("Backspace")
    pages.type("👩🏽‍🚀")
    pages.press("Backspace")
    pages.press("End")
    pages.type("é e\u0301 שלום البحر 한글")
    pages.press("Home")
    pages.paste("👨‍👩‍👧 pasted\nin two lines 🇵🇱 ")
    pages.press("Backspace", 3)
    pages.press("Control+z")
    pages.press("Control+z")
    pages.press("Control+Shift+z")
    pages.press("End")
    pages.type(" end")
    pages.send()


def composition(pages):
    # An input method: what is composed shows as it is composed, Enter belongs to it.
    cdp = pages.one.context.new_cdp_session(pages.one)
    for composed in ("k", "か", "かn", "かな"):
        cdp.send("Input.imeSetComposition",
                 {"text": composed, "selectionStart": len(composed), "selectionEnd": len(composed)})
        pages.shown(f"composing {composed}")
    cdp.send("Input.insertText", {"text": "仮名"})
    pages.shown("composed")
    pages.holds("仮名")
    pages.type("x")
    pages.send()


def piles(pages):
    # Twenty marks upon a letter, and a control character: whole in the own box, and in the other
    # page eight marks and a picture.
    text, marks = "z" + "\u0301" * 20 + "x\x01y", "\u0301" * 8
    pages.one.keyboard.insert_text(text)
    pages.holds(text)
    pages.other.wait_for_function(SHOWN, arg=[pages.by, f"z{marks}x\u2401y"])
    pages.one.keyboard.press("Enter")
    for page in (pages.one, pages.other):
        page.wait_for_function(
            f"(given) => ({SETTLED})(given) === 1", arg=[pages.by, f"z{marks}x\u2401y"])
    pages.holds("")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--room", default=f"two-{secrets.token_hex(4)}")
    options.add_argument("--headed", action="store_true")
    given = options.parse_args()
    url = f"{given.url.rstrip('/')}/rooms/{given.room}"

    def shown(browser):
        pages = Pages(browser, url)
        play(pages)
        if pages.errors:
            raise Wrong(f"errors in a page: {pages.errors}")
        return f"the other page agreed after each of {pages.steps} keys"

    return judge("two_pages", shown, headless=not given.headed)


if __name__ == "__main__":
    sys.exit(main())
