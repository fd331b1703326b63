#!/usr/bin/env python3
"""Looks with axe for what keeps people out of the page: light, dark, on a phone, zoomed.

    reach.py URL [--every]

Light, dark and on a phone, or in every look: the room with a draft and the past, in some the entry
and the list of keys. Exits 1
with every violation. Needs PyPI `axe-playwright-python`, from which only axe-core itself is taken.
"""
import argparse
import importlib.util
import pathlib
import secrets
import sys


from browser import Wrong, come_in, enter, judge, say, visit

FIRST = ["light", "dark", "phone"]
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "dark phone": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    "at 200 %": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}


def axe_core():
    package = importlib.util.find_spec("axe_playwright_python")
    root = pathlib.Path(package.submodule_search_locations[0])
    return next(root.rglob("axe*.min.js")).read_text()


def check(page, axe, where, found):
    page.evaluate(f"window.axe || (() => {{{axe}}})()")
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    for violation in page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]:
        node = violation["nodes"][0]
        found.append(f"{where}: {violation['id']} ({violation['impact']}) at {node['target']}: "
                     f"{node['failureSummary']}")


def play(browser, url, looks):
    axe, found, errors = axe_core(), [], []
    other = enter(browser, url, "Mara", errors)
    say(other, "Rivers are only nearly fresh.")
    other.locator("#box").fill("A little salt")
    for look in looks:
        page = visit(browser, url, errors, **LOOKS[look])
        page.wait_for_selector("#entry[open]")
        whole = look in ("light", "phone") and len(looks) > len(FIRST) or look == "light"
        if whole:
            check(page, axe, f"{look}, entry", found)
        come_in(page, "Ines")
        page.locator("#box").fill("mine")
        page.wait_for_selector("#now [data-draft]")
        check(page, axe, f"{look}, room", found)
        if whole:
            page.locator("#keys").click()
            page.wait_for_selector("#help[open]")
            check(page, axe, f"{look}, keys", found)
            page.keyboard.press("Escape")
        page.locator("#log a.time").last.click()
        page.wait_for_function("() => document.documentElement.dataset.past")
        check(page, axe, f"{look}, past", found)
        page.close()
    if found or errors:
        raise Wrong("\n".join(found + errors))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--every", action="store_true", help="every look, not only the first")
    options.add_argument("--room", default=f"reach-{secrets.token_hex(4)}")
    given = options.parse_args()
    looks = list(LOOKS) if given.every else FIRST
    url = f"{given.url.rstrip('/')}/rooms/{given.room}"
    shown = f"no violation in {', '.join(looks)}"
    return judge("reach", lambda browser: play(browser, url, looks) or shown)


if __name__ == "__main__":
    sys.exit(main())
