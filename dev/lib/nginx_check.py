"""Two clients behind nginx and TLS: keys appear, events stream, a restart resumes.

    nginx_check.py BINARY SCRATCH TLS-PORT SERVER-PORT
"""

import base64
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys

BINARY, SCRATCH, TLS, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
HOST = "chat.example"
PATIENCE_S = 20  # a guard against hanging, not a measure


def start():
    server = subprocess.Popen(
        [BINARY, "serve", "--data", f"{SCRATCH}/data", "--listen", f"127.0.0.1:{PORT}",
         "--behind-proxy", "127.0.0.1/32", "--model-url", "none"],
        stdout=subprocess.PIPE, stderr=open(f"{SCRATCH}/server.log", "ab"), text=True,
    )
    assert "is ready" in server.stdout.readline(), open(f"{SCRATCH}/server.log").read()
    return server


def connect():
    context = ssl.create_default_context(cafile=f"{SCRATCH}/fullchain.pem")
    plain = socket.create_connection(("127.0.0.1", TLS), PATIENCE_S)
    return context.wrap_socket(plain, server_hostname=HOST)


class Reader:
    def __init__(self, stream):
        self.stream, self.unread = stream, b""

    def read(self, count):
        while len(self.unread) < count:
            more = self.stream.recv(65536)
            if not more:
                raise EOFError
            self.unread += more
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.read(1)
        return line.decode().rstrip("\r\n")

    def head(self):
        lines = []
        while line := self.line():
            lines.append(line)
        return lines


def ask(path, headers=()):
    stream = connect()
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", *headers]
    stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    reader = Reader(stream)
    head = reader.head()
    return int(head[0].split()[1]), head, reader


class Client:
    """One page's WebSocket, with the Origin a browser would send."""

    def __init__(self, origin=f"https://{HOST}"):
        key = base64.b64encode(os.urandom(16)).decode()
        self.status, self.head, self.reader = ask("/rooms/lobby/socket", [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: verbatim.v1",
            f"Origin: {origin}",
        ])

    def say(self, **message):
        payload = json.dumps(message, separators=(",", ":")).encode()
        assert len(payload) < 65536
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        mask = os.urandom(4)
        body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.reader.stream.sendall(b"\x81" + size + mask + body)

    def next(self, kind):
        while True:
            first, second = self.reader.read(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self.reader.read(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self.reader.read(8))
            payload = self.reader.read(length)
            if first & 0x0F == 8:
                raise EOFError(payload)
            if first & 0x0F == 1 and (message := json.loads(payload))["type"] == kind:
                return message

    def hello(self, session, **more):
        self.say(type="hello", session=session, **more)
        return self.next("welcome")

    def edit(self, seq, at, text):
        self.say(type="edit", seq=seq, draft=1, at=at, **{"del": 0}, ins=text, kind="type")

    def typed(self):
        while True:
            frame = self.next("events")
            self.cursor = frame["next"]
            if found := [e["ins"] for e in frame["events"] if e["type"] == "draft.edited"]:
                return "".join(found)


def event(reader):
    """The next server-sent event of a chunked answer: its id and its data."""
    found = ""
    while True:
        line = reader.line()
        if line.startswith("id: "):
            found = line[4:]
        elif line.startswith("data: "):
            return found, line[6:]


def edited(reader, text):
    while True:
        place, data = event(reader)
        if f'"ins":"{text}"' in data:
            return place


def main():
    server = start()
    assert ask("/livez")[0] == 200
    assert ask("/metrics")[0] == 404, "metrics stay inside"
    assert Client(origin="https://evil.example").status == 403
    ada, bob = Client(), Client()
    assert ada.status == 101, ada.head
    mine = ada.hello("aaaaa", name="Ada")
    theirs = bob.hello("bbbbb", name="Bob")
    status, head, stream = ask("/rooms/lobby/events", ["Accept: text/event-stream"])
    assert status == 200 and "Content-Type: text/event-stream" in head, head
    for index, key in enumerate("héy"):
        ada.edit(index + 1, index, key)
        assert bob.typed() == key, "every key is seen by itself"
        place = edited(stream, key)
    server.send_signal(signal.SIGTERM)
    for client in (ada, bob):
        bye = client.next("bye")
        assert bye["code"] == 1001 and bye["retry_ms"] > 0, bye
    assert server.wait(PATIENCE_S) == 0
    server = start()
    cursor = bob.cursor
    ada, bob = Client(), Client()
    again = ada.hello("aaaaa", token=mine["token"])
    assert (again["participant"], again["seq"]) == (mine["participant"], 3), again
    ada.edit(4, 3, "!")
    back = bob.hello("bbbbb", token=theirs["token"], **{"from": cursor})
    assert back["next"] == cursor, "exactly where Bob was"
    assert bob.typed() == "!"
    status, _, stream = ask(
        "/rooms/lobby/events", ["Accept: text/event-stream", f"Last-Event-ID: {place}"])
    assert status == 200
    edited(stream, "!")
    server.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE_S) == 0
    print("behind nginx with TLS: keys appear, events stream, a restart resumes")


main()
