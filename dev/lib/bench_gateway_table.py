"""The table of dev/bench-gateway, from what was measured."""

import os
import statistics

COMMIT_US = 200
"""What one commit adds to a delivery that the peer makes without one."""
FULL = 0.95
"""A generator this busy may be what limits the figure."""


def number(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value:,.0f}"


def busy(value):
    return f"{100 * value:.0f} %"


class Pairs:
    """Ours beside a peer's, a pair for each round."""

    def __init__(self, rounds, ours, theirs, is_more_better):
        self.pairs = [(ours(found), theirs(found)) for found in rounds]
        self.is_more_better = is_more_better
        self.ratios = [mine / other for mine, other in self.pairs if other]

    @property
    def cells(self):
        mine, other = (statistics.median(side) for side in zip(*self.pairs))
        return mine, other

    @property
    def ratio(self):
        return statistics.median(self.ratios) if self.ratios else 0

    def verdict(self, goal):
        holds = self.ratio >= goal if self.is_more_better else self.ratio <= goal
        return "reached" if holds else "**missed**"

    def row(self, what, peer, goal, generators, written=number):
        """`generators`: how busy it was with ours and with the peer, one or both."""
        mine, other = self.cells
        sign = "≥" if self.is_more_better else "≤"
        spread = f"{min(self.ratios):.2f}–{max(self.ratios):.2f}" if self.ratios else "–"
        least = ["at least " if self.is_more_better and part >= FULL else ""
                 for part in (*generators, 0)]
        bound = {("", ""): "", ("at least ", ""): "at least "}.get(tuple(least[:2]), "about ")
        return (what, f"{least[0]}{written(mine)}", f"{least[1]}{written(other)} {peer}",
                f"{bound}{self.ratio:.2f} × ({spread})", f"{sign} {goal} ×", self.verdict(goal),
                ", ".join(busy(part) for part in generators))


def generator_of(rounds, name, level):
    return statistics.median(found[name][level].get("generator", 0) for found in rounds)


def best_rows(readers, rounds, goals):
    for peer, goal in goals.items():
        pairs = Pairs(rounds, lambda f: f["verbatim"]["best"]["offered"],
                      lambda f, peer=peer: f[peer]["best"]["offered"], True)
        mine, theirs = (generator_of(rounds, name, "best") for name in ("verbatim", peer))
        yield pairs.row(f"best deliveries/s with p99 ≤ 100 ms, {readers:,} readers", peer, goal,
                        (mine, theirs))


def level_rows(rounds):
    milliseconds = lambda value: f"{value / 1e3:.2f} ms"
    microseconds = lambda value: f"{value:.2f} µs"
    for name in ("p50", "p99"):
        pairs = Pairs(rounds, lambda f: f["verbatim"]["20"][f"{name}_us"],
                      lambda f: f["uWebSockets"]["20"][f"{name}_us"] + COMMIT_US, False)
        yield pairs.row(f"{name} at 20 events/s × 1,000 readers", "uWebSockets and one commit", 1.0,
                        (generator_of(rounds, "verbatim", "20"),), milliseconds)
    for rate, goal in (("20", 1.0), ("240", 0.6)):
        pairs = Pairs(rounds, lambda f: f["verbatim"][rate]["server_us"],
                      lambda f: f["Redis"][rate]["server_us"], False)
        yield pairs.row(f"server's CPU a delivery at {rate} events/s × 1,000 readers", "Redis",
                        goal, (generator_of(rounds, "verbatim", rate),), microseconds)


def append_rows(rounds):
    for key, what, goal in (("64", "64 connections with one in flight", 1.2),
                            ("1000", "1,000 in flight", 2)):
        pairs = Pairs(rounds, lambda f: f["verbatim"][key]["per_second"],
                      lambda f: f["Redis log"][key]["per_second"], True)
        yield pairs.row(f"durable edits acknowledged/s, {what}", "Redis, `appendfsync always`",
                        goal,
                        [generator_of(rounds, name, key) for name in ("verbatim", "Redis log")])


def stalled_rows(rounds):
    pairs = Pairs(rounds, lambda f: f["beside"]["p99_us"], lambda f: f["alone"]["p99_us"], False)
    yield pairs.row("p99 of 500 readers at 1,000 events/s beside 500 that never read", "alone", 1.2,
                    [statistics.median(f[part]["generator"] for f in rounds)
                     for part in ("beside", "alone")], lambda value: f"{value / 1e3:.2f} ms")
    grown = max(found["end"]["kilobytes"] for found in rounds) / 1024
    dropped = max(found["beside"]["dropped"] for found in rounds)
    yield ("memory gained by then", f"{grown:.1f} MiB", "", "",
           "bounded: ≤ 64 MiB", "reached" if grown <= 64 and not dropped else "**missed**", "")


def alone_rows(kept):
    if "memory" in kept:
        each = kept["memory"]["rounds"][0]["kilobytes_each"]
        yield ("user memory (PSS) of an idle connection, 10,000 of them", f"{each:.2f} KiB", "", "",
               "≤ 6 KiB, must ≤ 10",
               "reached" if each <= 6 else "must" if each <= 10 else "**missed**", "")
    if "idle" in kept:
        found = kept["idle"]["rounds"][0]
        yield (f"10,000 sockets idle for {found['held_s'] / 60:.0f} minutes",
               f"{found['dropped']} dropped, {100 * found['server']:.2f} % of a core", "", "",
               "0 dropped", "reached" if not found["dropped"] else "**missed**", "")


def rows(kept):
    rounds = {name: section["rounds"] for name, section in kept.items()}
    if "1000" in rounds:
        yield from best_rows(1_000, rounds["1000"], {"uWebSockets": 2, "Redis": 1.5})
    if "100" in rounds:
        yield from best_rows(100, rounds["100"], {"uWebSockets": 1.5})
    if "5000" in rounds:
        yield from best_rows(5_000, rounds["5000"], {"uWebSockets": 2.5})
    if "1000" in rounds:
        yield from level_rows(rounds["1000"])
    if "append" in rounds:
        yield from append_rows(rounds["append"])
    if "stalled" in rounds:
        yield from stalled_rows(rounds["stalled"])
    yield from alone_rows(kept)


def write(kept):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown processor")
    print(f"{os.cpu_count()} × {model}, Linux {os.uname().release}, "
          f"load {os.getloadavg()[0]:.1f} at the end")
    for name, section in kept.items():
        print(f"- {name}: {section['at']} UTC, {len(section['rounds'])} rounds")
    print("\n| what | ours | against | ratio (least–most) | goal | | generator's core |")
    print("|---|---|---|---|---|---|---|")
    for cells in rows(kept):
        print("|", " | ".join(cells), "|")
