"""The table of dev/bench-gateway, from what one run measured.

A section that was tried and gave nothing has rows that say so, and one that was not tried too.
"""

import os
import statistics

COMMIT_US = 200
"""What one commit adds to a delivery that the peer makes without one."""
FULL = 0.95
"""A generator this busy may be what limits the figure."""
OTHERS_MOST = 0.1
"""So much of a core others may take beside a level."""
MEMORY_MOST = 64 << 10
"""Kilobytes a server may gain by readers that never read."""


def number(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value:,.0f}"


def milliseconds(value):
    return f"{value / 1e3:.2f} ms"


def microseconds(value):
    return f"{value:.2f} µs"


def busy(value):
    return f"{100 * value:.0f} %"


class Section:
    """What was found, round by round, when, and why nothing was."""

    def __init__(self, tried):
        self.found = [each["found"] for each in tried if "found" in each]
        times = sorted(each["at"][11:16] for each in tried if "found" in each)
        self.when = "–".join(dict.fromkeys((times[0], times[-1]))) if times else ""
        failures = [each["failed"] for each in tried if "failed" in each]
        self.missing = f"failed: {failures[-1][:80]}" if failures else "not measured"
        self.verdict = "**missed**" if failures else "not measured"

    def where(self):
        """When, and whether others disturbed a level that counts."""
        most = most_others(self.found)
        return self.when + (f", disturbed: others {busy(most)}" if most > OTHERS_MOST else "")

    def nothing(self, what, goal):
        return (what, self.missing, "", "", goal, self.verdict, "", "")

    def pairs(self, what, peer, goal, ours, theirs, is_more_better=True, written=number):
        """Ours beside a peer's: `ours` and `theirs` give a figure and how busy the generator was,
        or None."""
        sign = "≥" if is_more_better else "≤"
        if not self.found:
            return self.nothing(what, f"{sign} {goal} × {peer}")
        both = [(ours(found), theirs(found)) for found in self.found]
        ratios = [mine[0] / other[0] for mine, other in both if other[0]]
        mine, other = (statistics.median(side[0] for side in sides) for sides in zip(*both))
        generators = [statistics.median(side[1] for side in sides)
                      for sides in zip(*both) if sides[0][1] is not None]
        least = ["at least " if is_more_better and part >= FULL else ""
                 for part in (*generators, 0, 0)]
        bound = {("", ""): "", ("at least ", ""): "at least "}.get(tuple(least[:2]), "about ")
        ratio = statistics.median(ratios)
        holds = ratio >= goal if is_more_better else ratio <= goal
        spread = f"({min(ratios):.2f}–{max(ratios):.2f})"
        return (what, f"{least[0]}{written(mine)}", f"{least[1]}{written(other)} {peer}",
                f"{bound}{ratio:.2f} × {spread}", f"{sign} {goal} ×",
                "reached" if holds else "**missed**",
                ", ".join(busy(part) for part in generators), self.where())


def figure(name, level, key):
    def of(found):
        line = found[name][level]
        return line[key], line.get("generator")
    return of


def best(section, readers, peer, goal):
    return section.pairs(
        f"best deliveries/s with p99 ≤ 100 ms, {readers:,} readers", peer, goal,
        figure("verbatim", "best", "offered"), figure(peer, "best", "offered"))


def levels(section):
    for name in ("p50", "p99"):
        theirs = figure("uWebSockets", "20", f"{name}_us")
        yield section.pairs(
            f"{name} at 20 events/s × 1,000 readers", "uWebSockets and one commit", 1.0,
            figure("verbatim", "20", f"{name}_us"),
            lambda found, theirs=theirs: (theirs(found)[0] + COMMIT_US, theirs(found)[1]),
            False, milliseconds)
    for rate, goal in (("20", 1.0), ("240", 0.6)):
        yield section.pairs(
            f"server's CPU a delivery at {rate} events/s × 1,000 readers", "Redis", goal,
            figure("verbatim", rate, "server_us"), figure("Redis", rate, "server_us"),
            False, microseconds)


def append(section):
    for key, what, goal in (("64", "64 connections with one in flight", 1.2),
                            ("1000", "1,000 in flight", 2)):
        yield section.pairs(
            f"durable edits acknowledged/s, {what}", "Redis, `appendfsync always`", goal,
            figure("verbatim", key, "per_second"), figure("Redis log", key, "per_second"))


