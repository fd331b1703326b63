#!/usr/bin/env python3
"""Reads the recording and the converted corpus independently and compares them. Usage:
    corpus_check.py RECORDING.csv CORPUS.jsonl [--sessions N]

Asserted: the fold of every draft goes through exactly the snapshots of its message, in order, and
ends with the last one before its send; nothing is missing, doubled or out of order; every bound of
the drive format holds. Shares no code with the converter. Prints one line; exits 1 at a difference.
"""
import argparse
import csv
import json
import sys

KINDS = {"type", "delete", "paste", "other"}


def expected_drafts(path):
    """{session: [[snapshot, …] of each message that was typed]}, repeats taken out."""
    with open(path, encoding="utf-8", newline="") as file:
        messages = {}
        sent = set()
        for row in csv.DictReader(file):
            key = (int(row["session_id"]), int(row["message_id"]))
            texts = messages.setdefault(key, [])
            if row["event_for_message_type"] == "0":
                texts.append(row["content"])
            elif row["event_for_message_type"] == "1":
                sent.add(key)
    sessions = {}
    for key in sorted(messages):
        texts = messages[key][:-1] if key in sent else messages[key]
        changes = [text for before, text in zip([""] + texts, texts) if text != before]
        if changes:
            sessions.setdefault(f"s{key[0]}", []).append(changes)
    return sessions


def fold(events, where):
    """The texts each draft went through, and whether it was sent."""
    drafts, trail, text, clock = [], [], [], 0
    for event in events:
        assert event["t"] >= clock, f"{where}: time goes back at {event}"
        clock = event["t"]
        if event["op"] == "edit":
            at, gone, new = event["at"], event["del"], event["ins"]
            assert 0 <= at and 0 <= gone and at + gone <= len(text), f"{where}: outside: {event}"
            assert len(new) <= 4_000 and event["kind"] in KINDS, f"{where}: bounds: {event}"
            assert not any("\ud800" <= c <= "\udfff" for c in new), f"{where}: surrogate: {event}"
            text = text[:at] + list(new) + text[at + gone :]
            assert len(text) <= 8_000, f"{where}: too long: {event}"
            trail.append("".join(text))
        else:
            assert event["op"] in ("send", "discard"), f"{where}: unknown: {event}"
            drafts.append((trail, event["op"]))
            trail, text = [], []
    assert not text, f"{where}: the last draft has no end"
    return drafts


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("recording")
    arguments.add_argument("corpus")
    arguments.add_argument("--sessions", type=int)
    flags = arguments.parse_args()
    expected = expected_drafts(flags.recording)
    left_out = [name for name, d in expected.items() if any(len(t) > 8_000 for m in d for t in m)]
    for name in left_out:
        del expected[name]
    seen, messages, edits = set(), 0, 0
    with open(flags.corpus, encoding="utf-8") as file:
        for line in file:
            session = json.loads(line)
            name = session["session"]
            assert name not in seen, f"{name} appears twice"
            seen.add(name)
            drafts = fold(session["events"], name)
            assert len(drafts) == len(expected[name]), f"{name}: {len(drafts)} drafts"
            for number, ((trail, end), snapshots) in enumerate(zip(drafts, expected[name])):
                assert trail == snapshots, f"{name}, draft {number + 1}: {trail[-1:]!r}"
                assert end == ("send" if snapshots[-1] else "discard"), f"{name}: {end}"
                messages += end == "send"
                edits += len(trail)
    wanted = len(expected) if flags.sessions is None else min(flags.sessions, len(expected))
    assert len(seen) == wanted, f"{len(seen)} sessions, not {wanted}"
    print(f"corpus check: {len(seen)} sessions, {messages} messages, {edits} edits: equal",
          file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as difference:
        sys.exit(f"corpus check: {difference}")
