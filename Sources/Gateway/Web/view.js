// The transcript and the cast, painted at most once a frame, with text nodes only.
import * as say from "./words.js";

const AT_END_PX = 56; // two lines
const ROWS_MOST = 1_200;
const ROWS_KEPT = 800;
const LONG = 400; // UTF-16 units from which a draft may have to scroll inside
const GHOST_MS = 900;
const calm = matchMedia("(prefers-reduced-motion)");
const top = (row) => row.getBoundingClientRect().top;

export const $ = (id) => document.getElementById(id);

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** An author's number as colour and shape: 0 is the model; from nine on the shapes shift. */
export function tint(row, number) {
  const turn = Math.floor((number - 1) / 8);
  row.classList.remove(row.tint);
  row.classList.add(row.tint = `a${number && 1 + (number - 1) % 8}`);
  row.querySelector(".mark").className = `mark s${number && 1 + (number - 1 + turn) % 8}`;
}

const words = () => Object.assign(make("p", "words"), { dir: "auto" });
const named = (name) => Object.assign(make("bdi", "", name), { title: name });

export class View {
  following = true;
  fresh = 0; // rows that came while nobody looked
  #rows = new Map(); // draft, reply or item → its row
  #cast = "";

  /** `stop(reply)`, `older()` and `painted()` are called; `path` is the room's. */
  constructor(room, parts) {
    Object.assign(this, parts, { room, stage: $("stage") });
    this.stage.onscroll = () => this.#scrolled();
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.stage);
    $("below").onclick = () => this.toEnd();
    document.addEventListener("visibilitychange", () => this.#read());
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#paint();
    });
  }

  toEnd() {
    this.stage.scrollTop = this.stage.scrollHeight;
    this.#scrolled();
  }

  /** Older items, put before the rest without moving what is read. */
  prepend(items) {
    const { stage } = this;
    const before = stage.scrollHeight - stage.scrollTop;
    $("log").prepend(...items.map((item) => this.#item(item)));
    stage.scrollTop = stage.scrollHeight - before;
  }

  unmark() {
    this.fresh = 0;
    document.querySelector(".fresh")?.remove();
  }

  #paint() {
    const { room, stage, following } = this;
    if (room.whole) this.#all();
    const open = [...$("now").children];
    const tops = room.gone.some(([, item]) => item) && !calm.matches ? open.map(top) : [];
    for (const pair of room.gone) this.#remove(...pair);
    for (const thing of room.touched) this.#touch(thing);
    room.gone.length = 0;
    room.touched.clear();
    if (following) this.#trim();
    this.#people();
    if (following) stage.scrollTop = stage.scrollHeight;
    // A row that settles past others slides there, and so do they.
    tops.forEach((before, index) => {
      const row = open[index].heir ?? open[index];
      const moved = row.isConnected ? before - top(row) : 0;
      if (Math.abs(moved) < 1) return;
      row.animate({ translate: [`0 ${moved}px`, "0 0"] }, { duration: 180, easing: "ease-out" });
    });
    this.#below();
    this.painted();
  }

  #all() {
    const { room } = this;
    const log = $("log");
    this.#rows.clear();
    this.unmark();
    log.parentElement.ariaBusy = "true"; // history is not news
    log.replaceChildren(...room.items.map((item) => this.#item(item)));
    $("now").replaceChildren();
    room.touched = new Set([...room.replies.values(), ...room.drafts.values()]);
    room.gone.length = 0;
    room.whole = false;
    log.parentElement.ariaBusy = "false";
  }

  #touch(thing) {
    const row = this.#rows.get(thing);
    if (thing.session) this.#draft(thing, row);
    else if (this.room.replies.get(thing.offset) === thing) this.#reply(thing, row);
    else if (row) row.replaceWith(this.#item(thing));
    else this.#settle(thing);
  }

  #remove(open, item) {
    const row = this.#rows.get(open);
    if (!row) return;
    this.#rows.delete(open);
    const next = this.room.drafts.get(open.by + open.session);
    if (item) {
      item.row = row;
      row.remove();
    } else if (next && !this.#rows.has(next)) {
      this.#rows.set(next, row); // taken back to go on anew: the same row
      row.dataset.draft = next.draft;
    } else {
      row.classList.add("leaving");
      setTimeout(() => row.remove(), calm.matches ? 0 : 180);
    }
  }

  #settle(item) {
    const row = this.#item(item);
    if (item.row) {
      row.classList.add("settling");
      setTimeout(() => row.classList.remove("settling"), 250);
      item.row.heir = row;
      delete item.row;
    }
    if (item.by === this.room.me) this.unmark();
    else if (item.kind !== "direction" && (!this.following || document.hidden)) {
      const line = document.querySelector(".fresh") ?? $("log").appendChild(make("li", "fresh"));
      line.replaceChildren(make("span", "", `${++this.fresh} new`));
    }
    $("log").append(row);
  }

  // ---- rows ----

  #head(className, { name, number, kind, model }) {
    const row = make("li", `row ${className}`, make("div", "who", named(name), make("i", "mark")));
    if (kind === "reply") {
      row.firstChild.append(make("small", "", model ? `model, ${model}` : "model"));
    }
    tint(row, number);
    return row;
  }

  #link = (offset, text) =>
    Object.assign(make("a", "", text), { href: `${this.path}#o=${offset}` });

  #item(item) {
    const { kind, offset, by, time, text, hidden } = item;
    const when = this.#link(offset, say.clock(time));
    when.className = "time";
    when.title = time ? new Date(time).toLocaleString() : "";
    let row;
    if (kind === "direction") row = make("li", "row direction", make("p", "aside", text), when);
    else {
      row = this.#head(kind, item);
      row.id = `o=${offset}`;
      Object.assign(row.dataset, { offset, by }, kind === "reply" && { reply: offset });
      const said = words();
      said.append(text);
      if (hidden === undefined) row.append(said, when);
      else {
        row.append(make("span", "withheld", make("em", "", "hidden")), when,
          make("p", "foot", say.hidden(hidden)));
      }
      if (kind === "reply" && hidden === undefined) {
        row.append(make("p", "foot", say.ended(item)), ...this.#sources(item));
      }
    }
    this.#rows.set(item, row);
    return row;
  }

  // A row that is still being written: its text stands before and behind a caret.
  #open(thing, row, caret) {
    const said = words();
    row.before = said.appendChild(new Text());
    row.caret = said.appendChild(make("span", caret));
    row.after = said.appendChild(new Text());
    row.seen = make("span", "time");
    row.append(said, row.seen);
    this.#rows.set(thing, row);
    $("now").append(row);
    return row;
  }

  #draft(draft, known) {
    const { room } = this;
    const { by, session, name, text, caret, typing } = draft;
    if (by === room.me && session === room.session) return;
    const visibility = room.people.get(by)?.visibility;
    const veiled = !draft.edits && (visibility === "send" || room.mode === "send_only");
    const row = known ?? this.#open(draft, this.#head("draft", draft), "caret");
    Object.assign(row.dataset, { by, session, draft: draft.draft });
    row.classList.toggle("veil", veiled);
    row.classList.toggle("paused", !typing);
    const label = typing ? !veiled && say.VISIBILITY[visibility] : "paused";
    if (row.label !== label + name) {
      row.label = label + name;
      row.querySelector("bdi").replaceWith(named(name));
      row.seen.replaceChildren(...(label && label !== "by word" ? [make("i", "dot")] : []),
        label || "");
      row.querySelector(".aside")?.remove();
      if (veiled) row.seen.before(make("p", "aside", say.veiled(name)));
    }
    if (!veiled) row.querySelector(".aside")?.remove();
    row.before.data = text.slice(0, caret);
    row.after.data = text.slice(caret);
    const awake = make("span", "caret"); // a new one has not yet gone to rest
    row.caret.replaceWith(awake);
    row.caret = awake;
    if (draft.deletions !== row.deletions) this.#ghost(draft, row);
    if (Number.isInteger(draft.pasted)) this.#pasted(draft, row);
    const said = awake.parentElement;
    said.classList.toggle("long", text.length > LONG);
    if (text.length > LONG) said.scrollTop = awake.offsetTop - said.clientHeight + 40;
  }

  #ghost(draft, row) {
    row.deletions = draft.deletions;
    row.querySelector(".ghost")?.remove();
    clearTimeout(row.ghosting);
    if (!draft.ghost) return;
    const ghost = make("span", "ghost");
    ghost.dataset.ghost = draft.ghost;
    row.after.before(ghost);
    row.ghosting = setTimeout(() => {
      ghost.remove();
      draft.ghost = "";
    }, GHOST_MS);
  }

  #pasted(draft, row) {
    const range = new Range();
    range.setStart(row.before, draft.pasted);
    range.setEnd(row.before, draft.caret);
    draft.pasted = false;
    if (!globalThis.Highlight) return;
    const tinted = CSS.highlights.get("pasted") ?? new Highlight();
    CSS.highlights.set("pasted", tinted.add(range));
    setTimeout(() => tinted.delete(range), 600);
  }

  #reply(reply, known) {
    const row = known ?? this.#open(reply, this.#head("draft reply", reply), "caret block");
    if (!known) {
      const stop = make("button", "button stop", "Stop");
      stop.onclick = () => this.stop(reply.offset);
      row.seen.append(make("i", "dot"), "live", stop);
      row.dataset.reply = reply.offset;
      row.ariaBusy = "true";
      row.append(...this.#sources(reply));
      row.lastChild.append(make("span", "extra", "Anyone may stop it; the room sees who."));
    }
    row.before.data = reply.text;
  }

  // Sources with their host written out; then what it answers and had read.
  #sources({ sources = [], to = [], context = [] }) {
    const cite = (offset) => {
      const item = this.room.items.find((one) => one.offset === offset);
      return this.#link(offset, item ? `${item.name}, ${say.clock(item.time)}` : `#${offset}`);
    };
    const list = sources.map(({ title, url, offset }, index) => {
      const source = make("span", "", make("b", "", index + 1), " ");
      if (offset !== undefined) source.append(cite(offset));
      else if (/^https?:/i.test(url) && URL.canParse(url)) {
        const link = make("a", "", title || url);
        source.append(Object.assign(link, { href: url, rel: "noopener noreferrer", target: "_blank" }),
          ` ${new URL(url).host}`);
      } else source.append(title ?? "");
      return source;
    });
    const answers = make("span", "", ...to.flatMap((offset, index) =>
      [index ? "; " : "Answers ", cite(offset)]));
    if (to.length && context.length) {
      const [first, last] = context.map((offset) => make("code", "", `#${offset}`));
      answers.append(", read ", first, " to ", last);
    }
    return [make("p", "foot", ...list), make("p", "foot", ...(to.length ? [answers] : []))];
  }

  #people() {
    const { room } = this;
    const busy = room.writing().map(({ by }) => by);
    const rows = [...room.people.values()].map(({ by, name, number, visibility }) => {
      const shown = say.VISIBILITY[visibility];
      const writes = busy.includes(by) && by !== room.me;
      return [name, number, writes ? "writing" : by === room.me ? `you, ${shown}` : shown, writes];
    });
    rows.sort((one, two) => two[3] - one[3] || one[1] - two[1]);
    const replying = room.replies.size > 0;
    if (room.model || replying) {
      rows.push(["Companion", 0, replying ? "replying" : "model", replying]);
    }
    if (this.#cast === (this.#cast = JSON.stringify(rows))) return;
    $("here").textContent = `${room.people.size} here`;
    $("cast").replaceChildren(...rows.map(([name, number, does, writes]) => {
      const row = make("li", "", make("i", "mark"), named(name), make("i"),
        make("span", writes ? "busy" : "", does));
      tint(row, number);
      return row;
    }));
  }

  // ---- scrolling ----

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.stage;
    this.following = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (scrollTop < clientHeight && this.room.more) this.older();
    this.#below();
    this.#read();
  }

  #read() {
    clearTimeout(this.reading);
    if (this.fresh && this.following && !document.hidden) {
      this.reading = setTimeout(() => this.unmark(), 5_000);
    }
  }

  #below() {
    $("below").hidden = this.following;
    if (!this.following) {
      $("below").textContent = say.below(this.fresh, $("now").children.length);
    }
  }

  // A page that has been open for days keeps the newest rows; older ones are asked for again.
  #trim() {
    const { items } = this.room;
    if (items.length < ROWS_MOST) return;
    for (const item of items.splice(0, items.length - ROWS_KEPT)) {
      this.#rows.get(item)?.remove();
      this.#rows.delete(item);
    }
    this.room.more = true;
  }
}
