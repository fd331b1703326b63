#!/usr/bin/env python3
"""Makes exports of a data directory and holds them against its dump, read by other people's code.

  export_check.py VERBATIM DATA SCRATCH

The dump (`verbatim dump --json`) says what is in the log. What an export must hold is worked out
from it here, by other code than ours: drafts folded as lists of characters, hidden messages left
out, pseudonyms made anew from the key. Then every file is read by the csv and json modules of
Python, by pandas, by pyarrow, by DuckDB and by jq, and compared field by field; data cards and
lines are held against the schemas in docs/schema. Prints one line a check, exits 1 at the first
difference.
"""

import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "dev"))

import duckdb
import fastjsonschema
import kafka_check
import pandas
import pyarrow
import pyarrow.parquet
from export_expected import Log, Names, floored

COLUMNS = ["participant", "session", "message", "time", "client_time", "kind", "position",
           "deleted", "inserted", "length", "offset", "room"]


def say(text):
    print(text, flush=True)


def same(what, found, expected):
    """Stops at the first difference and shows it."""
    if found == expected:
        return
    if isinstance(found, list) and isinstance(expected, list):
        for index, (one, other) in enumerate(zip(found, expected)):
            if one != other:
                sys.exit(f"{what}: at {index}: found {one!r}, expected {other!r}")
        sys.exit(f"{what}: {len(found)} instead of {len(expected)}")
    sys.exit(f"{what}: found {found!r}, expected {expected!r}")


# Readers.

def unescaped(cell):
    """Undoes what docs/EXPORTS.md says of the column `inserted`."""
    def one(match):
        code = match.group(1)
        if code[0] == "u":
            return chr(int(code[1:], 16))
        return {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}[code]
    text = re.sub(r"\\(u[0-9a-f]{4}|[nrt\\])", one, cell)
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def typed(cells):
    """A row of text as values."""
    row = []
    for name, cell in zip(COLUMNS, cells):
        if name in ("participant", "session", "kind", "room"):
            row.append(cell)
        elif name == "inserted":
            row.append(unescaped(cell))
        else:
            row.append(int(cell) if cell != "" else None)
    return row


def harmless(path):
    """No byte that a terminal acts on, no cell that a spreadsheet computes, one row a line."""
    with open(path, "rb") as file:
        for number, line in enumerate(file):
            text = line.decode("utf-8")
            if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
                         "\ufeff\ufff9-\ufffb]", text):
                sys.exit(f"{path}:{number + 1}: a control")
            for separator in ",;\t|":
                for cell in text.rstrip("\n").split(separator):
                    if re.match("[\"' ]*[=+\\-@\uff1d\uff0b\uff0d\uff20]", cell):
                        sys.exit(f"{path}:{number + 1}: {cell!r} begins like a formula")


def check_csv(path, rows):
    row_schema = schema("export-keystroke.schema.json")
    for row in rows[:10_000]:
        row_schema(dict(zip(COLUMNS, row)))
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file, strict=True)
        same("csv header", next(reader), COLUMNS)
        same("csv", [typed(row) for row in reader], rows)
    text = dict.fromkeys(COLUMNS, str)
    frame = pandas.read_csv(path, dtype=text, keep_default_na=False, encoding="utf-8")
    same("csv by pandas", [typed(row) for row in frame.itertuples(index=False)], rows)
    found = duckdb.connect().execute(
        "select * from read_csv(?, header=true, all_varchar=true, nullstr='\\N', sep=',',"
        " quote='\"', escape='\"')", [path]).fetchall()
    same("csv by DuckDB", [typed([cell or "" for cell in row]) for row in found], rows)
    with open(path, encoding="utf-8") as file:
        same("csv lines", sum(1 for _ in file), len(rows) + 1)
    harmless(path)


def check_parquet(path, rows, card):
    file = pyarrow.parquet.ParquetFile(path)
    same("parquet rows", file.metadata.num_rows, len(rows))
    expected = {"participant": "string", "session": "string", "kind": "string",
                "inserted": "string", "room": "string", "time": "timestamp[ms, tz=UTC]"}
    same("parquet types", [(field.name, str(field.type)) for field in file.schema_arrow],
         [(name, expected.get(name, "int64")) for name in COLUMNS])
    table = file.read()
    table.validate(full=True)
    times = table["time"].cast(pyarrow.timestamp("ms")).cast(pyarrow.int64())
    plain = table.set_column(3, "time", times)
    same("parquet by pyarrow", [list(row) for row in zip(*plain.to_pydict().values())], rows)
    frame = pandas.read_parquet(path)
    same("parquet by pandas", frame["inserted"].tolist(), [row[8] for row in rows])
    same("parquet by pandas", frame["length"].tolist(), [row[9] for row in rows])
    base = duckdb.connect()
    found = base.execute(
        "select participant, session, message, epoch_ms(time), client_time, kind, position,"
        " deleted, inserted, length, \"offset\", room from read_parquet(?) order by \"offset\"",
        [path]).fetchall()
    same("parquet by DuckDB", [list(row) for row in found], rows)
    if rows:
        # Least and largest values are believed by readers that pass row groups over.
        middle = rows[len(rows) // 2][10]
        count = base.execute(
            'select count(*) from read_parquet(?) where "offset" = ?', [path, middle])
        same("parquet, one offset", count.fetchone()[0], 1)
    notes = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()
             if key.startswith(b"verbatim.")}
    same("parquet notes", (notes["verbatim.from"], notes["verbatim.to"]),
         (str(card["source"]["from"]), str(card["source"]["to"])))


