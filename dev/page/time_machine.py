#!/usr/bin/env python3
"""Holds the page's time machine against `verbatim replay`.

    time_machine.py URL --data DIR --verbatim BIN [--room NAME] [--offsets 20] [--seed 1]

A page of the running server at URL, whose data directory is DIR, is taken to instants of a long
room by its slider. At each of them the page must show exactly the newest messages, the drafts with
their text and the digest that `verbatim replay --at` gives. Then event by event, played, found,
linked, and back to what is live without a reload. Prints how long a seek takes from the slider to
the first frame that shows it. Exits 1 with what differs.
"""
import argparse
import json
import random
import subprocess
import sys

from browser import Wrong, come_in, go_to, judge, visit

SHOWN = """() => ({
  items: [...document.querySelectorAll("#log [data-offset]")].map((row) =>
    [+row.dataset.offset, row.dataset.by, row.querySelector(".words")?.textContent]),
  drafts: [...document.querySelectorAll("#now [data-draft]")].map((row) =>
    [row.dataset.by, row.dataset.session, row.querySelector(".words").textContent]).sort(),
  digest: document.getElementById("digest").dataset.whole,
})"""
SEEK = """(offset) => new Promise((done, failed) => {
  const root = document.documentElement;
  const slider = document.getElementById("when");
  const began = performance.now();
  new MutationObserver((_, watch) => {
    if (root.dataset.past !== String(offset)) return;
    watch.disconnect();
    setTimeout(() => done(performance.now() - began)); // the mutation is in the frame's own turn
  }).observe(root, { attributes: true });
  setTimeout(failed, 60_000, new Error(`not shown: ${offset}`)); // a guard against hanging
  slider.value = offset;
  slider.dispatchEvent(new Event("input"));
})"""
PROVEN = """() => {
  const { at, whole } = document.getElementById("digest").dataset;
  return whole && at === document.documentElement.dataset.past;
}"""
ITEMS = 100  # as many as the page gets at first


def replayed(given, offset):
    out = subprocess.run(
        [given.verbatim, "replay", "--data", given.data, "--room", given.room, "--at", str(offset),
         "--format", "json"], check=True, capture_output=True, timeout=300).stdout
    state = json.loads(out)
    return {
        "items": [[item["offset"], item["by"], item["text"]] for item in state["items"]][-ITEMS:],
        "drafts": sorted([draft["by"], draft["session"], draft["text"]]
                         for draft in state["drafts"] if draft["text"] or draft["typing"]),
        "digest": state["digest"],
    }


def agrees(page, given, offset):
    page.wait_for_function(PROVEN)
    shown, expected = page.evaluate(SHOWN), replayed(given, offset)
    # Older ones are asked for as the page scrolls.
    shown["items"] = shown["items"][-ITEMS:]
    for part, right in expected.items():
        if shown[part] != right:
            raise Wrong(f"offset {offset}: {part} differ: the page has {shown[part]!r:.600}, "
                        f"replay has {right!r:.600}")


def at(page):
    return int(page.evaluate("document.documentElement.dataset.past"))


def moved(page, offset):
    page.wait_for_function("(old) => document.documentElement.dataset.past !== old",
                           arg=str(offset))
    return at(page)


def steps(page, given, last):
    """One event on and back, messages, playing; each time as replay has it."""
    middle = last // 2
    go_to(page, middle)
    page.locator("#on").click()
    forward = moved(page, middle)
    agrees(page, given, forward)
    page.locator("#back").click()
    agrees(page, given, moved(page, forward))
    go_to(page, middle)
    page.locator("#after").click()
    message = moved(page, middle)
    agrees(page, given, message)
    page.locator("#before").click()
    before = moved(page, message)
    if not before < message:
        raise Wrong(f"the message before #{message} is #{before}")
    go_to(page, middle)
    page.locator("#speeds input[value='64']").check(force=True)
    page.locator("#play").click()
    page.wait_for_function("(least) => +document.documentElement.dataset.past > least",
                           arg=middle + 100)
    page.locator("#play").click()
    page.wait_for_function(PROVEN)
    agrees(page, given, at(page))


def found(page, given):
    page.locator("#find").fill("SALT")
    page.locator("#find").press("Enter")
    page.wait_for_function("() => / of /.test(document.getElementById('finds').textContent)")
    page.wait_for_function(PROVEN)
    here = at(page)
    agrees(page, given, here)
    if "salt" not in page.evaluate(SHOWN)["items"][-1][2]:
        raise Wrong(f"nothing with the word at #{here}")


def linked(page, browser, url, errors, given):
    """The link of an instant shows anybody the same, and the way back loads nothing anew."""
    here = at(page)
    other = visit(browser, f"{url}#o={here}", errors)
    other.locator("[value=watch]").click()
    other.wait_for_function("(at) => document.documentElement.dataset.past === at", arg=str(here))
    agrees(other, given, here)
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.locator("#return").click()
    page.wait_for_function("() => !document.documentElement.dataset.past")
    if page.evaluate("document.body.dataset.kept") != "yes" or "#" in page.url:
        raise Wrong("the way back to live loaded the page anew")


def play(browser, url, given):
    errors = []
    page = come_in(visit(browser, url, errors, viewport={"width": 1280, "height": 800}), "Ines")
    last = int(page.locator("#newest").text_content()[1:])
    draw = random.Random(given.seed)
    print(f"time_machine: seed {given.seed}, {last + 1} events", file=sys.stderr)
    page.evaluate(SEEK, last - 1)
    took = []
    for offset in sorted(draw.sample(range(last), given.offsets), key=lambda _: draw.random()):
        took.append(page.evaluate(SEEK, offset))
        agrees(page, given, offset)
    steps(page, given, last)
    found(page, given)
    linked(page, browser, url, errors, given)
    if errors:
        raise Wrong(f"errors in a page: {errors}")
    took.sort()
    return (f"{given.offsets} instants of {last + 1} events agreed with replay; a seek took "
            f"{took[len(took) // 2]:.0f} ms, p95 {took[int(len(took) * 0.95) - 1]:.0f} ms")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--data", required=True)
    options.add_argument("--verbatim", required=True)
    options.add_argument("--room", default="lobby")
    options.add_argument("--offsets", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    url = f"{given.url.rstrip('/')}/rooms/{given.room}"
    return judge(
        "time_machine", lambda browser: play(browser, url, given), subprocess.SubprocessError)


if __name__ == "__main__":
    sys.exit(main())
