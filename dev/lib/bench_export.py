"""Exports beside DuckDB: the same rows to CSV and to Parquet.

    bench_export.py REPLAYBENCH DATA SCRATCH [ROUNDS]

DuckDB reads them from JSON lines that hold nothing but the rows, their columns and types told
beforehand, with as many threads as there are processors, and syncs nothing. Ours reads the log,
folds it, looks for what is hidden, makes pseudonyms, hashes the file and syncs it. Rounds take
turns, the first is not counted. A ratio above 1 says that ours is faster.
"""

import os
import statistics
import subprocess
import sys

import duckdb

from bench_table import ratio, row, run

COLUMNS = {
    "participant": "varchar", "session": "varchar", "message": "bigint", "time": "bigint",
    "client_time": "bigint", "kind": "varchar", "position": "bigint", "deleted": "bigint",
    "inserted": "varchar", "length": "bigint", "offset": "bigint", "room": "varchar"}

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

PROGRAM, DATA, SCRATCH = sys.argv[1:4]
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 3


def export(form, out):
    return run([PROGRAM, "command", "export", "--data", DATA, "--format", form, "--out", out,
                "--overwrite"])


def peer(lines, form, out):
    """Seconds that DuckDB takes in a process of its own, without its start."""
    done = subprocess.run([sys.executable, "-c", PEER, lines, out, form, str(COLUMNS)],
                          check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def rows_as_lines():
    """The rows as JSON lines, kept for the next time, and how many there are."""
    table, lines = os.path.join(SCRATCH, "rows.parquet"), os.path.join(SCRATCH, "rows.jsonl")
    base = duckdb.connect()
    if not os.path.exists(lines):
        export("parquet", table)
        base.execute(
            f"copy (select * replace (epoch_ms(time) as time) from read_parquet('{table}')"
            f" order by \"offset\") to '{lines}.new' (format json)")
        os.rename(lines + ".new", lines)
    return lines, base.execute(f"select count(*) from read_parquet('{table}')").fetchone()[0]


def main():
    lines, count = rows_as_lines()
    for form in ("csv", "parquet"):
        ours, theirs, peaks = [], [], []
        for turn in range(ROUNDS + 1):
            print(f"{form}, round {turn} of {ROUNDS}", file=sys.stderr)
            seconds, peak = export(form, os.path.join(SCRATCH, f"ours.{form}"))
            other = peer(lines, form, os.path.join(SCRATCH, f"theirs.{form}"))
            if turn > 0:
                ours.append(seconds)
                theirs.append(other)
            peaks.append(peak)
        for who in ("ours", "theirs"):
            os.remove(os.path.join(SCRATCH, f"{who}.{form}"))
        middle, spread = ratio(theirs, ours)
        row(f"export {count:,} rows to {form}, {max(peaks):.0f} MiB",
            f"{statistics.median(ours):.2f} s",
            f"{statistics.median(theirs):.2f} s, DuckDB {duckdb.__version__}",
            f"{middle:.2f} × ({spread})", "≥ 1.0 ×", holds=middle >= 1)


main()