def json_lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def check_lines(path, expected, schema):
    lines = json_lines(path)
    same(path, lines, expected)
    for line in lines:
        schema(line)
    if shutil.which("jq"):
        found = subprocess.run(
            ["jq", "-c", ".offset", path], check=True, capture_output=True, text=True)
        same("jq", [int(word) for word in found.stdout.split()],
             [line["offset"] for line in expected])
    else:
        print(f"skipped: there is no jq to read {path}", file=sys.stderr)
    if expected:
        frame = pandas.read_json(path, lines=True, dtype=False)
        same("lines by pandas", frame["offset"].tolist(), [line["offset"] for line in expected])
        count = duckdb.connect().execute(
            "select count(*), sum(\"offset\") from read_json(?, format='newline_delimited')",
            [path])
        same("lines by DuckDB", count.fetchone(),
             (len(expected), sum(line["offset"] for line in expected)))


def schema(name):
    with open(os.path.join(ROOT, "docs", "schema", name), encoding="utf-8") as file:
        return fastjsonschema.compile(json.load(file))


def check_card(path, rows, plan, log):
    with open(path + ".card.json", encoding="utf-8") as file:
        card = json.load(file)
    schema("export-card.schema.json")(card)
    with open(path, "rb") as file:
        content = file.read()
    same("card's digest", card["file"], {
        "name": os.path.basename(path), "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest()})
    same("card's rows", card["rows"], rows)
    same("card's format", card["format"], plan["format"])
    same("card's timing", card["privacy"]["timing"], plan["timing"])
    chosen = [line for line in log.lines if plan["chosen"](line)]
    same("card's events", card["counts"]["events"], len(chosen))
    times = [line["time"] for line in chosen]
    ends = [times[0], times[-1]] if times else [None, None]
    same("card's span", [card["source"]["first_time"], card["source"]["last_time"]],
         [floored(time, plan["timing"]) for time in ends])
    return card


def client_times(data):
    """The header t of records, by our decoder in Python (dev/kafka_check.py)."""
    times = {}
    for path in sorted(pathlib.Path(data, "log", "chat-0").glob("*.log")):
        if not path.stem.isdigit():
            continue
        for _, _, _, found in kafka_check.batches(path.read_bytes(), int(path.stem)):
            for offset, _, _, _, headers in found:
                for name, value in headers:
                    if name == b"t":
                        times[offset] = int.from_bytes(value, "big")
    return times


class Run:
    """The program, the log it exports, and where to."""

    def __init__(self, program, data, scratch):
        self.program, self.data, self.scratch = program, data, scratch
        os.makedirs(scratch, exist_ok=True)
        self.key_file = os.path.join(scratch, "key")
        self.dump = self.run("dump", data, "--json").decode("utf-8")
        lines = [json.loads(line) for line in self.dump.split("\n") if line]
        self.log = Log(lines, client_times(data))
        self.schemas = {"jsonl": schema("export-event.schema.json"),
                        "messages": schema("export-message.schema.json")}

    def run(self, *words):
        done = subprocess.run([self.program, *words], capture_output=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stderr.decode()}")
        return done.stdout

    def ranges(self):
        """Everything, and the middle of one room."""
        lines = self.log.lines
        last = lines[-1]["offset"] if lines else -1
        rooms = sorted({line["room"] for line in lines if line["room"]})
        part = (rooms[0], last // 3, last * 2 // 3) if rooms else (None, 0, last)
        return (None, 0, last), part

    def check(self, timing, hidden, named, room, first, last):
        """Every format in one disguise."""
        def chosen(line):
            return first <= line["offset"] <= last and room in (None, line["room"])
        options = ["--data", self.data, "--timing", timing]
        options += ["--from", str(first), "--to", str(last)] if self.log.lines else []
        options += ["--include-hidden"] if hidden else []
        options += ["--names"] if named else ["--key-file", self.key_file]
        options += ["--room", room] if room else []
        for form in ("jsonl", "messages", "csv", "parquet"):
            path = os.path.join(self.scratch, f"{timing}-{hidden}-{named}-{room}.{form}")
            self.run("export", "--format", form, "--out", path, *options)
            if named:
                names = Names(None)
            else:
                with open(self.key_file, encoding="ascii") as file:
                    names = Names(bytes.fromhex(file.read()))
            disguise = names, timing, hidden, chosen
            count = self.check_one(path, form, disguise)
            if form == "jsonl" and named and hidden and timing == "exact" and room is None:
                with open(path, "rb") as file:
                    same("jsonl as the dump", file.read() == self.dump.encode(), True)
            again = path + ".again"
            self.run("export", "--format", form, "--out", again, *options)
            with open(path, "rb") as one, open(again, "rb") as other:
                same(f"{path}, made again", one.read() == other.read(), True)
            say(f"{form}, timing {timing}, hidden {hidden}, names {named}, room {room}: "
                f"{count} rows agree")

    def check_one(self, path, form, disguise):
        make = {"jsonl": self.log.events, "messages": self.log.messages}
        expected = list(make.get(form, self.log.keystrokes)(*disguise))
        plan = {"format": form, "timing": disguise[1], "chosen": disguise[3]}
        card = check_card(path, len(expected), plan, self.log)
        if form == "csv":
            check_csv(path, expected)
        elif form == "parquet":
            check_parquet(path, expected, card)
        else:
            check_lines(path, expected, self.schemas[form])
        return len(expected)


def main():
    run = Run(*sys.argv[1:])
    say(f"{len(run.log.lines)} events, {len(run.log.hidden_items)} hidden items")
    everything, part = run.ranges()
    run.check("100ms", False, False, *everything)
    run.check("exact", True, True, *everything)
    run.check("none", False, False, *part)
    run.check("exact", False, True, *part)


main()
