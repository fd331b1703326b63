#!/usr/bin/env python3
"""Exports against DuckDB: the same rows to CSV and to Parquet.

  bench_export.py VERBATIM DATA SCRATCH [ROUNDS]

DuckDB reads them from JSON lines that hold nothing but the rows, their columns and types told
beforehand, with as many threads as there are processors, and syncs nothing. The program reads the
log, folds it, looks for what is hidden, makes pseudonyms, hashes the file and syncs it. Rounds take
turns; medians are printed with the least and the most.
"""

import os
import statistics
import subprocess
import sys
import time

import duckdb

COLUMNS = {
    "participant": "varchar", "session": "varchar", "message": "bigint", "time": "bigint",
    "client_time": "bigint", "kind": "varchar", "position": "bigint", "deleted": "bigint",
    "inserted": "varchar", "length": "bigint", "offset": "bigint", "room": "varchar"}
WARM_UP = 1


def export(program, data, form, out):
    """Seconds and MiB at the peak of one export."""
    words = [program, "export", "--data", data, "--format", form, "--out", out, "--overwrite"]
    began = time.perf_counter()
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        child = subprocess.Popen(words, stderr=nowhere)
        peak = 0
        while child.poll() is None:
            peak = max(peak, high_water(child.pid))
            time.sleep(0.01)
    seconds = time.perf_counter() - began
    if child.returncode:
        sys.exit(f"{' '.join(words)}: exit code {child.returncode}")
    return seconds, peak


def high_water(pid):
    """MiB that a process has held at most so far; wait4 would tell those of its parent too."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return next((int(line.split()[1]) / 1024 for line in file if line[:6] == "VmHWM:"), 0)
    except OSError:
        return 0


PEER = """
import duckdb, sys, time
lines, out, form, columns = sys.argv[1:]
base = duckdb.connect()
base.execute("set enable_progress_bar = false")
began = time.perf_counter()
base.execute(f"copy (select * from read_json('{lines}', format='newline_delimited',"
             f" columns={columns})) to '{out}' (format {form})")
print(time.perf_counter() - began)
"""


def peer(lines, form, out):
    """Seconds that DuckDB takes in a process of its own, without its start."""
    done = subprocess.run([sys.executable, "-c", PEER, lines, out, form, str(COLUMNS)],
                          check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def rows_as_lines(program, data, scratch):
    """The rows as JSON lines; how many there are."""
    table = os.path.join(scratch, "rows.parquet")
    lines = os.path.join(scratch, "rows.jsonl")
    export(program, data, "parquet", table)
    base = duckdb.connect()
    base.execute(
        f"copy (select * replace (epoch_ms(time) as time) from read_parquet('{table}')"
        f" order by \"offset\") to '{lines}' (format json)")
    return lines, base.execute(f"select count(*) from read_parquet('{table}')").fetchone()[0]


def middle(values):
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


def main():
    program, data, scratch = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    os.makedirs(scratch, exist_ok=True)
    lines, count = rows_as_lines(program, data, scratch)
    for form in ("csv", "parquet"):
        ours, theirs, peaks = [], [], []
        for turn in range(rounds + WARM_UP):
            seconds, peak = export(program, data, form, os.path.join(scratch, f"ours.{form}"))
            other = peer(lines, form, os.path.join(scratch, f"theirs.{form}"))
            if turn >= WARM_UP:
                ours.append(seconds)
                peaks.append(peak)
                theirs.append(other)
        ratio = statistics.median(theirs) / statistics.median(ours)
        sizes = [os.path.getsize(os.path.join(scratch, f"{who}.{form}")) / 2**20
                 for who in ("ours", "theirs")]
        print(f"export {form}: {count} rows, {middle(ours)} s, {max(peaks):.0f} MiB at the peak,"
              f" {sizes[0]:.0f} MiB; DuckDB {duckdb.__version__} {middle(theirs)} s,"
              f" {sizes[1]:.0f} MiB; {ratio:.2f} x (goal 1.0)", flush=True)


main()
