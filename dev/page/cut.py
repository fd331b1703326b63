#!/usr/bin/env python3
"""Cuts the socket in mid-typing, again and again, and looks for what is lost or doubled.

    cut.py URL [--cuts 6] [--seed 1]

Two real pages type and send to each other through a proxy of this script, which breaks every
connection at moments drawn by the seed: between two keys, and while an event is under way. In the
end both pages and the server's own transcript must hold exactly what was typed and sent, in order,
once. Exits 1 with what differs.
"""
import argparse
import json
import random
import secrets
import socket
import sys
import threading
import urllib.request


from browser import Wrong, come_in, judge, visit

TEXTS = """(by) => [...document.querySelectorAll(`#log [data-offset][data-by="${by}"]`)]
  .map((row) => row.querySelector(".words").textContent)"""
DRAFT = """(by) => document.querySelector(`#now [data-draft][data-by="${by}"] .words`)
  ?.textContent ?? \"\""""


class Proxy:
    """Passes bytes on, until it is told to break everything that is open."""

    def __init__(self, host, port):
        self.to = (host, port)
        self.open = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            one, _ = self.listener.accept()
            other = socket.create_connection(self.to)
            for end in (one, other):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open |= {one, other}
            for pair in ((one, other), (other, one)):
                threading.Thread(target=self.pass_on, args=pair, daemon=True).start()

    def pass_on(self, one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            self.open.discard(one)

    def cut(self):
        with self.lock:
            ends, self.open = self.open, set()
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def typed(page, draw, proxy, cuts, text):
    """Types a text; the connections break behind some of its keys."""
    breaks = set(draw.sample(range(len(text)), cuts))
    for index, letter in enumerate(text):
        page.keyboard.insert_text(letter) if ord(letter) > 127 else page.keyboard.type(letter)
        if index in breaks:
            proxy.cut()
    return text


def play(browser, given, proxy):
    draw = random.Random(given.seed)
    print(f"cut: seed {given.seed}", file=sys.stderr)
    url = f"http://127.0.0.1:{proxy.port}/rooms/{given.room}"
    pages = [come_in(visit(browser, url, []), name) for name in ("Mara", "Tomasz")]
    ids = [page.evaluate("document.body.dataset.me") for page in pages]
    for page in pages:
        page.locator("#box").click()
    sent = [[], []]
    for round in range(given.cuts // 2):
        for index, page in enumerate(pages):
            page.bring_to_front()
            text = typed(page, draw, proxy, 1, f"round {round} of {index}: salt 🌊 é and more")
            page.keyboard.press("Backspace")
            page.keyboard.press("Enter")
            sent[index].append(text[:-1])
    drafts = [typed(page, draw, proxy, 1, f"a draft of {index}")
              for index, page in enumerate(pages)]
    for page in pages:
        for index, by in enumerate(ids):
            page.wait_for_function(f"([by, count]) => ({TEXTS})(by).length >= count",
                                   arg=[by, len(sent[index])])
            if page is not pages[index]:
                page.wait_for_function(f"([by, text]) => ({DRAFT})(by) === text",
                                       arg=[by, drafts[index]])
            if page.evaluate(TEXTS, by) != sent[index]:
                raise Wrong(f"a page has {page.evaluate(TEXTS, by)}, sent was {sent[index]}")
    request = urllib.request.Request(f"{given.url}/rooms/{given.room}/transcript",
                                     headers={"Accept": "application/json"})
    state = json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request))
    for index, by in enumerate(ids):
        texts = [item["text"] for item in state["items"] if item["by"] == by]
        if texts != sent[index]:
            raise Wrong(f"the server has {texts}, sent was {sent[index]}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url", help="a running server, http://127.0.0.1:8080")
    options.add_argument("--cuts", type=int, default=6)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--room", default=f"cut-{secrets.token_hex(4)}")
    given = options.parse_args()
    given.url = given.url.rstrip("/")
    host, port = given.url.removeprefix("http://").split(":")
    proxy = Proxy(host, int(port))
    shown = f"nothing lost and nothing doubled over {given.cuts // 2 * 2 + 2} cuts"
    return judge("cut", lambda browser: play(browser, given, proxy) or shown)


if __name__ == "__main__":
    sys.exit(main())
