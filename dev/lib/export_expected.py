"""What exports must hold, worked out from a log's dump by other code than the log's own."""

import base64
import hashlib
import hmac
import re

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


# Pseudonyms, from the description in docs/EXPORTS.md.

def number(text):
    value = 0
    for character in text:
        value = value * 32 + ALPHABET.index(character)
    return value


def characters(value, count):
    return "".join(ALPHABET[value >> 5 * (count - 1 - index) & 31] for index in range(count))


def shuffled(key, value, bits, tweak):
    lower = (bits + 1) // 2
    left, right = value >> lower, value & ((1 << lower) - 1)
    for turn in range(8):
        half = right if turn % 2 == 0 else left
        code = hmac.new(key, f"{tweak} {turn} {half}".encode(), hashlib.sha256).digest()
        mixed = int.from_bytes(code[:8], "big")
        if turn % 2 == 0:
            left ^= mixed & ((1 << bits - lower) - 1)
        else:
            right ^= mixed & ((1 << lower) - 1)
    return left << lower | right


class Names:
    """What people are called in an export; without a key, what they are called in the log."""

    def __init__(self, key):
        self.key = key
        self.known = {}

    def person(self, by):
        if not self.key or not re.fullmatch("p[a-z2-7]{12}", by):
            return by
        if by not in self.known:
            value = shuffled(self.key, number(by[1:]), 60, "participant")
            self.known[by] = "p" + characters(value, 12)
        return self.known[by]

    def session(self, by, session):
        if not self.key:
            return session
        if (by, session) not in self.known:
            value = shuffled(self.key, number(session), 25, f"session {by}")
            self.known[by, session] = characters(value, 5)
        return self.known[by, session]

    def name(self, by, name):
        return self.person(by) if self.key and by.startswith("p") else name


def floored(time, timing):
    return {"exact": time, "100ms": time and time // 100 * 100, "none": None}[timing]


class Log:
    """The dump, folded: what rows, messages and events there are, and which of them are hidden."""

    def __init__(self, lines, times):
        self.lines = lines
        self.times = times  # client times by offset
        self.hidden_items = {}
        self.draft_of = {}
        drafts = {}
        for line in lines:
            event = line["event"]
            kind = event.get("type")
            if kind == "message.hidden":
                self.hidden_items[line["room"], event["message"]] = event.get("reason", "")
            elif kind == "draft.edited":
                key = line["room"], event["by"], event["session"], event["draft"]
                drafts.setdefault(key, []).append(line["offset"])
            elif kind == "message.sent":
                key = line["room"], event["by"], event["session"], event["draft"]
                self.draft_of[line["room"], line["offset"]] = drafts.get(key, [])
        self.hidden = set()
        for room, item in self.hidden_items:
            if (room, item) in self.draft_of:
                edits = self.draft_of[room, item]
                self.hidden |= {(room, offset) for offset in [item, *edits]}
        for line in lines:
            event = line["event"]
            is_chunk = event.get("type") == "reply.chunk"
            if is_chunk and (line["room"], event["reply"]) in self.hidden_items:
                self.hidden.add((line["room"], line["offset"]))

    def keystrokes(self, names, timing, includes_hidden, chosen):
        """Rows of csv and parquet."""
        rows, drafts = [], {}
        for line in self.lines:
            event, room, offset = line["event"], line["room"], line["offset"]
            kind = event.get("type")
            key = room, event.get("by"), event.get("session")
            if kind in ("message.sent", "draft.discarded") or \
                    kind == "typing.stopped" and event["reason"] == "left":
                drafts.pop(key, None)
            elif kind == "participant.left":
                for other in [one for one in drafts if one[:2] == key[:2]]:
                    del drafts[other]
            if kind != "draft.edited":
                continue
            if drafts.get(key, (0,))[0] != event["draft"]:
                drafts[key] = event["draft"], []
            text = drafts[key][1]
            text[event["at"]:event["at"] + event["del"]] = list(event["ins"])
            if not chosen(line) or not includes_hidden and (room, offset) in self.hidden:
                continue
            rows.append([
                names.person(event["by"]), names.session(event["by"], event["session"]),
                event["draft"], floored(line["time"], timing),
                floored(self.times.get(offset), timing), event["kind"], event["at"], event["del"],
                event["ins"], len(text), offset, room])
        return rows

    def messages(self, names, timing, includes_hidden, chosen):
        called, replies, items = {}, {}, []
        for line in self.lines:
            event, room, offset = line["event"], line["room"], line["offset"]
            kind, by = event.get("type"), event.get("by")
            if kind in ("participant.joined", "participant.renamed"):
                called[room, by] = event["name"]
            elif kind == "reply.started":
                replies[room, offset] = dict(event, text="")
            elif kind == "reply.chunk" and (room, event["reply"]) in replies:
                replies[room, event["reply"]]["text"] += event["text"]
            item = None
            if kind == "message.sent":
                item = {"offset": offset, "time": floored(line["time"], timing), "room": room,
                        "kind": "message", "participant": names.person(by)}
                words = {"name": names.name(by, called.get((room, by), "")),
                         "session": names.session(by, event["session"]),
                         "message": event["draft"], "text": event["text"]}
            elif kind == "reply.finished" and (room, event["reply"]) in replies:
                reply = replies.pop((room, event["reply"]))
                item = {"offset": event["reply"], "time": floored(line["time"], timing),
                        "room": room, "kind": "reply", "participant": reply["by"]}
                words = {"name": "Companion", "text": reply["text"], "finish": event["finish"],
                         "model": reply["model"], "to": reply["to"]}
            if item is None or not chosen(line):
                continue
            mark = self.hidden_items.get((room, item["offset"]))
            if mark is None or includes_hidden:
                item |= words
            if mark is not None:
                item["hidden"] = mark
            items.append(item)
        return items

    def events(self, names, timing, includes_hidden, chosen):
        for line in self.lines:
            if not chosen(line):
                continue
            event = dict(line["event"])
            if not includes_hidden and (line["room"], line["offset"]) in self.hidden:
                event = {"type": "hidden"}
            by = event.get("by")
            if "session" in event:
                event["session"] = names.session(by, event["session"])
            for field in ("by", "participant"):
                if field in event:
                    event[field] = names.person(event[field])
            if "name" in event:
                event["name"] = names.name(by, event["name"])
            if "token" in event and names.key:
                text = f"token {event['token']}".encode()
                code = hmac.new(names.key, text, hashlib.sha256).digest()
                event["token"] = base64.urlsafe_b64encode(code).decode().rstrip("=")
            for field in ("until", "behind_ms", "waited_ms"):
                if event.get(field):
                    event[field] = floored(event[field], timing) if timing != "none" else \
                        int(field == "until")
            yield {"offset": line["offset"], "time": floored(line["time"], timing),
                   "room": line["room"], "event": event}
