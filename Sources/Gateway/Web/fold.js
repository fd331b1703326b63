// What the events of a room mean: who is here, what is being written, what stays. The fold is
// total: an unknown type, a hidden record and an edit outside its draft all leave it whole.
import { applied, clipped, indexOf } from "./splice.js";
import * as say from "./words.js";

const GHOST_SCALARS = 24;
const SHAPES = 8;

export class Room {
  last = -1; // offset of the room's newest event seen here
  mode = "open";
  more = false; // older items can be asked for
  me = null;
  people = new Map(); // by → {by, name, visibility, number}
  drafts = new Map(); // key → {key, by, session, draft, name, number, text, caret, typing, …}
  replies = new Map(); // offset → {offset, by, model, text, to, context, sources}
  items = []; // settled rows, oldest first
  touched = new Set(); // drafts, replies and items a painter has not seen
  removed = []; // [draft, item or null]: a row that went, and what it settled into
  whole = true; // everything is to be painted anew

  snapshot({ prev, items, drafts, replies, participants, total, mode }) {
    this.last = prev;
    this.mode = mode ?? "open";
    this.people.clear();
    this.drafts.clear();
    this.replies.clear();
    this.touched.clear();
    this.removed = [];
    for (const person of participants) this.#enter(person);
    this.items = items.map((item) => this.#kept(item)).filter(Boolean);
    for (const draft of drafts) {
      const open = this.#draft(draft);
      open.text = draft.text;
      open.caret = draft.text.length;
      open.edits = draft.text ? 1 : 0;
      open.typing = draft.typing ?? true;
    }
    for (const reply of replies) this.#reply(reply.reply, reply).text = reply.text;
    this.more = total > items.length;
    this.whole = true;
  }

  page({ items, more }) {
    const older = items.map((item) => this.#kept(item)).filter(Boolean);
    const first = this.items.find((item) => item.kind !== "direction")?.offset ?? Infinity;
    const fresh = older.filter((item) => item.offset < first);
    this.items.unshift(...fresh);
    this.more = more && items.length > 0;
    return fresh;
  }

  apply(offset, time, event) {
    this.last = offset;
    const turn = TURNS[event.type];
    if (turn) turn.call(this, event, offset, time);
  }

  name = (by) => this.people.get(by)?.name ?? say.OFFICIAL[by] ?? by;
  number = (by) => this.people.get(by)?.number ?? (say.OFFICIAL[by] ? 0 : wanderer(by));
  latest = ({ by, session }) =>
    [...this.drafts.values()].find((draft) => draft.by === by && draft.session === session);
  writing = () => [...this.drafts.values()].filter((draft) => draft.typing);

  // A person keeps the lowest free number until leaving: it is their colour and their shape.
  #enter({ by, name, visibility }) {
    if (say.OFFICIAL[by]) return null;
    const taken = new Set([...this.people.values()].map((person) => person.number));
    let number = this.people.get(by)?.number ?? 1;
    if (!this.people.has(by)) while (taken.has(number)) number++;
    const person = { by, name, visibility, number };
    this.people.set(by, person);
    return person;
  }

  // A row of the transcript from an item of a snapshot or page; a hidden mark has no row.
  #kept(item) {
    const { offset, by, hidden, time } = item;
    if (typeof hidden === "number" || by === undefined) return null;
    return {
      ...item, offset, by, time,
      kind: item.finish === undefined ? "message" : "reply",
      name: item.name ?? this.name(by), number: this.number(by), text: item.text ?? "",
    };
  }

