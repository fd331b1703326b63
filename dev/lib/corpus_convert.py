#!/usr/bin/env python3
"""Turns the recording `lh_default.csv` into the drive format: one typing session a line.

The recording holds the whole text box after every key; the drive format holds edits. Usage:
    corpus_convert.py RECORDING.csv OUTPUT.jsonl [--sessions N]
Counts go to stderr as one JSON object. docs/CORPUS.md describes the recording.
"""
import argparse
import csv
import datetime
import itertools
import json
import os
import sys

INSERTION_SCALARS_MAX = 4_000  # of one edit
TEXT_SCALARS_MAX = 8_000  # of one draft; a session with a longer text is left out
TYPED_SCALARS_MAX = 3  # a snapshot may have caught a few keys at once; more is a paste
PAUSE_MS_MAX = 10_000  # within a message whose box was filled beside another one
COUNTED = {"send": "messages", "discard": "discards", "edit": "edits"}
SNAPSHOT, SENT = "0", "1"  # values of the column event_for_message_type


def milliseconds(text, days={}):
    """`2018-09-21 07:13:54.270` as ms; only differences are used, so no time zone matters."""
    day = days.get(text[:10])
    if day is None:
        day = days[text[:10]] = datetime.date.fromisoformat(text[:10]).toordinal() * 86_400_000
    hours, minutes, seconds = int(text[11:13]), int(text[14:16]), int(text[17:19])
    return day + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + int(text[20:23])


def edit_between(before, after):
    """The smallest edit (at, deleted, inserted) by common prefix, then common suffix."""
    shorter = min(len(before), len(after))
    prefix = 0
    while prefix < shorter and before[prefix] == after[prefix]:
        prefix += 1
    suffix = 0
    while suffix < shorter - prefix and before[-1 - suffix] == after[-1 - suffix]:
        suffix += 1
    return prefix, len(before) - prefix - suffix, after[prefix : len(after) - suffix]


def kind_of(deleted, inserted):
    if deleted and inserted:
        return "other"  # typed over a selection, or an accent composed
    if deleted:
        return "delete"
    return "type" if len(inserted) <= TYPED_SCALARS_MAX else "paste"


def edits_between(before, after, time):
    """One edit, or several when more is inserted than one edit may hold."""
    at, deleted, inserted = edit_between(before, after)
    kind = kind_of(deleted, inserted)
    for start in range(0, max(len(inserted), 1), INSERTION_SCALARS_MAX):
        piece = inserted[start : start + INSERTION_SCALARS_MAX]
        yield {
            "t": time,
            "op": "edit",
            "at": at + start,
            "del": deleted if start == 0 else 0,
            "ins": piece,
            "kind": kind,
        }


def snapshots_and_end(rows):
    """The snapshots [(ms, text)] of one message, and the time it was sent or left."""
    snapshots = [(row["ms"], row["content"]) for row in rows if row["type"] == SNAPSHOT]
    sent = next((row for row in rows if row["type"] == SENT), None)
    if sent is None:  # a form: the message ends with its last row
        return snapshots, rows[-1]["ms"]
    if not snapshots or snapshots[-1][1] != "":
        sys.exit(f"message {rows[0]['message']}: no empty box before its send")
    return snapshots[:-1], sent["ms"]  # the last one shows the box that the send has emptied


class Session:
    """Events of one session, in order of its messages, on one clock that never goes back."""

    def __init__(self, name, counts):
        self.name, self.counts = name, counts
        self.events, self.start, self.clock, self.too_long = [], None, 0, False

    def add(self, rows):
        counts = self.counts
        snapshots, end = snapshots_and_end(rows)
        if not snapshots:
            counts["messages_never_typed"] += 1
            return
        if self.start is None:
            self.start = snapshots[0][0]
        # Boxes of a form were filled side by side; here one follows the other, each in its rhythm.
        # A long pause in such a box was spent in another one.
        moved = snapshots[0][0] - self.start < self.clock
        if moved:
            counts["messages_moved"] += 1
        else:
            self.clock = snapshots[0][0] - self.start
        text, before = "", snapshots[0][0]
        for time, content in [*snapshots, (end, None)]:
            self.clock += min(time - before, PAUSE_MS_MAX) if moved else time - before
            before = time
            if content is None:
                self.events.append({"t": self.clock, "op": "send" if text else "discard"})
            elif content == text:
                counts["snapshots_unchanged"] += 1
            else:
                self.too_long = self.too_long or len(content) > TEXT_SCALARS_MAX
                self.events += edits_between(text, content, self.clock)
                text = content


def rows_of(file):
    reader = csv.reader(file, strict=True)
    columns = {name: index for index, name in enumerate(next(reader))}
    session, message, kind, time, content = (
        columns[name]
        for name in ("session_id", "message_id", "event_for_message_type", "key_time", "content")
    )
    for row in reader:
        yield {
            "session": row[session],
            "message": row[message],
            "type": row[kind],
            "ms": milliseconds(row[time]),
            "content": row[content],
        }


def convert(recording, output, limit):
    counts = dict.fromkeys(
        "rows sessions messages discards edits sessions_empty sessions_too_long"
        " messages_never_typed messages_moved snapshots_unchanged".split(),
        0,
    )
    for name, session_rows in itertools.groupby(rows_of(recording), key=lambda row: row["session"]):
        if limit is not None and counts["sessions"] >= limit:
            break
        session = Session(name, counts)
        for _, group in itertools.groupby(session_rows, key=lambda row: row["message"]):
            rows = list(group)
            counts["rows"] += len(rows)
            session.add(rows)
        if session.too_long:
            counts["sessions_too_long"] += 1
        elif not session.events:
            counts["sessions_empty"] += 1
        else:
            counts["sessions"] += 1
            for event in session.events:
                counts[COUNTED[event["op"]]] += 1
            line = {"session": f"s{name}", "events": session.events}
            output.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return counts


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("recording")
    arguments.add_argument("output")
    arguments.add_argument("--sessions", type=int)
    flags = arguments.parse_args()
    unfinished = f"{flags.output}.{os.getpid()}"
    with open(flags.recording, encoding="utf-8", newline="") as recording:
        with open(unfinished, "w", encoding="utf-8", newline="") as output:
            counts = convert(recording, output, flags.sessions)
    os.replace(unfinished, flags.output)
    print(json.dumps(counts), file=sys.stderr)


if __name__ == "__main__":
    main()
