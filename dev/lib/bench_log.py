"""Runs the measurements of dev/bench-log round by round and prints their table.

    bench_log.py BUILD SCRATCH ROUNDS MILLISECONDS

Ours and what it is compared with run one after the other in every round, so that both meet the
same disturbances; a ratio is the median of the rounds' ratios.
"""

import datetime
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

BUILD, SCRATCH = map(pathlib.Path, sys.argv[1:3])
ROUNDS, MILLISECONDS = map(int, sys.argv[3:5])
RECORDS_READ = 2_000_000
TAILS = 1_000
PER_APPEND = (1, 64, 1_000)


def run(program, *words):
    """The `name value` lines a measurement prints."""
    command = [str(BUILD / program), *map(str, words)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in map(str.split, out.splitlines())
            if name != "version"}


def fresh():
    path = SCRATCH / "log"
    shutil.rmtree(path, ignore_errors=True)
    return path


def ours(verb, *words):
    return run("release/LogBench", verb, fresh(), *words)


def sqlite(per):
    for path in SCRATCH.glob("rows*"):
        path.unlink()
    return run("sqlite_rows", SCRATCH / "rows", per, MILLISECONDS)


class Pairs:
    """Ours beside the other, a pair for each round."""

    def __init__(self):
        self.pairs = []

    def add(self, mine, other):
        self.pairs.append((mine, other))

    @property
    def mine(self):
        return statistics.median(pair[0] for pair in self.pairs)

    @property
    def other(self):
        return statistics.median(pair[1] for pair in self.pairs)

    @property
    def ratio(self):
        return statistics.median(mine / other for mine, other in self.pairs)

    @property
    def spread(self):
        ratios = [mine / other for mine, other in self.pairs]
        return f"{min(ratios):.2f}–{max(ratios):.2f}"


def measure():
    filled = SCRATCH / "filled"
    run("release/LogBench", "fill", filled, RECORDS_READ)
    segment = sorted((filled / "log" / "chat-0").glob("*.log"))[0]
    pairs = {name: Pairs() for name in (*PER_APPEND, "limit", "zeros", "raw zeros", "read")}
    costs = {"writer": [], "handoff": [], "handoff64": []}
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        for per in PER_APPEND:
            mine = ours("append", per, MILLISECONDS)
            pairs[per].add(mine["events/s"], sqlite(per)["events/s"])
            if per == 1_000:
                limit = run("raw_limit", "write", segment, SCRATCH / "raw", MILLISECONDS)
                pairs["limit"].add(mine["events/s"], limit["events/s"])
        zeros = ours("append", 1, MILLISECONDS)["appends/s"]
        pairs["zeros"].add(zeros, ours("grow", MILLISECONDS)["appends/s"])
        prewritten = run("raw_limit", "one", SCRATCH / "raw", MILLISECONDS, "zeros")
        growing = run("raw_limit", "one", SCRATCH / "raw", MILLISECONDS, "grow")
        pairs["raw zeros"].add(prewritten["appends/s"], growing["appends/s"])
        cost = ours("cpu", 1_000, 2_000)
        costs["writer"].append(cost["writer_us/event"])
        costs["handoff"].append(cost["handoff_us/event"])
        costs["handoff64"].append(ours("cpu", 64, 20_000)["handoff_us/event"])
        whole = run("release/LogBench", "read", filled)["events/s"]
        pairs["read"].add(whole, run("raw_limit", "decompress", segment)["events/s"])
    return pairs, costs


def number(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value:,.0f}"


def rows(pairs, costs, memory):
    goals = {1: 0.95, 64: 1.5, 1_000: 1.5}
    for per, goal in goals.items():
        found = pairs[per]
        yield (f"durable append, {per:,} per append", f"{number(found.mine)} events/s",
               f"{number(found.other)} SQLite", f"{found.ratio:.2f} × ({found.spread})",
               f"≥ {goal} ×", found.ratio >= goal)
    limit = pairs["limit"]
    yield ("durable append, 1,000 in flight", f"{number(limit.mine)} events/s",
           f"{number(limit.other)} raw limit", f"{limit.ratio:.2f} × ({limit.spread})",
           "≥ 0.7 ×", limit.ratio >= 0.7)
    yield ("the same, absolute", f"{number(limit.mine)} events/s", "", "",
           "≥ 2 M events/s", limit.mine >= 2e6)
    writer = statistics.median(costs["writer"])
    yield ("CPU per event besides the sync, 1,000 a batch", f"{writer:.3f} µs", "", "",
           "≤ 0.15 µs", writer <= 0.15)
    for name, turn in (("handoff", "1,000"), ("handoff64", "64")):
        cost = statistics.median(costs[name])
        yield (f"hand-off to the writer, {turn} a turn", f"{cost:.3f} µs", "", "", "≤ 0.1 µs",
               cost <= 0.1)
    for name, what in (("zeros", "syncs/s, one waiting record"), ("raw zeros", "the disk alone")):
        found = pairs[name]
        yield (f"{what}: zeros ahead", f"{number(found.mine)} /s", f"{number(found.other)} growing",
               f"{found.ratio:.2f} × ({found.spread})", "≥ 0.9 ×", found.ratio >= 0.9)
    read = pairs["read"]
    yield ("read from offset 0, decoded", f"{number(read.mine)} events/s",
           f"{number(read.other)} LZ4 alone", f"{read.ratio:.2f} × ({read.spread})", "≥ 0.4 ×",
           read.ratio >= 0.4)
    for typists in (16, 50):
        found = dict(map(str.split, (SCRATCH / "corpus" / f"{typists}.bytes").open()))
        rewritten, appended = (
            float(found[f"{name}_bytes/event"]) for name in ("rewritten", "appended"))
        strict = float(found["rewritten_bytes/keystroke"])
        yield (f"bytes an event, corpus, {typists} typists", f"{rewritten:.1f} rewritten",
               f"{appended:.1f} as appended, one a batch",
               f"{strict:.1f} a keystroke, all else charged to it", "≤ 25",
               rewritten <= 25 if (rewritten <= 25) == (strict <= 25) else None)
    yield (f"memory of writer and {TAILS:,} idle tails", f"{memory:.1f} MiB", "", "", "≤ 64 MiB",
           memory <= 64)


def main():
    memory = ours("memory", TAILS)["with_tails_MiB"]
    pairs, costs = measure()
    load = os.getloadavg()[0]
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown processor")
    now = datetime.datetime.now(datetime.timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} × {model}, Linux {os.uname().release}, "
          f"{ROUNDS} rounds of {MILLISECONDS} ms, load {load:.1f} at the end\n")
    print("| what | ours | against | ratio (least–most) | goal | |\n|---|---|---|---|---|---|")
    for *cells, holds in rows(pairs, costs, memory):
        verdict = {True: "reached", False: "**missed**", None: "an event yes, a keystroke no"}
        print("|", " | ".join(cells), "|", verdict[holds], "|")


main()
