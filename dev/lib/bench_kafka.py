"""Reads one log of real typing from our listener and from tansu, by turns, with the same clients.

    python3 dev/lib/bench_kafka.py BINARY TANSU SCRATCH CORPUS SESSIONS ROUNDS

The peer is given the very batches that lie in our segments. Server on one core, client on another.
"""

import glob
import os
import platform
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

BINARY, TANSU, SCRATCH, CORPUS = sys.argv[1:5]
SESSIONS, ROUNDS = int(sys.argv[5]), int(sys.argv[6])
TOPIC = "chat"
BUSY_PCT = 80
SERVER_CORE, CLIENT_CORE = {0}, {1}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process on the server's core, and the seconds of processor it has used."""

    def __init__(self, name, port, command):
        self.name, self.port, self.broker = name, port, f"127.0.0.1:{port}"
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=open(f"{SCRATCH}/{name}.log", "ab"),
            preexec_fn=lambda: os.sched_setaffinity(0, SERVER_CORE))
        until = time.monotonic() + 30
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                assert time.monotonic() < until, f"{name} does not listen"
                time.sleep(0.05)

    def cpu(self):
        nanoseconds = 0
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            nanoseconds += int(open(path).read().split()[0])
        return nanoseconds / 1e9

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def ours(http, kafka):
    return Server("verbatim", kafka, [
        BINARY, "serve", "--data", f"{SCRATCH}/data", "--listen", f"127.0.0.1:{http}", "--kafka",
        str(kafka), "--segment-bytes", "1M", "--ballast", "none", "--limits", "off", "--loops", "1",
        "--model-url", "none"])


def tansu(port):
    url = f"tcp://127.0.0.1:{port}"
    return Server("tansu", port, [
        TANSU, "--listener-url", url, "--advertised-listener-url", url, "--storage-engine",
        "memory://tansu/", "--silent"])


# The load.


def batches():
    """The batches of the segments, in order."""
    for path in sorted(glob.glob(f"{SCRATCH}/data/log/chat-0/*.log")):
        data = open(path, "rb").read()
        at = 0
        while at + 61 <= len(data) and data[at + 16] == 2:
            size = 12 + struct.unpack_from(">i", data, at + 8)[0]
            yield data[at : at + size]
            at += size


def type_corpus(http):
    subprocess.run(
        [BINARY, "drive", "--input", CORPUS, "--server", f"http://127.0.0.1:{http}", "--sessions",
         str(SESSIONS), "--clients", "64", "--speed", "1000000"], check=True,
        stdout=subprocess.DEVNULL)


def rest():
    """Until the segments are not rewritten any more."""
    seen, since = None, time.monotonic()
    while time.monotonic() < since + 3:
        now = {path: os.stat(path).st_ino for path in glob.glob(f"{SCRATCH}/data/log/chat-0/*.log")}
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


