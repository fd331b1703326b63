"""Counts the outcomes of an Autobahn run.

    autobahn_report.py DIRECTORY    the run's reports; exits 1 if a case failed or is missing
"""

import collections
import json
import pathlib
import sys

CASES = 301  # outside 12 and 13, which are compression
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


def main():
    (cases,) = json.loads((pathlib.Path(sys.argv[1]) / "index.json").read_text()).values()
    counts = collections.Counter(case["behavior"] for case in cases.values())
    bad = [
        f"{name}: {case['behavior']}, close {case['behaviorClose']}"
        for name, case in sorted(cases.items())
        if case["behavior"] not in GOOD or case["behaviorClose"] not in GOOD
    ]
    words = ", ".join(f"{count} {what}" for what, count in counts.most_common())
    print(f"{len(cases)} cases: {words}; {len(bad)} failed")
    for line in bad:
        print(line)
    if len(cases) != CASES:
        print(f"{CASES} cases were expected")
    return 1 if bad or len(cases) != CASES else 0


sys.exit(main())
