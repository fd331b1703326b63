"""Runs the measurements of dev/bench-gateway round by round and prints their table.

    bench_gateway.py BUILD SERVER ROUNDS [--run NAME] [SECTION…]

BUILD holds the generator and the peers; SERVER is our binary. The table is of one run: a new one,
or the one that --run names and this adds rounds to (none with ROUNDS 0), if it is of the same
binary.
"""

import datetime
import hashlib
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
import urllib.request

import bench_gateway_table

BUILD, SERVER = pathlib.Path(sys.argv[1]), sys.argv[2]
ROUNDS, WORDS = int(sys.argv[3]), sys.argv[4:]
PEERS = pathlib.Path(__file__).resolve().parents[2] / "Benchmarks" / "Peers"
SERVER_CORE, GENERATOR_CORE = {0}, {min(1, os.cpu_count() - 1)}
RESTARTS = 10
IDLE_SECONDS = 600
SECONDS_MOST = 900
"""No further round is begun that would end later than this."""

DISTURBED = 0.25
"""A round beside whose levels others took more of a core than this is not one."""
APPENDS_MOST, OTHERS_MOST = 4, 0.1
"""As many tries while others take more than this part of a core."""
RAMP_FROM = 1_000_000
"""Deliveries a second, for everybody."""

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
        self.log = open(os.path.join(self.directory, "log"), "wb")
        return self.start()

    def start(self):
        command = [word.format(port=self.port, directory=self.directory) for word in self.command]
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
        raise RuntimeError(f"{command[0]} does not start")

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

    def kill(self):
        self.process.kill()
        self.process.wait()

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + " "))

    def command_of_load(self, verb, options):
        return [str(BUILD / "load"), verb, self.protocol, f"port={self.port}",
                f"server={self.process.pid}",
                *(f"{name}={value}" for name, value in options.items())]

    def load(self, verb, patience, **options):
        """What the generator prints within so many seconds, a dictionary a line."""
        command = self.command_of_load(verb, options)
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience,
            preexec_fn=lambda: os.sched_setaffinity(0, GENERATOR_CORE))
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]


def fan_out(name, readers, rates):
    """The levels asked for, and the best level that held."""
    options = {"readers": readers, "rates": rates, "hold": 5, "ramp": RAMP_FROM}
    found, best = {}, {"offered": 0}
    for _ in range(RESTARTS):
        with Server(name) as server:
            lines = server.load("fanout", 240, **options)
        for line in lines:
            if line.get("level") == "fixed":
                found[f"{line['rate']:.0f}"] = line
            elif line.get("level") == "ramp" and line["holds"]:
                best = max(best, line, key=lambda line: line["offered"])
        if not lines[-1].get("stuck"):
            break
        options |= {"rates": ""} | {
            key: lines[-1][key] for key in ("low", "high", "next", "tries")}
    if not best["offered"]:
        raise RuntimeError(f"{name}: no level held")
    return found | {"best": best}


def turned(names, number):
    """Every round begins with another system."""
    return names[number % len(names):] + names[:number % len(names)]


def readers(count, names, rates=""):
    return lambda number: {
        name: fan_out(name, count, rates) for name in turned(names, number)}


def append_steadily(server, publishers, depth):
    """The first of a few tries that others do not disturb, else the last."""
    for _ in range(APPENDS_MOST):
        found = server.load("append", 60, publishers=publishers, depth=depth, seconds=3)[-1]
        if found["others"] <= OTHERS_MOST:
            break
    return found


def append(number):
    found = {}
    for name in turned(["verbatim", "Redis log"], number):
        with Server(name) as server:
            found[name] = {"64": append_steadily(server, 64, 1),
                           "1000": append_steadily(server, 1, 1_000)}
    return found


def idle(seconds):
    def measure_idle(_):
        with Server("verbatim") as server:
            return server.load("idle", seconds + 120, readers=10_000, hold=seconds)[-1]
    return measure_idle