  #settle(item, draft = null) {
    this.items.push(item);
    this.touched.add(item);
    if (draft) this.removed.push([draft, item]);
  }

  #direct(text, offset, time) {
    if (text) this.#settle({ kind: "direction", offset, time, text });
  }

  #draft({ by, session, draft }) {
    const key = `${by} ${session} ${draft}`;
    let open = this.drafts.get(key);
    if (!open) {
      for (const old of [...this.drafts.values()]) {
        if (old.by === by && old.session === session) this.#close(old);
      }
      open = {
        key, by, session, draft, name: this.name(by), number: this.number(by),
        text: "", caret: 0, edits: 0, typing: true, ghost: "", deletions: 0, paste: null,
      };
      this.drafts.set(key, open);
    }
    this.touched.add(open);
    return open;
  }

  #close({ by, session, draft }, item = null) {
    const key = `${by} ${session} ${draft}`;
    const open = this.drafts.get(key);
    if (!open) return null;
    this.drafts.delete(key);
    this.touched.delete(open);
    if (!item) this.removed.push([open, null]);
    return open;
  }

  #reply(offset, fields) {
    const reply = { ...fields, offset, name: this.name(fields.by), text: "", kind: "reply" };
    this.replies.set(offset, reply);
    this.touched.add(reply);
    return reply;
  }

  static turns = {
    "participant.joined"(event, offset, time) {
      const person = this.#enter(event);
      if (person) this.#direct(say.comesIn(person), offset, time);
    },
    "participant.renamed"({ by, name }, offset, time) {
      const person = this.people.get(by);
      if (!person) return;
      this.#direct(say.renamed(person.name, name), offset, time);
      person.name = name;
      for (const draft of this.drafts.values()) {
        if (draft.by !== by) continue;
        draft.name = name;
        this.touched.add(draft);
      }
    },
    "participant.left"({ by, reason }, offset, time) {
      const person = this.people.get(by);
      for (const draft of [...this.drafts.values()]) if (draft.by === by) this.#close(draft);
      if (!person) return;
      this.people.delete(by);
      this.#direct(say.leaves(person.name, reason), offset, time);
    },
    "visibility.changed"({ by, visibility }, offset, time) {
      const person = this.people.get(by);
      if (!person) return;
      person.visibility = visibility;
      for (const draft of this.drafts.values()) if (draft.by === by) this.touched.add(draft);
      this.#direct(say.shows(person.name, visibility), offset, time);
    },
    "typing.started"(event) {
      this.#draft(event).typing = true;
    },
    "typing.stopped"(event) {
      // `sent` and `discarded` have their own events, which also say what becomes of the words.
      if (event.reason === "left") this.#close(event);
      else if (this.drafts.has(`${event.by} ${event.session} ${event.draft}`)) {
        this.#draft(event).typing = false;
      }
    },
    "draft.edited"(event, offset, time) {
      const draft = this.#draft(event);
      const { text } = draft;
      const start = indexOf(text, event.at);
      const end = start + indexOf(text.slice(start), event.del);
      if (event.del && !event.ins && end === text.length) {
        draft.ghost = clipped(text.slice(start, end) + draft.ghost, GHOST_SCALARS);
        draft.deletions++;
      }
      draft.text = applied(text, event);
      draft.caret = start + event.ins.length;
      draft.paste = event.kind === "paste" && event.ins ? [start, draft.caret] : null;
      draft.edits++;
      draft.typing = true;
      draft.time = time;
    },
    "draft.discarded"(event) {
      this.#close(event);
    },
    "message.sent"(event, offset, time) {
      const { by, text } = event;
      const item = {
        kind: "message", offset, time, by, text,
        name: this.name(by), number: this.number(by),
      };
      this.#settle(item, this.#close(event, item));
    },
    "reply.started"(event, offset, time) {
      this.#reply(offset, { ...event, time });
    },
    "reply.chunk"({ reply, text }) {
      const open = this.replies.get(reply);
      if (!open) return;
      open.text += text;
      this.touched.add(open);
    },
    "reply.stop_requested"({ by, reply }) {
      const open = this.replies.get(reply);
      if (open) open.stopper = this.name(by);
    },
    "reply.finished"({ reply, finish, error }) {
      const open = this.replies.get(reply);
      if (!open) return;
      this.replies.delete(reply);
      this.touched.delete(open);
      this.#settle({ ...open, finish, error }, open);
    },
    "reply.refused"(event, offset, time) {
      this.#direct(say.refused(event), offset, time);
    },
    "provider.failed"(event, offset, time) {
      this.#direct(say.failedOver(event), offset, time);
    },
    "message.hidden"({ message, reason }) {
      const item = this.items.find((one) => one.offset === message && one.kind !== "direction")
        ?? this.replies.get(message);
      if (!item) return;
      item.hidden = reason ?? "";
      item.text = "";
      this.touched.add(item);
    },
    "participant.muted"({ participant, until, reason }) {
      if (participant === this.me) this.muted = until ? { until, reason } : null;
    },
    "room.mode"(event, offset, time) {
      this.mode = event.mode;
      this.#direct(say.roomMode(event), offset, time);
    },
  };
}

const TURNS = Room.turns;

// Those who have left, or were never here while we were, still need a colour and a shape.
function wanderer(by) {
  let sum = 0;
  for (const letter of by) sum = (sum * 31 + letter.codePointAt(0)) % 65_521;
  return 1 + (sum % SHAPES);
}
