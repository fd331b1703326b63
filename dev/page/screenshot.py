#!/usr/bin/env python3
"""Plays a short scene in the lobby of a running server and takes its picture.

    screenshot.py URL OUT.png [--dark] [--phone]

Mara, Tomasz and Wren are real pages, typing with real keys. Needs PyPI `playwright` and
Debian's `chromium` (or CHROMIUM=/path/to/it).
"""
import argparse
import os

from playwright.sync_api import expect, sync_playwright

WAIT_MS = 60_000  # a guard against hanging, not a measure


def enter(context, url, name, visibility="live"):
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    page.locator("#name").fill(name)
    page.locator(f"[name=first][value={visibility}]").check()
    page.locator("#come-in").click()
    page.locator("body[data-state=open]").wait_for()
    page.locator("#cast bdi", has_text=name).first.wait_for()
    return page


def say(page, text, send=True):
    page.locator("#box").press_sequentially(text, delay=12)
    if send:
        page.locator("#box").press("Enter")
        expect(page.locator("#log .words", has_text=text).first).to_be_visible(timeout=WAIT_MS)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url")
    options.add_argument("out")
    options.add_argument("--dark", action="store_true")
    options.add_argument("--phone", action="store_true")
    given = options.parse_args()
    look = {
        "color_scheme": "dark" if given.dark else "light",
        "viewport": {"width": 390, "height": 844} if given.phone
        else {"width": 1280, "height": 800},
        "locale": "en-GB",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox"])
        scene = [browser.new_context(**look) for _ in range(3)]
        mara, tomasz = (enter(c, given.url, n) for c, n in zip(scene, ("Mara", "Tomasz")))
        wren = enter(scene[2], given.url, "Wren", "send")
        say(mara, "A child in my class asked why the sea is salty if every river that feeds it "
            "is fresh. I had nothing.")
        say(tomasz, "Rivers are only nearly fresh. A little salt, for a very long time.")
        say(wren, "so the sea is an append-only log 🌊", send=False)
        wren.locator("#box").press("Enter")
        expect(mara.locator("#log .words", has_text="append-only").first).to_be_visible(
            timeout=WAIT_MS)
        say(tomasz, "Nobody ever deletes anything, it just gets harder to drink.")
        # The model's reply, if one answers here, is waited for as far as its first words.
        if mara.evaluate("fetch('/version').then(a => a.json()).then(v => v.model)") != "none":
            mara.locator("[data-reply] .words", has_text=" ").first.wait_for()
        say(wren, "still here", send=False)
        say(mara, "Yes! It has no way out to the ocean", send=False)
        say(tomasz, "I’d tell them a river is only the rumour of salt, and the sea is everyone "
            "who ever believed which", send=False)
        for _ in range(5):
            tomasz.locator("#box").press("Backspace")
        tail = mara.locator("[data-draft] .words", has_text="believed")
        expect(tail).to_have_text("I’d tell them a river is only the rumour of salt, and the sea "
                                  "is everyone who ever believed", timeout=WAIT_MS)
        mara.screenshot(path=given.out)
        browser.close()


if __name__ == "__main__":
    main()
