"""What the page's scripts share: a browser, a verdict, and coming in."""
import os
import sys

from playwright.sync_api import Error, sync_playwright

WAIT_MS = 60_000  # a guard against hanging, not a measure
OPEN = "body[data-state=open][data-me]"


class Wrong(Exception):
    """The page is not as it must be."""


def launch(playwright, *options, **how):
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=["--no-sandbox", *options], **how)


def judge(name, play, *failures, **how):
    """Has `play(browser)` say what was shown, in a browser of its own; a process's exit status."""
    with sync_playwright() as playwright:
        browser = launch(playwright, **how)
        try:
            shown = play(browser)
        except (Wrong, Error, *failures) as failure:
            print(f"{name}: {failure}", file=sys.stderr)
            return 1
        finally:
            browser.close()
    print(f"{name}: {shown}")
    return 0


def visit(browser, url, errors, **look):
    """A page of its own; what goes wrong in it is added to `errors`."""
    page = browser.new_context(locale="en-GB", **look).new_page()
    page.set_default_timeout(WAIT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(url)
    return page


def come_in(page, name, visibility="live"):
    page.locator("#name").fill(name)
    page.locator(f"[name=first][value={visibility}]").check()
    page.locator("#come-in").click()
    page.wait_for_selector(OPEN)
    return page


def enter(browser, url, name, errors, visibility="live", **look):
    return come_in(visit(browser, url, errors, **look), name, visibility)


def say(page, text):
    """Puts text into the box at once, as a paste would, and sends it."""
    page.locator("#box").fill(text)
    page.locator("#box").press("Enter")
    page.wait_for_function("() => document.getElementById('box').value === ''")


def go_to(page, offset):
    """The slider at an offset, and what the page shows there, once it does."""
    page.evaluate("""(offset) => {
      const slider = document.getElementById("when");
      slider.value = offset;
      slider.dispatchEvent(new Event("input"));
    }""", offset)
    page.wait_for_function("""(offset) => {
      const { past } = document.documentElement.dataset;
      return past === String(offset);
    }""", arg=offset)
