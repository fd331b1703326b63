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

import room_states  # noqa: F401, which names its states
from browser import launch
from scenes import STATES


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
