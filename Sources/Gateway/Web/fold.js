// What the events of a room mean. The fold is total: unknown and hidden events change nothing.
import { applied, clipped, indexOf } from "./splice.js";
import * as say from "./words.js";

const GHOST_SCALARS = 24;

export class Room {
  last = -1; // offset of the room's newest event seen
  mode = "open";
  more = false; // older items can be asked for
  people = new Map(); // by → {by, name, visibility, number}
  drafts = new Map(); // by and session → {by, session, draft, name, number, text, caret, …}
  replies = new Map(); // offset → {offset, by, name, text, model, to, context, sources}
  items = []; // settled rows, oldest first
  // For a painter: what changed, which open row went (and what it settled into), or everything.
  touched = new Set();
  gone = [];
  whole = true;

  snapshot({ prev, items, drafts, replies, participants, total, mode = "open" }) {
    Object.assign(this, { last: prev, mode, more: total > items.length, whole: true });
    for (const kept of [this.people, this.drafts, this.replies]) kept.clear();
    // In the order in which they came: it decides their colours.
    const order = ({ joined = 0 }) => joined;
    for (const person of [...participants].sort((a, b) => order(a) - order(b))) this.#enter(person);
    this.items = this.#kept(items);
    for (const draft of drafts) {
      const { by, text, typing = true } = draft;
      const edits = text || this.people.get(by)?.visibility !== "send" ? 1 : 0;
      Object.assign(this.#draft(draft), { text, typing, edits, caret: text.length });
    }
    for (const { reply, text, ...start } of replies) this.#reply(reply, start).text = text;
  }

  /** Older items, before all others; returns them. */
  page({ items, more }) {
    const have = new Set(this.items.map(({ offset }) => offset));
    const older = this.#kept(items).filter(({ offset }) => !have.has(offset));
    this.items.unshift(...older);
    this.more = more && items.length > 0;
    return older;
  }

  apply(offset, time, event) {
    this.last = offset;
    const direct = (text) => text && this.#settle({ kind: "direction", offset, time, text });
    if (Object.hasOwn(Room.turns, event.type)) {
      Room.turns[event.type].call(this, event, { offset, time }, direct);
    }
  }

  name = (by) => say.OFFICIAL[by] ?? this.people.get(by)?.name ?? by;
  writing = () => [...this.drafts.values()].filter(({ typing }) => typing);

  // Those who left still need a colour and a shape.
  number = (by) => say.OFFICIAL[by] ? 0 : this.people.get(by)?.number
    ?? 1 + [...by].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 8;

  // A person keeps the lowest free number until leaving: it is their colour and their shape.
  #enter({ by, name, visibility }) {
    const taken = [...this.people.values()].map(({ number }) => number);
    let number = this.people.get(by)?.number;
    if (!number) for (number = 1; taken.includes(number);) number++;
    const person = { by, name, visibility, number };
    this.people.set(by, person);
    return person;
  }

  // A mark that something was hidden has no author, and no row.
  #kept = (items) => items.filter(({ by }) => by).map((item) => ({
    text: "", name: this.name(item.by), number: this.number(item.by),
    kind: item.finish ? "reply" : "message", ...item }));

  #settle(item, open) {
    this.items.push(item);
    this.touched.add(item);
    if (open) this.gone.push([open, item]);
  }

  #draft({ by, session, draft }) {
    const key = by + session;
    let open = this.drafts.get(key);
    if (open?.draft !== draft) {
      if (open) this.#close(open);
      open = { by, session, draft, name: this.name(by), number: this.number(by), text: "", caret: 0,
        edits: 0, typing: true, ghost: "", deletions: 0 };
      this.drafts.set(key, open);
    }
    this.touched.add(open);
    return open;
  }

  #close({ by, session, draft }, item) {
    const open = this.drafts.get(by + session);
    if (open?.draft !== draft) return undefined;
    this.drafts.delete(by + session);
    this.touched.delete(open);
    if (!item) this.gone.push([open]);
    return open;
  }

  #reply(offset, start) {
    const name = this.name(start.by);
    const reply = { ...start, offset, kind: "reply", name, number: 0, text: "" };
    this.replies.set(offset, reply);
    this.touched.add(reply);
    return reply;
  }

  #touchDrafts(by, change = {}) {
    for (const draft of this.drafts.values()) {
      if (draft.by === by) this.touched.add(Object.assign(draft, change));
    }
  }

  static turns = {
    "participant.joined"(event, at, direct) {
      direct(say.comesIn(this.#enter(event)));
    },
    "participant.renamed"({ by, name }, at, direct) {
      direct(say.renamed(this.name(by), name));
      if (this.people.has(by)) this.people.get(by).name = name;
      this.#touchDrafts(by, { name });
    },
    "participant.left"({ by, reason }, at, direct) {
      for (const draft of [...this.drafts.values()]) if (draft.by === by) this.#close(draft);
      direct(say.leaves(this.name(by), reason));
      this.people.delete(by);
    },
    "visibility.changed"({ by, visibility }, at, direct) {
      if (this.people.has(by)) this.people.get(by).visibility = visibility;
      this.#touchDrafts(by);
      direct(say.shows(this.name(by), visibility));
    },
    "typing.started"(event) {
      this.#draft(event).typing = true;
    },
    "typing.stopped"(event) {
      // `sent` and `discarded` have their own events, which also say what becomes of the words.
      if (event.reason === "left") this.#close(event);
      else if (this.drafts.get(event.by + event.session)?.draft === event.draft) {
        this.#draft(event).typing = false;
      }
    },
    "draft.edited"(event) {
      const draft = this.#draft(event);
      const { text } = draft;
      const start = indexOf(text, event.at);
      const deleted = text.slice(start, start + indexOf(text.slice(start), event.del));
      if (deleted && !event.ins && start + deleted.length === text.length) {
        draft.ghost = clipped(deleted + draft.ghost, GHOST_SCALARS);
        draft.deletions++;
      }
      draft.text = applied(text, event);
      draft.caret = start + event.ins.length;
      draft.pasted = event.kind === "paste" && start;
      draft.edits++;
      draft.typing = true;
    },
    "draft.discarded"(event) {
      this.#close(event);
    },
    "message.sent"(event, at) {
      const { by, text } = event;
      const [name, number] = [this.name(by), this.number(by)];
      const item = { ...at, kind: "message", by, text, name, number };
      this.#settle(item, this.#close(event, item));
    },
    "reply.started"(event, { offset, time }) {
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
      if (!open) return;
      const name = this.name(by);
      open.stopper = open.stopper && open.stopper !== name ? `${open.stopper} and ${name}` : name;
    },
    "reply.finished"({ reply, finish, error }, at) {
      const open = this.replies.get(reply);
      if (!open) return;
      this.replies.delete(reply);
      this.touched.delete(open);
      this.#settle({ time: at.time, ...open, finish, error }, open);
    },
    "reply.refused"(event, at, direct) {
      direct(say.refused(event));
    },
    "provider.failed"(event, at, direct) {
      direct(say.failed(event));
    },
    "message.hidden"({ message, reason = "" }) {
      const item = this.replies.get(message)
        ?? this.items.find(({ offset, kind }) => offset === message && kind !== "direction");
      if (item) this.touched.add(Object.assign(item, { hidden: reason, text: "" }));
    },
    "erased"(event, at) {
      // What it was, and whose, is gone from the log as well.
      this.#settle({ ...at, kind: "direction", gone: "erased", text: say.erased(at.offset) });
    },
    "room.mode"(event, at, direct) {
      this.mode = event.mode;
      direct(say.roomMode(event));
    },
  };
}