class Wire:
    """Kafka's protocol by hand, without taking records apart: the cheapest client there is."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray(8 << 20)

    def ask(self, key, version, body):
        request = struct.pack(">hhih", key, version, 1, 5) + b"bench" + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        view = memoryview(self.buffer)
        self.fill(view[:4])
        size = struct.unpack_from(">i", self.buffer)[0]
        self.fill(view[:size])
        return view[:size]

    def fill(self, view):
        while len(view):
            count = self.socket.recv_into(view)
            assert count, "the connection ended"
            view = view[count:]

    def produce(self, batch):
        body = struct.pack(">hhiih", -1, -1, 10_000, 1, 4) + b"chat" + struct.pack(
            ">iii", 1, 0, len(batch)) + batch
        answer = self.ask(0, 7, body)
        error = struct.unpack_from(">h", answer, 4 + 4 + 6 + 4 + 4)[0]
        assert error == 0, f"the peer refuses a batch: {error}"

    def read(self, end):
        """Fetches everything; returns the number of events."""
        offset = 0
        while offset < end:
            body = struct.pack(">iiiibiiih", -1, 500, 1, 50 << 20, 0, 0, -1, 1, 4) + b"chat"
            body += struct.pack(">iiiqqiih", 1, 0, -1, offset, -1, 1 << 20, 0, 0)
            answer = self.ask(1, 11, body)
            # correlation, throttle, error, session, topics, name, partitions, index, error
            at = 4 + 4 + 2 + 4 + 4 + 6 + 4 + 4
            assert struct.unpack_from(">h", answer, at)[0] == 0
            at += 2 + 8 + 8 + 8
            aborted = struct.unpack_from(">i", answer, at)[0]
            assert aborted <= 0
            at += 4 + 4 + 4
            while at + 61 <= len(answer):
                base, size = struct.unpack_from(">qi", answer, at)
                offset = base + struct.unpack_from(">i", answer, at + 23)[0] + 1
                at += 12 + size
        return offset


class Librdkafka:
    """A consumer that has read the log once, and reads it again from the start."""

    events_least = 4_000_000  # of a measurement: the log is read as often as that takes

    def __init__(self, server, end):
        self.start, self.end = confluent_kafka.TopicPartition(TOPIC, 0, 0), end
        self.consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": server.broker, "group.id": "bench", "enable.auto.commit": False,
             "fetch.queue.backoff.ms": 0, "fetch.wait.max.ms": 5,
             "queued.min.messages": 1_000_000})
        self.consumer.assign([self.start])
        self.read()

    def again(self):
        self.consumer.seek(self.start)
        self.read()

    def read(self):
        count = 0
        while count < self.end:
            messages = self.consumer.consume(min(10_000, self.end - count), 30)
            assert messages, "nothing came"
            count += len(messages)
        assert messages[-1].offset() == self.end - 1

    def close(self):
        self.consumer.close()


class ByHand:
    """Whole batches, not taken apart."""

    events_least = 40_000_000

    def __init__(self, server, end):
        self.wire, self.end = Wire(server.port), end
        self.again()

    def again(self):
        assert self.wire.read(self.end) == self.end

    def close(self):
        self.wire.socket.close()


def measure(client, server, end):
    """Reads the log again and again; events/s, server's µs an event, client's and server's load."""
    reader, events = client(server, end), 0
    busy, used, begin = time.process_time(), server.cpu(), time.monotonic()
    while events < client.events_least:
        reader.again()
        events += end
    passed = time.monotonic() - begin
    used, busy = server.cpu() - used, time.process_time() - busy
    reader.close()
    return {"rate": events / passed, "us": used * 1e6 / events, "client": 100 * busy / passed,
            "server": 100 * used / passed}


def median(rows, name):
    return statistics.median(row[name] for row in rows)


def row(what, mine, theirs):
    rate = [a["rate"] / b["rate"] for a, b in zip(mine, theirs)]
    cost = [a["us"] / b["us"] for a, b in zip(mine, theirs)]
    busy = max(median(mine, "client"), median(theirs, "client"))
    least = "at least " if median(mine, "client") > BUSY_PCT else ""

    def span(values):
        return f"{statistics.median(values):.2f} × ({min(values):.2f}–{max(values):.2f})"

    cells = [
        what, f"{median(mine, 'rate') / 1e6:.2f} M/s", f"{median(theirs, 'rate') / 1e6:.2f} M/s",
        least + span(rate), f"{median(mine, 'us'):.4f} µs", f"{median(theirs, 'us'):.4f} µs",
        span(cost), f"{busy:.0f} %"]
    print("|", " | ".join(cells), "|", flush=True)
    return statistics.median(rate) >= 1.0 and statistics.median(cost) <= 0.67


def main():
    os.sched_setaffinity(0, CLIENT_CORE)
    http, kafka = free_port(), free_port()
    mine = ours(http, kafka)
    type_corpus(http)
    rest()
    theirs = tansu(free_port())
    admin = AdminClient({"bootstrap.servers": theirs.broker})
    admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(10)
    peer, sizes, end = Wire(theirs.port), [], 0
    for batch in batches():
        peer.produce(batch)
        sizes.append(len(batch))
        end += struct.unpack_from(">i", batch, 23)[0] + 1
    print(f"{time.strftime('%Y-%m-%d %H:%M')} UTC, {os.cpu_count()} cores, Linux"
          f" {platform.release()}, load {os.getloadavg()[0]:.1f}; {end:,} events of real typing in"
          f" {len(sizes):,} batches, {sum(sizes) / end:.1f} bytes an event\n", flush=True)
    print("| client | ours | tansu | throughput | CPU/event, ours | tansu | CPU | client's core |")
    print("|---|---|---|---|---|---|---|---|")
    good = True
    for what, client in (("librdkafka (confluent-kafka)", Librdkafka), ("Fetch by hand", ByHand)):
        pairs = [(measure(client, mine, end), measure(client, theirs, end)) for _ in range(ROUNDS)]
        good = row(what, *zip(*pairs)) and good
    mine.stop()
    theirs.stop()
    sys.exit(0 if good else 1)


main()
