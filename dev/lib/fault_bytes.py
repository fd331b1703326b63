"""The battery of dev/faults that needs no writer: every length of a segment, and every bit of it.

The judging is that of the log's own tests (DamageSweepTests), at the sizes of a release from a
count of 1,000 on: all truncations of a 64 KiB segment, all bits of a 16 KiB one.
"""

import os
import re
import shutil
import subprocess

LENGTHS = 64 << 10
BITS = 16 << 10
LINE = re.compile(r"^((?:lengths|bits)[^:]*): (\d+) judged, (\d+) (?:wrongly|silent)$", re.M)


def every_byte(rig, row, _child):
    """Every length and every bit, judged one by one."""
    from faults import Skip
    if not shutil.which("swift"):
        raise Skip("there is no swift here")
    share = min(1.0, rig.count / 1_000)
    sizes = {"VERBATIM_SWEEP_LENGTHS": str(max(3_000, int(LENGTHS * share))),
             "VERBATIM_SWEEP_BITS": str(max(600, int(BITS * share)))}
    done = subprocess.run(
        ["swift", "test", "--package-path", rig.package, "--filter", "DamageSweepTests",
         "--no-parallel", "--disable-xctest"],
        capture_output=True, text=True, env=os.environ | sizes, check=False)
    for what, judged, wrong in LINE.findall(done.stdout):
        row.runs += int(judged)
        row.wrong += int(wrong)
        row.notes.append(f"{what}: {judged} judged, {wrong} silent or wrong")
    if done.returncode != 0 or not row.runs:
        row.wrong += done.returncode < 0 or not row.wrong
        row.notes.append((done.stdout + done.stderr).strip()[-400:])
