"""Runs the measurements of dev/bench-replay round by round and prints their table.

    bench_replay.py BUILD DATA ROUNDS KEYSTROKES SCRATCH

Ours and what it is compared with run one after the other in every round; a ratio is the median of
the rounds' ratios. "One core" is one thread bound to one processor.
"""

import contextlib
import datetime
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

from bench_table import HEAD, ratio, row, run

BUILD, DATA = map(pathlib.Path, sys.argv[1:3])
ROUNDS, KEYSTROKES = map(int, sys.argv[3:5])
SCRATCH = pathlib.Path(sys.argv[5])
PAGE = 10_000
STREAM_ENTRIES = min(1_000_000, KEYSTROKES)
SEEKS = 200
ONE_CORE = {0}
SEGMENTS = sorted((DATA / "log" / "chat-0").glob("*.log"))


def words(*command, cores=None):
    """The `name value` lines that a measurement prints."""
    bind = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    out = subprocess.run([str(word) for word in command], check=True, capture_output=True,
                         text=True, preexec_fn=bind).stdout
    return dict(line.split(maxsplit=1) for line in out.splitlines() if " " in line)


def ours(verb, *more, cores=None):
    return words(BUILD / "release/ReplayBench", verb, DATA, *more, cores=cores)


@contextlib.contextmanager
def redis():
    """A Redis in memory, filled with as many values as STREAM_ENTRIES; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (BUILD / "redis.log").open("w")
    server = subprocess.Popen(
        [BUILD / "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
         "--appendonly", "no"], stdout=log, stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        values = BUILD / "replay-values"
        with values.open("wb") as file:
            subprocess.run([BUILD / "release/ReplayBench", "values", DATA, "100000"],
                           stdout=file, check=True)
        subprocess.run([BUILD / "redis_read", str(port), "fill", values, str(STREAM_ENTRIES)],
                       check=True)
        yield port
    finally:
        server.terminate()
        server.wait()


def plain_seconds():
    """Seconds of sha256sum over the segments, and of LZ4 decompression of all their batches."""
    began = time.perf_counter()
    subprocess.run(["sha256sum", *SEGMENTS], check=True, stdout=subprocess.DEVNULL)
    hashing = time.perf_counter() - began
    events = float(ours("rebuild", 1)["events"])
    rate = float(words(BUILD / "raw_limit", "decompress", SEGMENTS[0])["events/s"])
    return hashing + events / rate


def measure():
    found = {name: [] for name in ("one", "redis", "two", "verify", "plain", "p99", "p50", "peak")}
    digests = set()
    with redis() as port:
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
            one = ours("rebuild", 1, cores=ONE_CORE)
            two = ours("rebuild", os.cpu_count())
            reading = words(BUILD / "redis_read", port, "read", PAGE, KEYSTROKES)
            audit = ours("verify")
            seek = ours("seek", SEEKS, number + 1)
            found["one"].append(float(one["events/s"]))
            found["two"].append(float(two["events/s"]))
            found["redis"].append(float(reading["events/s"]))
            found["verify"].append(float(audit["seconds"]))
            found["plain"].append(plain_seconds())
            found["p50"].append(float(seek["p50_ms"]))
            found["p99"].append(float(seek["p99_ms"]))
            found["peak"] += [float(run["peak_MiB"]) for run in (one, two, audit, seek)]
            digests |= {one["digest"], two["digest"], audit["digest"]}
            if audit["ok"] != "1.0":
                sys.exit("the audit found something wrong with the log")
    if len(digests) != 1:
        sys.exit(f"the digests differ: {digests}")
    return found, digests.pop()


def memory():
    """MiB at the peak of every command that reads a log, over all of it, and which took most."""
    program, last = BUILD / "release/ReplayBench", KEYSTROKES
    export = ["export", "--data", DATA, "--overwrite", "--out", SCRATCH / "memory", "--format"]
    commands = [
        ["replay", "--data", DATA], ["replay", "--data", DATA, "--format", "json"],
        ["verify", "--data", DATA], ["diff", "--data", DATA, "0", "-0"],
        ["dump", DATA, "--json", "--from", last // 2], [*export, "jsonl"], [*export, "messages"],
        [*export, "csv"], [*export, "parquet"]]
    peaks = []
    for command in commands:
        print(*command[:1], *command[-1:], file=sys.stderr)
        peaks.append((run([program, "command", *command])[1], command[0]))
    return max(peaks)


def rows(found):
    middle = {name: statistics.median(values) for name, values in found.items()}
    one, spread = ratio(found["one"], found["redis"])
    yield ("rebuild, one core", f"{middle['one'] / 1e6:.2f} M events/s",
           f"{middle['redis'] / 1e6:.2f} M entries/s, Redis XRANGE", f"{one:.2f} × ({spread})",
           "≥ 2 ×", one >= 2)
    yield ("the same, absolute", f"{middle['one'] / 1e6:.2f} M events/s", "", "",
           "≥ 10 M events/s", middle["one"] >= 1e7)
    two, spread = ratio(found["two"], found["one"])
    yield (f"rebuild, {os.cpu_count()} cores", f"{middle['two'] / 1e6:.2f} M events/s", "one core",
           f"{two:.2f} × ({spread})", "≥ 1.6 ×", two >= 1.6)
    audit, spread = ratio(found["verify"], found["plain"])
    yield ("verify, everything", f"{middle['verify']:.2f} s",
           f"{middle['plain']:.2f} s, sha256sum and LZ4", f"{audit:.2f} × ({spread})", "≤ 4 ×",
           audit <= 4)
    yield (f"seek to a random offset, {SEEKS} a round", f"p99 {middle['p99']:.0f} ms",
           f"p50 {middle['p50']:.0f} ms", "", "p99 ≤ 200 ms", middle["p99"] <= 200)
    peak, command = max(memory(), (max(found["peak"]), "seek"))
    yield ("memory, the most of all commands", f"{peak:.0f} MiB, {command}", "", "", "≤ 200 MB",
           peak <= 190)


def main():
    found, digest = measure()
    load = os.getloadavg()[0]
    now = datetime.datetime.now(datetime.timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors, Linux {os.uname().release}, "
          f"{ROUNDS} rounds of {KEYSTROKES:,} keystrokes, load {load:.1f} at the end, "
          f"digest {digest}\n")
    print(HEAD)
    for *cells, holds in rows(found):
        row(*cells, holds=holds)


main()
