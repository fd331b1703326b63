"""A room that this script says in the server's place, for states to stand still in."""
import json
import random

T = 1_795_442_520_000  # a Tuesday in November, 14:02 UTC
FIRST = 48_100  # the offset of the oldest message
LONG = ("I keep coming back to the Aral Sea, because it is the same story told backwards: two "
        "rivers were turned aside to water cotton, the sea could not refill what the sun took, and "
        "in one lifetime what had been a little salt in a great deal of water became a great deal "
        "of salt in almost none. Show them th")
PEOPLE = [("mara", "Mara", "live"), ("tomasz", "Tomasz", "live"), ("layla", "ليلى", "live"),
          ("nightbus", "nightbus 🚌", "word"), ("ines", "Ines", "live"), ("wren", "Wren", "send"),
          ("wilma", "Wilhelmina of the Lowlands and of the Sea", "live"), ("bo", "W" * 32, "live")]
SAID = [("ines", "Anyone know a good reason to stay up?"),
        ("tomasz", "Tide tables. They are the only timetable that has never once been late."),
        ("layla", "أنا هنا أيضًا، أسمع البحر من النافذة."),
        ("mara", "A child in my class asked why the sea is salty if every river that feeds it is "
                 "fresh. I had nothing."),
        ("tomasz", "Rivers are only nearly fresh. A little salt, for a very long time."),
        ("layla", "البحر يتذكّر كل شيء."), ("nightbus", "so the sea is an append-only log 🌊"),
        ("tomasz", "Nobody ever deletes anything, it just gets harder to drink.")]
REPLY = ("Nightbus is closer than it sounds. Rain is **faintly acidic** and dissolves a little of "
         "every rock it runs over; the rivers carry it down. Water leaves the sea again as vapour. "
         "The salts stay behind, some for tens of millions of years, so even a trace adds")


class Room:
    """The server's part of one page's conversation."""

    def __init__(self, page, people=6, said=SAID, version="1"):
        self.page, self.socket, self.last, self.version = page, None, 0, version
        self.people, self.said, self.deaf, self.epoch = PEOPLE[:people], said, False, "one"
        self.farther = False
        self.writes = True
        page.route("**/version", lambda route: route.fulfill(json={"model": "ready"}))
        page.route("**/activity?*", lambda route: route.fulfill(json=strip()))
        page.route_web_socket("**/socket", self.opened)

    def opened(self, socket):
        if self.deaf:
            return socket.close()
        self.socket = socket
        socket.on_message(lambda text: self.hear(json.loads(text)))

    def hear(self, message):
        if message["type"] == "hello":
            self.greet(message)
        elif "seq" in message and self.writes:
            self.tell({"type": "ack", "seq": message["seq"], "offset": self.last})

    def tell(self, message):
        self.socket.send(json.dumps(message))

    def greet(self, hello):
        name = hello.get("name", "Ines")
        back = hello.get("from")
        self.tell({"type": "welcome", "epoch": self.epoch, "next": "c", "participant": "ines",
                   "token": "t", "name": name, "seq": 0, "draft": 0, "visibility": "live",
                   "limits": {"message": 8000, "insert": 4000, "name": 32, "resume_events": 5000},
                   "ping_ms": 60000, "version": self.version})
        if back and self.epoch == "one" and not self.farther:
            return
        if back:
            self.tell({"type": "reset", "reason": "epoch", "epoch": self.epoch, "start": 0,
                       "next": "c"})
        items = [{"offset": FIRST + index, "by": by, "name": dict((p[0], p[1]) for p in PEOPLE)[by],
                  "text": text, "time": T - 60_000 * (len(self.said) - index)}
                 for index, (by, text) in enumerate(self.said)]
        self.last = FIRST + len(items)
        self.tell({"type": "snapshot", "prev": self.last, "next": "c", "items": items, "drafts": [],
                   "replies": [], "total": len(items), "participants": [
                       {"by": by, "name": shown, "visibility": sees, "joined": index}
                       for index, (by, shown, sees) in enumerate(self.people)]})

    def happen(self, *events):
        for event in events:
            previous, self.last = self.last, self.last + 1
            self.tell({"type": "events", "prev": previous, "first": self.last, "next": "c",
                       "times": [T + 1000 * (self.last - FIRST)], "events": [event]})

    def type(self, by, text, draft=1, at=0, **more):
        self.happen({"type": "draft.edited", "by": by, "session": "sssss", "seq": 1, "draft": draft,
                     "at": at, "del": 0, "ins": text, "kind": "type", **more})

    def send(self, by, text):
        self.happen({"type": "message.sent", "by": by, "session": "sssss", "seq": 2, "draft": 1,
                     "text": text})

    def veil(self, by):
        self.happen({"type": "typing.started", "by": by, "session": "sssss", "draft": 1})

    def reply(self, text=REPLY, end=None, **more):
        sources = [{"title": "Why is the ocean salty?",
                    "url": "https://oceanservice.noaa.gov/facts/whysalty.html"},
                   {"title": "Dissolved salts", "url": "https://usgs.gov/salts"}]
        self.happen({"type": "reply.started", "by": "companion", "provider": "p",
                     "model": "qwen3-8b", "to": [FIRST + 3], "context": [FIRST, FIRST + 7],
                     "sources": sources})
        start = self.last
        self.happen({"type": "reply.chunk", "by": "companion", "reply": start, "text": text})
        if end == "stopped":
            self.happen({"type": "reply.stop_requested", "by": "nightbus", "reply": start})
        if end:
            self.happen({"type": "reply.finished", "by": "companion", "reply": start, "finish": end,
                         **more})

    def cut(self):
        self.deaf = True
        self.socket.close()


def instant(text):
    people = [{"by": by, "name": shown, "visibility": sees, "joined": index}
              for index, (by, shown, sees) in enumerate(PEOPLE[:5])]
    return {"offset": 48_113, "time": T - 8_000, "room": "lobby", "replies": [],
            "digest": "9f42b3a10c77e5d0" * 4, "participants": people,
            "items": [{"offset": 47_102 + 130 * index, "by": by, "text": words,
                       "name": next(shown for one, shown, _ in PEOPLE if one == by),
                       "time": T - 300_000 * (9 - index)}
                      for index, (by, words) in enumerate(SAID[:4])],
            "drafts": [{"by": by, "session": "sssss", "draft": 1, "text": words, "typing": True}
                       for by, words in (("tomasz", text), ("layla", "البحر يتذ"))]}


def strip():
    draw = random.Random(3)
    slices = []
    for index in range(200):
        writers = [draw.randrange(5)] if index % 9 < 7 else []
        slices.append({"offset": 47_100 + index * 5.6, "time": T - 2_400_000 + index * 12_000,
                       "end": T - 2_400_000 + (index + 1) * 12_000,
                       "keys": [n for by in writers for n in (by, draw.randrange(3, 20))],
                       "sent": [n for by in writers if index % 6 == 0 for n in (by, 1)],
                       **({"idle": [47_100 + index * 5.6, 540_000]} if index == 70 else {})})
    return {"from": 47_100, "next": FIRST + 120, "slices": slices,
            "authors": [{"by": by, "name": shown} for by, shown, _ in PEOPLE[:5]]}
