"""Runs the measurements of dev/bench-gateway round by round and prints their table.

    bench_gateway.py BUILD SERVER ROUNDS [SECTION…]

BUILD holds the generator, the peers and what was measured before; SERVER is our binary. Every
section is measured anew or taken from the last time it was; the table holds all of them.
"""

import datetime
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import bench_gateway_table

BUILD, SERVER = pathlib.Path(sys.argv[1]), sys.argv[2]
ROUNDS = int(sys.argv[3])
PEERS = pathlib.Path(__file__).resolve().parents[2] / "Benchmarks" / "Peers"
KEPT = BUILD / "gateway.json"
SERVER_CORE, GENERATOR_CORE = {0}, {min(1, os.cpu_count() - 1)}
RESTARTS = 4
IDLE_SECONDS = 600
SECONDS_MOST = 700
"""No further round is begun that would end later than this."""

REDIS = [str(BUILD / "redis-server"), "--bind", "127.0.0.1", "--save", "", "--maxclients", "15000",
         "--tcp-backlog", "4096", "--port", "{port}", "--dir", "{directory}"]
SYSTEMS = {
    "verbatim": ("verbatim", [
        SERVER, "serve", "--data", "{directory}/data", "--listen", "127.0.0.1:{port}",
        "--limits", "off", "--model-url", "none", "--loops", "1"]),
    "uWebSockets": ("websocket", [
        str(BUILD / "uwebsockets" / "bin" / "python"), str(PEERS / "uwebsockets_room.py"),
        "{port}"]),
    "Redis": ("redis", [*REDIS, "--appendonly", "no"]),
    "Redis log": ("redis", [*REDIS, "--appendonly", "yes", "--appendfsync", "always",
                            "--auto-aof-rewrite-percentage", "0"]),
}


class Server:
    """One server in a directory of its own, on its own core, until the block ends."""

    def __init__(self, name):
        self.protocol, self.command = SYSTEMS[name]

    def __enter__(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.directory = tempfile.mkdtemp(dir=BUILD)
        command = [word.format(port=self.port, directory=self.directory) for word in self.command]
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log,
            preexec_fn=lambda: os.sched_setaffinity(0, SERVER_CORE))
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        self.__exit__()
        sys.exit(f"{command[0]} does not start")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def load(self, verb, patience, **options):
        """What the generator prints within so many seconds, a dictionary a line."""
        command = [str(BUILD / "load"), verb, self.protocol, f"port={self.port}",
                   f"server={self.process.pid}",
                   *(f"{name}={value}" for name, value in options.items())]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience,
            preexec_fn=lambda: os.sched_setaffinity(0, GENERATOR_CORE))
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]


def fan_out(name, readers, rates, ramp):
    """The levels asked for, and the best level that held."""
    options = {"readers": readers, "rates": rates, "ramp": ramp}
    found, best = {}, {"offered": 0}
    for _ in range(RESTARTS):
        with Server(name) as server:
            lines = server.load("fanout", 240, **options)
        for line in lines:
            if line.get("level") == "fixed":
                found[f"{line['rate']:.0f}"] = line
            elif line.get("holds") and line["offered"] > best["offered"]:
                best = line
        if not lines[-1].get("stuck"):
            break
        options |= {"rates": "", "low": lines[-1]["low"], "high": lines[-1]["high"]}
    return found | {"best": best}


def readers_1000():
    ramps = {"verbatim": 4e6, "uWebSockets": 2e6, "Redis": 2e6}
    return {name: fan_out(name, 1_000, "20,240", int(ramp)) for name, ramp in ramps.items()}


def readers_100():
    return {name: fan_out(name, 100, "", 2_000_000) for name in ("verbatim", "uWebSockets")}


def readers_5000():
    return {name: fan_out(name, 5_000, "", 1_000_000) for name in ("verbatim", "uWebSockets")}


def append():
    found = {}
    for name in ("verbatim", "Redis log"):
        with Server(name) as server:
            found[name] = {
                "64": server.load("append", 60, publishers=64, depth=1, seconds=2)[-1],
                "1000": server.load("append", 60, publishers=1, depth=1_000, seconds=2)[-1]}
    return found


def memory():
    with Server("verbatim") as server:
        return server.load("idle", 120, readers=10_000, hold=5)[-1]


def idle():
    with Server("verbatim") as server:
        return server.load("idle", IDLE_SECONDS + 120, readers=10_000, hold=IDLE_SECONDS)[-1]


def stalled():
    with Server("verbatim") as server:
        lines = server.load("stalled", 120, readers=500, stalled=500, rates=1_000, hold=6)
    return {line["level"]: line for line in lines if "level" in line} | {"end": lines[-1]}


SECTIONS = {
    "1000": readers_1000, "100": readers_100, "5000": readers_5000, "append": append,
    "memory": memory, "stalled": stalled, "idle": idle}
ONCE = ("memory", "idle")
"""Everything but ten minutes of nothing."""
USUAL = [name for name in SECTIONS if name != "idle"]


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < 12_000:
        sys.exit(f"10,000 sockets need more open files than {most}: ulimit -n 16384")
    sections = sys.argv[4:] or USUAL
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    rounds = {name: [] for name in sections}
    start = time.monotonic()
    with open(BUILD / "gateway.log", "w") as raw:
        for number in range(ROUNDS):
            if number and (time.monotonic() - start) * (number + 1) / number > SECONDS_MOST:
                print(f"no time for round {number + 1}", file=sys.stderr)
                break
            measure(sections, number, rounds, raw)
            keep(kept, rounds)
    bench_gateway_table.write(kept)


def measure(sections, number, rounds, raw):
    for name in sections:
        if number and name in ONCE:
            continue
        print(f"round {number + 1} of {ROUNDS}: {name}", file=sys.stderr, flush=True)
        try:
            found = SECTIONS[name]()
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"  left out: {error}", file=sys.stderr, flush=True)
            continue
        print(json.dumps({name: found}), file=raw, flush=True)
        rounds[name].append(found)


def keep(kept, rounds):
    now = datetime.datetime.now(datetime.timezone.utc)
    for name, found in rounds.items():
        if found:
            kept[name] = {"at": f"{now:%Y-%m-%d %H:%M}", "rounds": found}
    KEPT.write_text(json.dumps(kept))


if __name__ == "__main__":
    main()