def stalled(_):
    with Server("verbatim") as server:
        lines = server.load("stalled", 180, readers=500, stalled=500, rates=1_000, hold=5)
    turns = {"alone": [], "beside": []}
    for line in lines:
        if line.get("level") in turns:
            turns[line["level"]].append(line)
    return turns | {"ends": [line for line in lines if "stalled" in line]}


def storm(_):
    """Everybody comes back at once to a server that was killed, with a cursor and without."""
    found = {}
    for name, from_cursor in (("cursor", 1), ("snapshot", 0)):
        with Server("verbatim") as server:
            command = server.command_of_load(
                "storm", {"readers": 5_000, "from_cursor": from_cursor})
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, GENERATOR_CORE)) as load:
                if load.stdout.readline():
                    server.kill()
                    server.start()
                said, wrong = load.communicate(timeout=120)
            if load.returncode:
                raise RuntimeError(f"{' '.join(command)}: {wrong.strip()[-300:]}")
            found[name] = json.loads(said.splitlines()[-1]) | {
                "snapshots": server.metric("verbatim_snapshots_encoded_total")}
    return found


SECTIONS = {
    "1000": readers(1_000, ["verbatim", "uWebSockets", "Redis"], "20,240"),
    "100": readers(100, ["verbatim", "uWebSockets"]),
    "5000": readers(5_000, ["verbatim", "uWebSockets"]),
    "append": append, "memory": idle(5), "stalled": stalled, "storm": storm,
    "idle": idle(IDLE_SECONDS)}
ONCE = ("memory", "idle")
USUAL = [name for name in SECTIONS if name != "idle"]
"""Everything but ten minutes of nothing."""


def now():
    return f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M:%S}"


class Run:
    """What was measured under one name, of one binary; kept in BUILD."""

    def __init__(self, name):
        self.path = BUILD / f"gateway-{name or now().replace(' ', 'T')}.json"
        server = hashlib.sha256(pathlib.Path(SERVER).read_bytes()).hexdigest()[:12]
        self.kept = {"server": server, "sections": {}}
        if name and self.path.exists():
            self.kept = json.loads(self.path.read_text())
            if self.kept["server"] != server:
                sys.exit(f"{self.path} is of another binary: name another run")

    def add(self, section, **what):
        """A round, or why there is none."""
        self.kept["sections"].setdefault(section, []).append({"at": now(), **what})
        self.path.write_text(json.dumps(self.kept))

    def count(self, section):
        return sum("found" in tried for tried in self.kept["sections"].get(section, []))


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < 12_000:
        sys.exit(f"10,000 sockets need more open files than {most}: ulimit -n 16384")
    name, sections = (WORDS[1], WORDS[2:]) if WORDS[:1] == ["--run"] else (None, WORDS)
    run = Run(name)
    start = time.monotonic()
    for number in range(ROUNDS):
        if number and (time.monotonic() - start) * (number + 1) / number > SECONDS_MOST:
            print(f"no time for round {number + 1}", file=sys.stderr)
            break
        for section in sections or USUAL:
            if run.count(section) and section in ONCE:
                continue
            measure(run, section, number + 1)
    print(f"Kept in {run.path.name}; server {run.kept['server']}, "
          f"{version(BUILD / 'redis-server')}")
    bench_gateway_table.write(run.kept["sections"])


def version(command):
    words = subprocess.run([command, "--version"], capture_output=True, text=True).stdout.split()
    return "Redis " + next((word[2:] for word in words if word.startswith("v=")), "?")


def measure(run, section, number):
    print(f"round {number} of {ROUNDS}: {section}", file=sys.stderr, flush=True)
    try:
        found = SECTIONS[section](run.count(section))
        others = bench_gateway_table.most_others(found)
        if others > DISTURBED:
            raise RuntimeError(f"disturbed: others took {100 * others:.0f} % of a core")
        run.add(section, found=found)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"  failed: {error}", file=sys.stderr, flush=True)
        run.add(section, failed=str(error))


if __name__ == "__main__":
    main()
