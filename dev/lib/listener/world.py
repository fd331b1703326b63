"""A server under load, and what its log holds by `verbatim dump`: what every step looks at."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

BINARY, SCRATCH, CORPUS, SESSIONS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
# A guard against hanging, not a measure.
PATIENCE_S = 60
TOPIC = "chat"
failures, passed = [], []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


HTTP, KAFKA = free_port(), free_port()
BROKER = f"127.0.0.1:{KAFKA}"
DATA = f"{SCRATCH}/data"


def step(client, what):
    """Runs a step at once; a step that fails is named, and the others go on."""

    def run(body):
        begin = time.monotonic()
        try:
            body()
            passed.append(what)
        except Exception as error:  # noqa: BLE001: whatever it is, it is the step's failure
            failures.append(f"{client}: {what}: {type(error).__name__}: {error}")
            print(f"  FAILED {failures[-1]}", flush=True)
        if "LISTENER_TIMES" in os.environ:
            print(f"  {time.monotonic() - begin:5.1f} s  {client}: {what}", flush=True)
        return body

    return run


# Small ones, so that some are full and written again while the steps are done.
SEGMENT_BYTES = "128K" if SESSIONS < 100 else "1M"


def start():
    server = subprocess.Popen(
        [BINARY, "serve", "--data", DATA, "--listen", f"127.0.0.1:{HTTP}", "--kafka", BROKER,
         "--segment-bytes", SEGMENT_BYTES, "--ballast", "none", "--limits", "off",
         "--model-url", "none"],
        stdout=subprocess.PIPE, stderr=open(f"{SCRATCH}/server.log", "ab"), text=True,
    )
    assert "is ready" in server.stdout.readline(), open(f"{SCRATCH}/server.log").read()
    return server


def drive(sessions, speed, room="lobby"):
    return subprocess.Popen(
        [BINARY, "drive", "--input", CORPUS, "--server", f"http://127.0.0.1:{HTTP}",
         "--room", room, "--sessions", str(sessions), "--speed", str(speed)],
        stdout=subprocess.PIPE, text=True,
    )


class Load:
    """Somebody types until it is stopped."""

    def __enter__(self):
        self.going = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while self.going:
            self.typing = drive(40, 40, room="load")
            self.typing.wait()

    def __exit__(self, *_):
        self.going = False
        self.typing.send_signal(signal.SIGKILL)
        self.thread.join()


def dump(first=0, last=None):
    """Offset, time, key and value of every committed record, as the operator's tool prints them."""
    arguments = [BINARY, "dump", DATA, "--json", "--from", str(first)]
    if last is not None:
        arguments += ["--to", str(last)]
    records = []
    for line in subprocess.run(arguments, capture_output=True, check=True).stdout.splitlines():
        head, value = line.split(b',"event":', 1)
        parsed = json.loads(head + b"}")
        key = parsed["room"]
        records.append((parsed["offset"], parsed["time"], key and key.encode(), value[:-1]))
    return records


def segments():
    """The files of the log's segments, by name: a rewritten one is another file."""
    folder = f"{DATA}/log/chat-0"
    return {name: os.stat(f"{folder}/{name}").st_ino for name in os.listdir(folder)
            if name.endswith(".log")}


def settle():
    """Until no segment was rewritten for three seconds."""
    seen, since = None, time.monotonic()
    while time.monotonic() < since + 3:
        now = segments()
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


def spans():
    """First and last offset of each batch that lies in the segments now."""
    found = []
    folder = f"{DATA}/log/chat-0"
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".log"):
            continue
        data = open(f"{folder}/{name}", "rb").read()
        at = 0
        while at + 61 <= len(data) and data[at + 16] == 2:
            base = int.from_bytes(data[at : at + 8], "big")
            found.append((base, base + int.from_bytes(data[at + 23 : at + 27], "big")))
            at += 12 + int.from_bytes(data[at + 8 : at + 12], "big")
    return found


def same(found, wanted, what="records"):
    if found != wanted:
        at = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b),
                  min(len(found), len(wanted)))
        raise AssertionError(
            f"{what} differ at {at} of {len(found)} and {len(wanted)}:"
            f" {found[at:at + 1]} is not {wanted[at:at + 1]}")


def offsets(batch):
    """Of a batch: all of a small one, of a large one some and both ends."""
    first, last = batch
    all_of_it = list(range(first, last + 1))
    return all_of_it if len(all_of_it) <= 24 else (
        all_of_it[:8] + all_of_it[8:-8 : max(1, len(all_of_it) // 8)] + all_of_it[-8:])


def times(before, batch):
    """Around four records of one batch."""
    first, last = batch
    chosen = sorted({before[first + (last - first) * i // 3][1] for i in range(4)})
    return [at + delta for at in chosen for delta in (-1, 0, 1)]
