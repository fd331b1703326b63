"""Batteries of real faults against the log, and one oracle for all of them.

A child appends and writes one line for each acknowledged record: offset and hash. Whatever happens
to it, afterwards each of these lines must be true of the log. Run by dev/faults.
"""

import argparse
import contextlib
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from fault_batteries import BATTERIES

TRAPS = {signal.SIGILL, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT}


class Skip(Exception):
    """Why a battery cannot run on this machine."""


class Row:
    """One battery's line in the table."""

    def __init__(self, name):
        self.name = name
        self.runs = self.acked = self.lost = self.wrong = self.traps = 0
        self.notes = []

    def judge(self, verdict):
        self.acked += verdict.get("acked", 0)
        self.lost += verdict.get("lost", 0)
        self.wrong += verdict.get("wrong", 0)

    @property
    def is_bad(self):
        return bool(self.lost or self.wrong or self.traps)


class Child:
    """One run of LogChild, its lines read as they come."""

    def __init__(self, rig, row, verb, data, acks, *options, prefix=(), limits=None):
        self.row = row
        self.lines = []
        self.buffer = b""
        self.process = subprocess.Popen(
            [*prefix, rig.child, verb, data, acks, *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=limits)

    def line(self, timeout=120):
        """The next line; None at the end."""
        out = self.process.stdout.fileno()
        end = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            if not select.select([out], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"the child says nothing for {timeout} s; it said {self.lines}")
            piece = os.read(out, 65536)
            if not piece:
                return None
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\n", 1)
        self.lines.append(text.decode(errors="replace"))
        return self.lines[-1]

    def verdict(self):
        """The figures of the line `opened …`; a child that ends before it is judged by its end."""
        while (line := self.line()) is not None:
            if line.startswith("unreadable"):
                self.row.wrong += 1
                self.row.notes.append(line)
            if line.startswith("opened"):
                found = dict(part.split("=", 1) for part in line.split() if "=" in part)
                return {k: int(v) for k, v in found.items() if v.isdigit()} | {"line": line}
        return None

    def go_on(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        return self.end()

    def end(self, timeout=120):
        """Waits for the end; counts a trap."""
        try:
            _, errors = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
            self.row.notes.append(f"hung after {self.lines[-3:]}")
            self.row.traps += 1
        code = self.process.returncode
        number = -code if code < 0 else code - 128
        if number in TRAPS or b"Fatal error" in errors:
            self.row.traps += 1
            self.row.notes.append(errors.decode(errors="replace").strip()[:400])
        return code


class Rig:
    """Where everything happens, and what is to be cleared away."""

    def __init__(self, child, package, count, seed):
        self.child = os.path.abspath(child)
        self.package = os.path.abspath(package)
        self.count = count
        self.random = random.Random(seed)
        self.path = tempfile.mkdtemp(prefix="verbatim-faults.")
        self.mounts = []
        self.serial = 0

    def fresh(self, under=None):
        """A new data directory and a new file of acknowledgements, which no fault reaches."""
        self.serial += 1
        return (os.path.join(under or self.path, f"data-{self.serial}"),
                os.path.join(self.path, f"acks-{self.serial}"))

    def forget(self, *paths):
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)
            with contextlib.suppress(OSError):
                os.unlink(path)

    def needs_root(self, *tools):
        if os.geteuid() != 0:
            raise Skip("it needs root")
        for tool in tools:
            if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
                raise Skip(f"there is no {tool} here")

    def run(self, *command):
        """A tool of the system; a refusal is a reason to skip."""
        env = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
        if done.returncode != 0:
            raise Skip(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def mount(self, *arguments):
        target = arguments[-1]
        os.makedirs(target, exist_ok=True)
        self.run("mount", *arguments)
        self.mounts.append(target)
        return target

    def unmount(self, target):
        for _ in range(50):
            if subprocess.run(["umount", target], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            subprocess.run(["umount", "-l", target], capture_output=True, check=False)
        if target in self.mounts:
            self.mounts.remove(target)

    def close(self):
        for target in reversed(self.mounts[:]):
            self.unmount(target)
        shutil.rmtree(self.path, ignore_errors=True)


def table(rows, skipped):
    widths = (22, 8, 14, 6, 15, 6)
    titles = ("battery", "runs", "acknowledged", "lost", "silent damage", "traps")
    print("".join(title.ljust(width) for title, width in zip(titles, widths)))
    for row in rows:
        cells = (row.name, row.runs, row.acked, row.lost, row.wrong, row.traps)
        print("".join(str(cell).ljust(width) for cell, width in zip(cells, widths)))
    for row in rows:
        for note in row.notes[:20]:
            print(f"{row.name}: {note}")
    for name, why in skipped:
        print(f"{name}: skipped: {why}")


def main():
    parser = argparse.ArgumentParser(prog="dev/faults")
    parser.add_argument("--child", required=True)
    parser.add_argument("--package", default=".")
    parser.add_argument("--only", choices=[name for name, _ in BATTERIES])
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("count", type=int, nargs="?", default=50)
    options = parser.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    # A full notes file of ours is our own fault, never the log's.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows, skipped = [], []
    for name, battery in BATTERIES:
        if options.only not in (None, name):
            continue
        rig = Rig(options.child, options.package, options.count, options.seed)
        row = Row(name)
        try:
            battery(rig, row, Child)
            rows.append(row)
        except Skip as why:
            skipped.append((name, str(why)))
            if row.runs:
                rows.append(row)
        finally:
            rig.close()
        print(f"{name}: {row.runs} runs, {row.acked} acknowledged, {row.lost} lost",
              file=sys.stderr)
    table(rows, skipped)
    return 1 if any(row.is_bad for row in rows) else 0


if __name__ == "__main__":
    # The batteries raise our Skip, not one of a second copy of this module.
    sys.modules["faults"] = sys.modules["__main__"]
    sys.exit(main())
