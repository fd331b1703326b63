"""Groups: members are processes of their own, so that they can be killed."""

import os
import signal
import subprocess
import sys
import threading

import java
from world import BROKER, PATIENCE_S, SCRATCH, same, step


MEMBER = os.path.join(os.path.dirname(__file__), "member.py")


class Member:
    def __init__(self, kind, group):
        self.process = subprocess.Popen(
            java.command("member", group) if kind == java.Java.name else
            [sys.executable, MEMBER, kind, BROKER, group], stdout=subprocess.PIPE, text=True,
            stderr=open(f"{SCRATCH}/member.log", "ab"))
        self.told, self.arrived = [], threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            with self.arrived:
                self.told.append(line.split())
                self.arrived.notify_all()

    def wait(self, what, holds, since=0):
        with self.arrived:
            found = self.arrived.wait_for(
                lambda: next((t for t in self.told[since:] if t[0] == what and holds(int(t[1]))),
                             None), PATIENCE_S)
            assert found, f"no '{what}' in {PATIENCE_S} s after {self.told[-3:]}"
            return int(found[1])

    def committed(self):
        return [int(t[1]) for t in self.told if t[0] == "committed"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def group_steps(client):
    group = f"group-{client.name}"
    members = []

    def member():
        members.append(Member(client.name, group))
        return members[-1]

    @step(client.name, "a group: commit, SIGKILL, go on exactly")
    def _():
        first = member()
        first.wait("committed", lambda offset: offset >= 40)
        first.kill()
        done = first.committed()
        same(done, list(range(len(done))), "offsets")
        second = member()
        resumed = second.wait("committed", lambda _: True)
        # What was committed and not yet told may be one more.
        assert resumed in (len(done), len(done) + 1), (resumed, len(done))

    @step(client.name, "a group: two members, a rebalance, one leaves")
    def _():
        living = members[-1]
        mark = len(living.told)
        other = member()
        other.wait("assigned", lambda _: True)
        living.wait("assigned", lambda _: True, since=mark)
        counts = [next(int(t[1]) for t in reversed(m.told) if t[0] == "assigned")
                  for m in (living, other)]
        assert sorted(counts) == [0, 1], f"one partition among {counts}"
        reading, waiting = (living, other) if counts[0] else (other, living)
        state, count = client.describe(group)
        assert state.upper() == "STABLE" and count == 2, (state, count)
        mark = len(waiting.told)
        reading.kill()
        waiting.wait("assigned", lambda count: count == 1, since=mark)
        waiting.wait("committed", lambda _: True, since=mark)

    @step(client.name, "groups are listed and described")
    def _():
        assert group in client.groups(), client.groups()
        state, count = client.describe(group)
        assert count >= 1, (state, count)
        state, count = client.describe("nobody")
        assert state.upper() == "DEAD" and count == 0, (state, count)

    for each in members:
        each.kill()