def stalled(section):
    def p99(part):
        return lambda turn: (turn[part]["p99_us"], turn[part]["generator"])
    what = "memory gained by a server beside 500 readers that never read"
    by_turn = Section([])
    by_turn.__dict__ |= section.__dict__ | {"found": [
        {"alone": alone, "beside": beside} for found in section.found
        for alone, beside in zip(found["alone"], found["beside"])]}
    yield by_turn.pairs(
        "p99 of 500 readers at 1,000 events/s beside 500 that never read", "alone", 1.2,
        p99("beside"), p99("alone"), False, milliseconds)
    if not section.found:
        yield section.nothing(what, "bounded: ≤ 64 MiB")
        return
    most = max(end["kilobytes"] for found in section.found for end in found["ends"])
    dropped = max(line["dropped"] for found in section.found for line in found["beside"])
    yield (what, f"≤ {most / 1024:.1f} MiB", "", "", "bounded: ≤ 64 MiB",
           "reached" if most <= MEMORY_MOST and not dropped else "**missed**", "", section.when)


def storm(section):
    for name, what, snapshots in (("cursor", "from a cursor, 500 events behind", 0),
                                  ("snapshot", "without one", 1)):
        title = f"5,000 readers live after a kill, all back at once {what}"
        goal = f"0 lost, {snapshots} snapshots encoded"
        if not section.found:
            yield section.nothing(title, goal)
            continue
        found = [each[name] for each in section.found]
        live = statistics.median(each["live_s"] for each in found)
        wrong = max(each["lost"] + each["doubled"] + each["dropped"] for each in found)
        most = max(each["snapshots"] for each in found)
        yield (title, f"{live:.2f} s, {wrong} lost, doubled or dropped, {most} encoded", "", "",
               goal, "reached" if not wrong and most <= snapshots else "**missed**", "",
               section.when)


def memory(section):
    what = "user memory (PSS) of an idle connection, 10,000 of them"
    if not section.found:
        return section.nothing(what, "≤ 6 KiB, must ≤ 10")
    each = section.found[-1]["kilobytes_each"]
    return (what, f"{each:.2f} KiB", "", "", "≤ 6 KiB, must ≤ 10",
            "reached" if each <= 6 else "must" if each <= 10 else "**missed**", "", section.when)


def idle(section):
    if not section.found:
        return section.nothing("10,000 sockets idle for ten minutes", "0 dropped")
    found = section.found[-1]
    return (f"10,000 sockets idle for {found['held_s'] / 60:.0f} minutes",
            f"{found['dropped']} dropped, {100 * found['server']:.2f} % of a core", "", "",
            "0 dropped", "reached" if not found["dropped"] else "**missed**", "", section.when)


def rows(kept):
    of = {name: Section(kept.get(name, []))
          for name in ("1000", "100", "5000", "append", "stalled", "storm", "memory",
                         "idle")}
    yield best(of["1000"], 1_000, "uWebSockets", 2)
    yield best(of["1000"], 1_000, "Redis", 1.5)
    yield best(of["100"], 100, "uWebSockets", 1.5)
    yield best(of["5000"], 5_000, "uWebSockets", 2.5)
    yield from levels(of["1000"])
    yield from append(of["append"])
    yield from stalled(of["stalled"])
    yield from storm(of["storm"])
    yield memory(of["memory"])
    yield idle(of["idle"])


def lines_of(tree):
    """Every level that counted, whatever it is in."""
    if isinstance(tree, list):
        for each in tree:
            yield from lines_of(each)
    elif isinstance(tree, dict):
        if "generator" in tree:
            yield tree
        else:
            yield from lines_of(list(tree.values()))


def most_others(tree):
    return max((line.get("others", 0) for line in lines_of(tree)), default=0)


def conditions(kept):
    others = [line["others"] for line in lines_of(kept) if "others" in line]
    if others:
        yield (f"- others took {busy(statistics.median(others))} of a core, "
               f"at most {busy(max(others))}")
    for section in ("1000", "100", "5000"):
        found = Section(kept.get(section, [])).found
        for name in found[0] if found else ():
            bests = [each[name]["best"] for each in found]
            of = lambda key: statistics.median(line[key] for line in bests)
            yield (f"- best of {name}, {section} readers: {of('bytes'):.0f} bytes and "
                   f"{of('server_us'):.3f} µs of the server a delivery, {of('per_receive'):.0f} "
                   f"deliveries a read, p99 {milliseconds(of('p99_us'))}; the generator decoded "
                   f"for {busy(of('decoding'))} of its time; rounds "
                   f"{', '.join(number(line['offered']) for line in bests)}")


def write(kept):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown processor")
    print(f"{os.cpu_count()} × {model}, Linux {os.uname().release}")
    for name, tried in kept.items():
        count = sum("found" in each for each in tried)
        print(f"- {name}: {tried[0]['at']} to {tried[-1]['at']} UTC, "
              f"{count} of {len(tried)} rounds")
    print(*conditions(kept), sep="\n")
    print("\n| what | ours | against | ratio (least–most) | goal | | generator's core | UTC |")
    print("|---|---|---|---|---|---|---|---|")
    for cells in rows(kept):
        print("|", " | ".join(cells), "|")
