#!/usr/bin/env python3
"""Hides a message, and looks for its words wherever the page could still have them.

    hidden.py URL --data DIR --verbatim BIN

One page types a message with a secret word, deletes some of it and sends it; another reads it live,
finds it, and stands in the past at an instant that shows it when the operator hides it. From then
on the word may be in no page: not live, at no instant before or after, not played, not found, not
by a link, not in a page loaded anew or without JavaScript; and in nothing that HTTP gives. Exits 1
with where it was.
"""
import argparse
import json
import secrets
import subprocess
import sys
import urllib.request


from browser import Wrong, enter, go_to, judge, say, visit

WORD = "zanzibar"
HERE = f"() => document.documentElement.innerHTML.includes('{WORD}')"
GONE = f"() => !document.documentElement.innerHTML.includes('{WORD}')"


def get(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return answer.read().decode()


def clean(page, where):
    if page.evaluate(HERE):
        raise Wrong(f"the word is still there: {where}")


def found(page, count):
    page.locator("#find").fill(WORD)
    page.locator("#find").press("Enter")
    page.wait_for_function("(text) => document.getElementById('finds').textContent === text",
                           arg=count)


def before(writer, reader):
    """The word is typed, sent, read and found; the reader stands in the past where it was sent."""
    say(writer, "Anyone there?")
    writer.locator("#box").press_sequentially(f"the {WORD} of it all")
    for _ in range(4):
        writer.keyboard.press("Backspace")
    reader.wait_for_function(HERE)
    writer.keyboard.press("Enter")
    reader.locator("#log .words", has_text=WORD).wait_for()
    sent = int(reader.locator("#log .words", has_text=WORD).locator("xpath=..")
               .get_attribute("data-offset"))
    say(writer, "and harmless")
    reader.locator("#log .words", has_text="harmless").wait_for()
    go_to(reader, sent)
    found(reader, "1 of 1")
    reader.wait_for_function(HERE)
    return sent


def http(url, sent, last):
    copies = {f"transcript at {at}": get(f"{url}/transcript?at={at}", "application/json")
              for at in range(sent - 24, last + 1)}
    copies |= {path: get(f"{url}{path}") for path in (
        "", "/transcript", f"/transcript?at={sent}", "/messages?limit=200",
        "/events?from=0&limit=500", "/activity", f"/search?q={WORD}")}
    for where, copy in copies.items():
        if WORD in copy:
            raise Wrong(f"the word is still there: {where}")
    if json.loads(copies[f"/search?q={WORD}"])["hits"]:
        raise Wrong("the word is found by a search")


def after(browser, reader, writer, url, sent, errors):
    clean(writer, "live, with its writer")
    last = int(reader.locator("#newest").text_content()[1:])
    for offset in [*range(sent - 24, last + 1, 3), sent]:
        go_to(reader, offset)
        clean(reader, f"the past at {offset}")
    go_to(reader, sent - 24)
    reader.locator("#speeds input[value='64']").check(force=True)
    reader.locator("#play").click()
    for at in range(sent - 20, sent + 1, 5):
        reader.wait_for_function("(at) => +document.documentElement.dataset.past >= at", arg=at)
        clean(reader, f"played to {at}")
    found(reader, "nothing")
    reader.locator("#return").click()
    reader.wait_for_function("() => !document.documentElement.dataset.past")
    clean(reader, "back to live")
    linked = visit(browser, f"{url}#o={sent}", errors)
    linked.locator("[value=watch]").click()
    linked.wait_for_function("() => document.documentElement.dataset.past")
    linked.locator(f"#log [data-offset='{sent}'] .withheld").wait_for()
    clean(linked, "by a link")
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(url)
    clean_text = plain.locator("noscript").all_inner_texts()
    if any(WORD in text for text in clean_text):
        raise Wrong("the word is still there: without JavaScript")
    http(url, sent, last)
    return (last - sent + 25) // 3 + 1


def play(browser, given):
    errors, url = [], f"{given.url}/rooms/{given.room}"
    writer, reader = (enter(browser, url, name, errors) for name in ("Mara", "Tomasz"))
    sent = before(writer, reader)
    act = [given.verbatim, "moderate", "hide", given.room, str(sent), "--reason", "advertising"]
    subprocess.run([*act, "--data", given.data], check=True, capture_output=True, timeout=60)
    reader.wait_for_function(GONE)  # though it stands in the past
    writer.locator("#log .withheld", has_text="hidden").wait_for()
    instants = after(browser, reader, writer, url, sent, errors)
    if errors:
        raise Wrong(f"errors in a page: {errors}")
    return instants


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--data", required=True)
    options.add_argument("--verbatim", required=True)
    options.add_argument("--room", default=f"hidden-{secrets.token_hex(4)}")
    given = options.parse_args()
    given.url = given.url.rstrip("/")
    return judge("hidden", lambda browser: (
        f"the word is in no page at {play(browser, given)} instants, and in no answer"),
        OSError, subprocess.SubprocessError)


if __name__ == "__main__":
    sys.exit(main())
