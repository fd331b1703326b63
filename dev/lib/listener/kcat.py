"""kcat, by its command line."""

import subprocess
import time

import confluent_kafka
from clients import Confluent
from world import BROKER, PATIENCE_S, TOPIC, dump, offsets, same, step, times


def kcat(*arguments, timeout=PATIENCE_S):
    return subprocess.run(["kcat", "-b", BROKER, "-X", "check.crcs=true", *arguments],
                          capture_output=True, timeout=timeout)


SHAPE = ["-f", "%o %T %k %s\n"]


def lines(records):
    return [b"%d %d %s %s" % (offset, at, key or b"", value) for offset, at, key, value in records]


def read(*arguments):
    done = kcat("-C", "-t", TOPIC, "-p", "0", *arguments, *SHAPE)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def kcat_to_the_end(when):
    """With nobody typing: under load there is always more, and kcat has no end to stop at."""

    @step("kcat", f"from the beginning to the end, as dump prints it, {when}")
    def _():
        same(read("-o", "beginning", "-e"), lines(dump()))


def kcat_steps(before, batch):
    @step("kcat", "list")
    def _():
        done = kcat("-L")
        assert b'topic "chat" with 1 partitions' in done.stdout, done

    @step("kcat", "everything from the beginning, as dump prints it")
    def _():
        same(read("-o", "beginning", "-c", str(len(before))), lines(before))

    @step("kcat", "by offset")
    def _():
        same(read("-o", "100", "-c", "50"), lines(before[100:150]))

    @step("kcat", "the last 10")
    def _():
        found = read("-o", "-10", "-c", "10")
        first = int(found[0].split()[0])
        same(found, lines(dump(first, first + 9)))

    @step("kcat", "by time")
    def _():
        for at in times(before, batch):
            want = next((r for r in before if r[1] >= at), None)
            if want:
                same(read("-o", f"s@{at}", "-c", "1"), lines([want]))

    @step("kcat", "from every offset of a batch")
    def _():
        for offset in offsets(batch):
            same(read("-o", str(offset), "-c", "3"), lines(before[offset : offset + 3]))

    @step("kcat", "follows the end")
    def _():
        with subprocess.Popen(
            ["kcat", "-b", BROKER, "-C", "-t", TOPIC, "-p", "0", "-o", "end", "-u", "-c", "200",
             *SHAPE], stdout=subprocess.PIPE) as follower:
            found = follower.communicate(timeout=PATIENCE_S)[0].splitlines()
        first = int(found[0].split()[0])
        same(found, lines(dump(first, first + 199)))


def kcat_group_steps(before):
    @step("kcat", "a group commits and goes on where it was")
    def _():
        def some(count):
            done = kcat("-G", "kcat-group", "-X", "auto.offset.reset=earliest", "-c", str(count),
                        *SHAPE, TOPIC)
            return [line for line in done.stdout.splitlines() if not line.startswith(b"%")]

        found = some(150)
        assert len(found) == 150, len(found)
        same(found, lines(before[:150]))
        following = some(100)
        same(following, lines(before[150:250]))

    @step("kcat", "a write is refused")
    def _():
        done = subprocess.run(
            ["kcat", "-b", BROKER, "-P", "-t", TOPIC, "-p", "0", "-z", "lz4"], input=b"no\n",
            capture_output=True, timeout=PATIENCE_S)
        assert done.returncode != 0 and b"uthoriz" in done.stderr, done

    @step("kcat", "a group: SIGKILL, go on exactly where it committed")
    def _():
        killed = member("kcat-killed")
        wait_for(lambda: committed("kcat-killed") > 100)
        killed.kill()
        killed.communicate()
        place = committed("kcat-killed")
        done = kcat("-G", "kcat-killed", "-c", "50", *SHAPE, TOPIC)
        found = [line for line in done.stdout.splitlines() if not line.startswith(b"%")]
        same(found, lines(dump(place, place + 49)))

    @step("kcat", "a group: two members, a rebalance, one is killed")
    def _():
        members = [member("kcat-pair") for _ in range(2)]
        wait_for(lambda: Confluent().describe("kcat-pair") == ("STABLE", 2))
        members[0].kill()
        wait_for(lambda: Confluent().describe("kcat-pair") == ("STABLE", 1))
        place = committed("kcat-pair")
        wait_for(lambda: committed("kcat-pair") > place)
        for each in members:
            each.kill()
            each.communicate()


def member(group):
    """Reads until it is killed, and commits every 100 ms."""
    return subprocess.Popen(
        ["kcat", "-b", BROKER, "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000",
         "-X", "auto.commit.interval.ms=100", "-G", group, *SHAPE, TOPIC],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def committed(group):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": BROKER, "group.id": group})
    try:
        asked = [confluent_kafka.TopicPartition(TOPIC, 0)]
        return consumer.committed(asked, PATIENCE_S)[0].offset
    finally:
        consumer.close()


def wait_for(holds):
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, f"not in {PATIENCE_S} s"
        time.sleep(0.1)
