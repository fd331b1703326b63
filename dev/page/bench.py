#!/usr/bin/env python3
"""Measures the page in a real browser, and prints one table.

    bench.py --typing URL --input CORPUS --verbatim BIN [--minutes 10] | --seek URL | --paint URL

--typing: 50 recorded people type at their own pace in the room `typing` for so many minutes, while
a page that shows them all counts tasks over 50 ms, frames, and the memory of its heap after a
collection. --seek: the slider of a room of 1,000,000 events to instants drawn by a seed, from the
slider's event to the frame that shows it. --paint: a fresh browser's first visit of a room of
10,000 messages, from the request to the first frame with the newest of them.
"""
import argparse
import random
import subprocess
import time

from playwright.sync_api import sync_playwright

from browser import enter, launch, visit
from time_machine import SEEK

PEOPLE = 50
SEEKS = 200
VISITS = 15
PERIODS = 10
WATCH = """() => {
  window.long = [];
  window.frames_seen = 0;
  new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "longtask" });
  const frame = () => { frames_seen++; requestAnimationFrame(frame); };
  frame();
}"""
FIRST = """() => {
  new MutationObserver((_, watch) => {
    if (!document.querySelector("#log [data-offset]")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
}"""


def share(numbers, part):
    return sorted(numbers)[min(len(numbers) - 1, int(len(numbers) * part))]


def row(what, value, goal, reached):
    print(f"| {what} | {value} | {goal} | {'reached' if reached else '**missed**'} |", flush=True)


def heap(session):
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def typing(browser, given):
    page = enter(browser, f"{given.typing}/rooms/typing", "Ines", [],
                 viewport={"width": 1280, "height": 800})
    session = page.context.new_cdp_session(page)
    drive = subprocess.Popen(
        [given.verbatim, "drive", "--input", given.input, "--server", given.typing, "--room",
         "typing", "--clients", str(PEOPLE), "--speed", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        page.wait_for_function("(most) => document.querySelectorAll('#cast li').length > most",
                               arg=PEOPLE)
        page.wait_for_timeout(5_000)
        page.evaluate(WATCH)
        began, heaps, events = time.monotonic(), [], int(page.locator("#newest").text_content()[1:])
        for _ in range(PERIODS):
            page.wait_for_timeout(given.minutes * 60_000 / PERIODS)
            # Tasks of the measurement itself are not the page's.
            before = page.evaluate("long.length")
            heaps.append(heap(session))
            page.wait_for_timeout(200)
            page.evaluate("(kept) => { long.length = kept; }", before)
        seconds = time.monotonic() - began
        long, frames = page.evaluate("[long, frames_seen]")
        events = int(page.locator("#newest").text_content()[1:]) - events
    finally:
        drive.kill()
        drive.wait()
    worst = f", the longest {max(long):.0f} ms" if long else ""
    row(f"{PEOPLE} typists at 1×, {events / seconds:.0f} events/s for {seconds / 60:.1f} min: "
        "tasks over 50 ms", f"{len(long)}{worst}; {frames / seconds:.0f} frames/s", "none",
        not long)
    third = max(1, PERIODS // 3)
    first, last = sum(heaps[:third]) / third, sum(heaps[-third:]) / third
    row("the heap after a collection, first and last third", f"{first:.1f} MB, {last:.1f} MB",
        "flat: + 10 % at most", last <= first * 1.1)


def seek(browser, given):
    page = enter(browser, f"{given.seek}/rooms/lobby", "Ines", [],
                 viewport={"width": 1280, "height": 800})
    last = int(page.locator("#newest").text_content()[1:])
    draw = random.Random(1)
    first = page.evaluate(SEEK, last // 2)
    took = [page.evaluate(SEEK, draw.randrange(last)) for _ in range(SEEKS)]
    p95 = share(took, 0.95)
    row(f"a seek in {last + 1:,} events, shown: p50, p95, longest of {SEEKS} "
        f"(the server's first: {first:.0f} ms)",
        f"{share(took, 0.5):.0f} ms, {p95:.0f} ms, {max(took):.0f} ms", "p95 ≤ 300 ms",
        p95 <= 300)


def paint(playwright, given):
    took = []
    for _ in range(VISITS):
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.add_init_script(f"({FIRST})()")
        page.goto(f"{given.paint}/rooms/lobby")
        page.wait_for_function("() => window.painted")
        took.append(page.evaluate("window.painted"))
        browser.close()
    row(f"first paint of a room with 10,000 messages: median, longest of {VISITS} first visits",
        f"{share(took, 0.5):.0f} ms, {max(took):.0f} ms", "≤ 500 ms", share(took, 0.5) <= 500)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--typing", metavar="URL")
    options.add_argument("--seek", metavar="URL")
    options.add_argument("--paint", metavar="URL")
    options.add_argument("--input")
    options.add_argument("--verbatim")
    options.add_argument("--minutes", type=float, default=10)
    given = options.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if given.seek:
            seek(browser, given)
        if given.typing:
            typing(browser, given)
        browser.close()
        if given.paint:
            paint(playwright, given)


if __name__ == "__main__":
    main()
