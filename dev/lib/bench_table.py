"""What the measurements of replay share: a process and its memory, medians, and rows of a table."""

import os
import statistics
import subprocess
import sys
import time

HEAD = "| what | ours | against | ratio (least–most) | goal | |\n|---|---|---|---|---|---|"


def run(words, cores=None):
    """Seconds and MiB at the peak of a command whose output nobody reads."""
    bind = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    began = time.perf_counter()
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        child = subprocess.Popen([str(word) for word in words], stdout=nowhere, stderr=nowhere,
                                 preexec_fn=bind)
        peak = 0
        while child.poll() is None:
            peak = max(peak, high_water(child.pid))
            time.sleep(0.01)
    seconds = time.perf_counter() - began
    if child.returncode not in (0, 1):
        sys.exit(f"{words}: exit code {child.returncode}")
    return seconds, peak


def high_water(pid):
    """MiB that a process has held at most so far; wait4 would tell those of its parent too."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return next((int(line.split()[1]) / 1024 for line in file if line[:6] == "VmHWM:"), 0)
    except OSError:
        return 0


def ratio(mine, other):
    """The median of the rounds' ratios, and the least and the most of them."""
    ratios = [left / right for left, right in zip(mine, other)]
    return statistics.median(ratios), f"{min(ratios):.2f}–{max(ratios):.2f}"


def row(*cells, holds):
    print("|", " | ".join(cells), "|", "reached" if holds else "**missed**", "|", flush=True)
