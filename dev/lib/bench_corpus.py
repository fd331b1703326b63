"""Interleaves the corpus as a room of N typists would log it.

    bench_corpus.py DRIVE_FILE TYPISTS   lines: milliseconds <tab> client's ms or - <tab> event
"""

import heapq
import json
import random
import sys

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def written(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def identity(count):
    return "".join(random.choice(ALPHABET) for _ in range(count))


class Typist:
    """One session after another, each under an identity of its own."""

    def __init__(self, sessions, start):
        self.sessions, self.start = sessions, start

    def play(self):
        for session in self.sessions:
            by, name = "p" + identity(12), identity(5)
            head = {"by": by, "session": name}
            sequence, draft, is_open, last = 0, 1, False, 0
            text = ""
            for event in session["events"]:
                last = event["t"]
                at = self.start + last
                sequence += 1
                place = {**head, "seq": sequence, "draft": draft}
                if event["op"] == "edit":
                    if not is_open:
                        yield at, None, {"type": "typing.started", **head, "draft": draft}
                        is_open = True
                    edit = {key: event[key] for key in ("at", "del", "ins", "kind")}
                    text = text[: edit["at"]] + edit["ins"] + text[edit["at"] + edit["del"] :]
                    yield at, last, {"type": "draft.edited", **place, **edit}
                    continue
                if event["op"] == "send":
                    yield at, last, {"type": "message.sent", **place, "text": text}
                else:
                    yield at, last, {"type": "draft.discarded", **place}
                reason = "sent" if event["op"] == "send" else "discarded"
                stopped = {"type": "typing.stopped", **head, "draft": draft, "reason": reason}
                yield at, None, stopped
                draft, is_open, text = draft + 1, False, ""
            self.start += last + 5_000


def main():
    path, typists = sys.argv[1], int(sys.argv[2])
    random.seed(typists)
    with open(path, encoding="utf-8") as file:
        sessions = [json.loads(line) for line in file]
    played = [
        Typist(sessions[slot::typists], 1_000 * slot).play() for slot in range(typists)
    ]
    for at, typed, event in heapq.merge(*played, key=lambda row: row[0]):
        print(at, "-" if typed is None else typed, written(event), sep="\t")


main()
