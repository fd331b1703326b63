"""Kafka's clients against a running server, under load: every step is green or named.

    python3 dev/lib/listener BINARY SCRATCH CORPUS SESSIONS

The truth is `verbatim dump` of the server's directory. Deadlines are guards against hanging.
"""

import signal
import sys
import threading
import time
import urllib.request

import aiokafka
import confluent_kafka
import kafka
from clients import AIOKafka, Confluent, KafkaPython
from groups import group_steps
from java import CLASSES, Java
from kcat import kcat_group_steps, kcat_steps, kcat_to_the_end
from world import (BROKER, HTTP, PATIENCE_S, SCRATCH, SESSIONS, TOPIC, Load, drive, dump, failures,
                   offsets, passed, same, segments, settle, spans, start, step, times)


def client_steps(client, before, batch):
    @step(client.name, "list")
    def _():
        assert client.topics() == [TOPIC], client.topics()

    @step(client.name, "everything from the beginning, as dump prints it")
    def _():
        same(client.read(0, len(before)), before)

    @step(client.name, "by offset")
    def _():
        same(client.read(1_234, 100), before[1_234:1_334])

    @step(client.name, "the last 10, and the bounds")
    def _():
        low, high = client.bounds()
        assert low == 0 and high >= len(before), (low, high)
        same(client.read(high - 10, 10), dump(high - 10, high - 1))

    @step(client.name, "by time, around four records of one batch")
    def _():
        wanted = [(at, next((r[0] for r in before if r[1] >= at), None))
                  for at in times(before, batch)]
        wanted = [pair for pair in wanted if pair[1] is not None]
        same(client.at_times([at for at, _ in wanted]), [offset for _, offset in wanted])

    @step(client.name, "from every offset of a batch")
    def _():
        chosen = offsets(batch)
        same(client.read_each(chosen, 2), [r for o in chosen for r in before[o : o + 2]])

    @step(client.name, "follows the end")
    def _():
        _, high = client.bounds()
        same(client.read(high, 200), dump(high, high + 199))

    @step(client.name, "a write is refused")
    def _():
        client.produce()


def survives_restart(server):
    @step("server", "a place of a group is there after SIGKILL")
    def _():
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": BROKER, "group.id": "lasting", "enable.auto.commit": False})
        consumer.commit(offsets=[confluent_kafka.TopicPartition(TOPIC, 0, 321)],
                        asynchronous=False)
        consumer.close()
        server.send_signal(signal.SIGKILL)
        server.wait()
        again = start()
        consumer = confluent_kafka.Consumer({"bootstrap.servers": BROKER, "group.id": "lasting"})
        found = consumer.committed([confluent_kafka.TopicPartition(TOPIC, 0)], PATIENCE_S)
        consumer.close()
        assert found[0].offset == 321, found
        again.send_signal(signal.SIGTERM)
        assert again.wait(PATIENCE_S) == 0


def batch_of_times(before):
    """The batch with the most times: a rewritten segment's, once there is one."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = [(len({r[1] for r in before[first : last + 1]}), (first, last))
                 for first, last in spans() if last < len(before)]
        distinct, batch = max(found)
        if distinct >= 4 or time.monotonic() > until:
            assert distinct >= 4, "no batch was rewritten"
            return batch, distinct
        time.sleep(0.2)


def read_all(when):
    """Every batch of every segment, its sum checked by librdkafka, old and new."""
    kcat_to_the_end(when)

    @step("confluent-kafka", f"everything, {when}")
    def _():
        everything = dump()
        same(Confluent().read(0, len(everything)), everything)


def main():
    server = start()
    try:
        run(server)
    finally:
        if server.poll() is None:
            server.kill()
    versions = (f"kcat (Debian), confluent-kafka {confluent_kafka.__version__}, kafka-python"
                f" {kafka.__version__}, aiokafka {aiokafka.__version__}"
                f"{', kafka-clients (Java)' if CLASSES else ''}")
    print(f"kafka listener: {len(passed)} steps passed, {len(failures)} failed, with {versions}")
    sys.exit(1 if failures else 0)


def run(server):
    # Slowly, so that few events share a batch, and a segment is soon full and written again.
    typing = drive(SESSIONS, 1_000 if SESSIONS < 100 else 100_000)
    assert typing.wait() == 0, typing.stdout.read()
    files = segments()
    read_all("as it was typed")
    before = dump()
    batch, distinct = batch_of_times(before)
    print(f"  {len(before)} records; a batch of {batch[1] - batch[0] + 1} with {distinct} times")
    with Load():
        kcat_steps(before, batch)
        clients = [Confluent(), KafkaPython(), AIOKafka(), *([Java()] if CLASSES else [])]
        for client in clients:
            client_steps(client, before, batch)
        # At one time: most of it is waiting for members that were killed.
        groups = [threading.Thread(target=group_steps, args=[client]) for client in clients]
        groups.append(threading.Thread(target=kcat_group_steps, args=[before]))
        for each in groups:
            each.start()
        for each in groups:
            each.join()
    settle()
    now = segments()
    replaced = sum(files[name] != now[name] for name in files)
    print(f"  {replaced} of {len(now)} segments were rewritten between both readings of everything")
    read_all("after segments were rewritten")

    @step("server", "/metrics counts what was read, and no fault")
    def _():
        text = urllib.request.urlopen(f"http://127.0.0.1:{HTTP}/metrics").read().decode()
        values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
        assert int(values["verbatim_kafka_sent_bytes_total"]) > 0
        assert values["verbatim_kafka_faults_total"] == "0", open(f"{SCRATCH}/server.log").read()

    survives_restart(server)


main()
