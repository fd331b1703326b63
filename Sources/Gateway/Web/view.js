// The transcript and the cast, painted at most once a frame, with textContent only.
import * as say from "./words.js";

const AT_END_PX = 56; // two lines
const ROWS_MOST = 1_200;
const ROWS_KEPT = 800;
const LONG = 400; // UTF-16 units from which a draft may need to scroll inside
const VANISH_MS = 180;

export const $ = (id) => document.getElementById(id);

export function make(tag, className = "", text = "", fields = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return Object.assign(element, fields);
}

/** An author's number as colour and shape: 0 is the model, from nine on the shapes shift. */
export function tint(element, mark, number) {
  const colour = number && 1 + ((number - 1) % 8);
  const shape = number && 1 + ((number - 1 + Math.floor((number - 1) / 8)) % 8);
  element.className = element.className.replace(/ ?\ba\d\b/, "") + (colour ? ` a${colour}` : "");
  mark.className = `mark s${shape}`;
}

export class View {
  following = true;
  fresh = 0;
  #rows = new Map(); // draft, reply or item → its row
  #frame = 0;
  #seen = "";

  constructor(room, { name, stop, older }) {
    Object.assign(this, { room, roomName: name, stop, older });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.stage = $("stage");
    this.stage.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.stage);
    $("below").onclick = () => this.toEnd();
    document.addEventListener("visibilitychange", () => this.#read());
  }

  soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  toEnd() {
    this.following = true;
    this.stage.scrollTop = this.stage.scrollHeight;
    this.#below();
  }

  /** Shows the row of an offset a third from the top; false when it is not loaded. */
  find(offset) {
    const row = document.querySelector(`[data-offset="${Number(offset)}"]`);
    if (!row) return false;
    this.following = false;
    this.stage.scrollTop += row.getBoundingClientRect().top
      - this.stage.getBoundingClientRect().top - this.stage.clientHeight / 3;
    row.classList.add("found");
    setTimeout(() => row.classList.remove("found"), 2_000);
    return true;
  }

  /** Older items, put before the rest without moving what is read. */
  prepend(items) {
    const before = this.stage.scrollHeight;
    $("log").prepend(...items.map((item) => this.#place(item)));
    this.stage.scrollTop += this.stage.scrollHeight - before;
  }

  unmark() {
    this.fresh = 0;
    document.querySelector(".fresh")?.remove();
  }

  #paint() {
    const { room } = this;
    if (room.whole) this.#all();
    const settling = room.removed.some(([, item]) => item) && $("now").children.length > 1;
    const tops = settling && !this.calm.matches ? this.#tops() : null;
    for (const [open, item] of room.removed) this.#remove(open, item);
    for (const thing of room.touched) this.#touch(thing);
    room.removed.length = 0;
    room.touched.clear();
    this.#trim();
    this.#cast();
    if (this.following) this.stage.scrollTop = this.stage.scrollHeight;
    if (tops) this.#slide(tops);
    this.#below();
    this.painted?.();
  }

  #all() {
    const { room } = this;
    this.#rows.clear();
    this.unmark();
    const log = $("log");
    log.parentElement.ariaBusy = "true"; // history is not news
    log.replaceChildren(...room.items.map((item) => this.#place(item)));
    $("now").replaceChildren();
    for (const open of [...room.replies.values(), ...room.drafts.values()]) this.#touch(open);
    log.parentElement.ariaBusy = "false";
    room.whole = false;
    room.touched.clear();
    room.removed.length = 0;
    this.following = true;
  }

  #touch(thing) {
    const { room } = this;
    if (room.drafts.get(thing.key) === thing) {
      if (thing.by !== room.me || thing.session !== room.session) this.#draft(thing);
    } else if (room.replies.get(thing.offset) === thing) this.#reply(thing);
    else if (this.#rows.has(thing)) this.#rows.get(thing).replaceWith(this.#place(thing));
    else this.#settle(thing);
  }

  #remove(open, item) {
    const row = this.#rows.get(open);
    this.#rows.delete(open);
    if (!row) return;
    const next = this.room.latest(open);
    if (!item && next && !this.#rows.has(next)) {
      this.#rows.set(next, row); // taken back to go on elsewhere: the same row
      row.dataset.draft = next.draft;
    } else if (item) {
      item.from = row;
      row.remove();
    } else if (this.following && !this.calm.matches) {
      row.classList.add("leaving");
      setTimeout(() => row.remove(), VANISH_MS);
    } else row.remove();
  }

  #settle(item) {
    const row = this.#place(item);
    const mine = item.by === this.room.me;
    if (item.from && !this.calm.matches) {
      row.classList.add("settling");
      setTimeout(() => row.classList.remove("settling"), 260);
    }
    if (item.kind !== "direction") {
      if (mine) this.unmark();
      else if (!this.following || document.hidden) this.#mark();
    }
    $("log").append(row);
  }

  #mark() {
    const line = document.querySelector(".fresh") ?? $("log").appendChild(make("li", "fresh"));
    line.replaceChildren(make("span", "", `${++this.fresh} new`));
    this.#read();
  }

  #read() {
    clearTimeout(this.reading);
    if (!this.fresh || document.hidden || !this.following) return;
    this.reading = setTimeout(() => this.unmark(), 5_000);
  }

  // ---- rows ----

  #frameOf(className, { name, number }, role = "") {
    const row = make("li", `row ${className}`);
    const who = make("div", "who");
    const mark = make("i", "", "", { ariaHidden: "true" });
    who.append(make("bdi", "", name, { title: name }), mark);
    if (role) who.append(make("small", "", role));
    tint(row, mark, number);
    row.append(who);
    return row;
  }

  #place(item) {
    const row = this.#item(item);
    this.#rows.set(item, row);
    return row;
  }

  #item(item) {
    const { kind, offset, time, text } = item;
    const when = make("a", "time", say.clock(time), { href: this.#link(offset) });
    when.title = time ? new Date(time).toLocaleString([], { dateStyle: "full", timeStyle: "short" })
      : "";
    if (kind === "direction") {
      const row = make("li", "row direction");
      row.append(make("p", "words", text), when);
      return row;
    }
    const reply = kind === "reply";
    const row = this.#frameOf(reply ? "reply" : "", { ...item, number: reply ? 0 : item.number },
      reply ? `model${item.model ? `, ${item.model}` : ""}` : "");
    row.dataset.offset = offset;
    row.dataset.by = item.by;
    if (reply) row.dataset.reply = offset;
    if (item.hidden !== undefined) {
      const box = make("span", "withheld");
      box.append(make("em", "", "hidden"));
      row.append(box, when, make("p", "foot", say.hidden(item.hidden)));
    } else {
      row.append(make("p", "words", text, { dir: "auto" }), when);
      if (reply) row.append(make("p", "foot", say.ended(item)), ...this.#sources(item));
    }
    return row;
  }

  #link = (offset) => `/rooms/${this.roomName}#o=${offset}`;

  #draft(draft) {
    const { room } = this;
    const { key, by, text, caret } = draft;
    const visibility = room.people.get(by)?.visibility ?? "live";
    const veiled = !draft.edits && (visibility === "send" || room.mode === "send_only");
    let row = this.#rows.get(draft);
    if (!row) {
      row = this.#frameOf("draft", draft);
      Object.assign(row.dataset, { draft: draft.draft, by, session: draft.session });
      const words = make("p", "words", "", { dir: "auto" });
      row.before_ = words.appendChild(new Text());
      words.append(make("span", "caret"));
      row.after_ = words.appendChild(new Text());
      row.append(words, make("p", "aside"), make("span", "time"));
      this.#rows.set(draft, row);
      $("now").append(row);
    }
    const [who, words, aside, seen] = row.children;
    row.classList.toggle("veil", veiled);
    row.classList.toggle("paused", !draft.typing);
    who.firstChild.textContent = who.firstChild.title = draft.name;
    aside.textContent = veiled ? say.veiled(draft.name) : "";
    const label = !draft.typing ? "paused" : veiled ? "" : say.VISIBILITY[visibility];
    if (row.label !== label) {
      row.label = label;
      seen.replaceChildren(...(label && label !== "by word" ? [make("i", "dot")] : []), label);
    }
    row.before_.data = text.slice(0, caret);
    row.after_.data = text.slice(caret);
    words.querySelector(".caret").replaceWith(make("span", "caret")); // wide awake again
    this.#ghost(row, draft);
    if (draft.paste) this.#pasted(row, draft);
    const long = text.length > LONG;
    words.classList.toggle("long", long);
    if (long) {
      const { offsetTop } = words.querySelector(".caret");
      words.scrollTop = Math.max(0, offsetTop - words.clientHeight + 40);
    }
    row.key = key;
  }

  #ghost(row, draft) {
    if (draft.deletions === row.deletions || !draft.ghost) return;
    row.deletions = draft.deletions;
    row.querySelector(".ghost")?.remove();
    const ghost = make("span", "ghost", "", { ariaHidden: "true" });
    ghost.dataset.ghost = draft.ghost;
    row.after_.before(ghost);
    clearTimeout(row.ghosting);
    row.ghosting = setTimeout(() => {
      draft.ghost = "";
      ghost.remove();
    }, 900);
  }

  #pasted(row, draft) {
    const [start, end] = draft.paste;
    draft.paste = null;
    if (!globalThis.Highlight || this.calm.matches) return;
    const range = new Range();
    range.setStart(row.before_, start);
    range.setEnd(row.before_, end);
    const tinted = CSS.highlights.get("pasted") ?? new Highlight();
    CSS.highlights.set("pasted", tinted.add(range));
    setTimeout(() => tinted.delete(range), 600);
  }

  #reply(reply) {
    let row = this.#rows.get(reply);
    if (!row) {
      row = this.#frameOf("draft reply", { ...reply, number: 0 },
        `model${reply.model ? `, ${reply.model}` : ""}`);
      row.dataset.reply = reply.offset;
      row.ariaBusy = "true";
      const words = make("p", "words", "", { dir: "auto" });
      row.before_ = words.appendChild(new Text());
      words.append(make("span", "caret block"));
      const seen = make("span", "time");
      const stop = make("button", "button stop", "Stop", { type: "button" });
      stop.onclick = () => this.stop(reply.offset);
      seen.append(make("i", "dot"), "live", stop);
      row.append(words, seen, ...this.#sources(reply, true));
      this.#rows.set(reply, row);
      $("now").append(row);
    }
    row.before_.data = reply.text;
  }

  #sources({ sources = [], to = [], context }, open = false) {
    const list = make("ul", "foot");
    sources.forEach(({ title, url, offset }, index) => {
      const one = make("li");
      one.append(make("b", "", String(index + 1)), " ");
      if (offset !== undefined) one.append(this.#cite(offset));
      else if (/^https?:/i.test(url) && URL.canParse(url)) {
        const link = make("a", "", title || url, { href: url, target: "_blank" });
        link.rel = "noopener noreferrer";
        one.append(link, ` ${new URL(url).host}`);
      } else one.append(title ?? "");
      list.append(one);
    });
    const lines = sources.length ? [list] : [];
    if (!to.length) return lines;
    const answers = make("p", "foot");
    const first = make("span", "", "Answers ");
    to.forEach((offset, index) => first.append(index ? "; " : "", this.#cite(offset)));
    if (context?.length === 2) {
      const [from, end] = context.map((offset) => make("span", "number", `#${offset}`));
      first.append(", read ", from, " to ", end);
    }
    answers.append(first);
    if (open) answers.append(make("span", "extra", "Anyone may stop it; the room sees who."));
    return [...lines, answers];
  }

  #cite(offset) {
    const item = this.room.items.find((one) => one.offset === offset);
    const text = item ? `${item.name}, ${say.clock(item.time)}` : `#${offset}`;
    return make("a", "", text, { href: this.#link(offset) });
  }

  // ---- the cast ----

  #cast() {
    const { room } = this;
    const busy = new Set(room.writing().map((draft) => draft.by));
    const people = [...room.people.values()].map(({ by, name, number, visibility }) => {
      const shown = say.VISIBILITY[visibility] ?? "";
      const does = by === room.me ? `you, ${shown}` : busy.has(by) ? "writing" : shown;
      return { name, number, does, busy: does === "writing", order: busy.has(by) ? 0 : 1 };
    });
    people.sort((one, two) => one.order - two.order || one.number - two.number);
    if (room.model !== undefined || room.replies.size) {
      const replying = room.replies.size > 0;
      people.push({ name: "Companion", number: 0, busy: replying,
        does: replying ? "replying" : "model" });
    }
    const seen = JSON.stringify(people);
    if (seen === this.#seen) return;
    this.#seen = seen;
    $("cast").replaceChildren(...people.map((person) => {
      const row = make("li");
      const mark = make("i", "", "", { ariaHidden: "true" });
      row.append(mark, make("bdi", "", person.name, { title: person.name }), make("i", "leader"),
        make("span", person.busy ? "busy" : "does", person.does));
      tint(row, mark, person.number);
      return row;
    }));
    $("here").textContent = `${room.people.size} here`;
  }

  // ---- scrolling ----

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.stage;
    this.following = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (scrollTop < clientHeight && this.room.more) this.older();
    this.#below();
    this.#read();
  }

  #below() {
    const button = $("below");
    button.hidden = this.following;
    if (!this.following) {
      button.textContent = say.below(this.fresh, $("now").children.length);
    }
  }

  // A page that has been open for days keeps the newest rows; older ones are asked for again.
  #trim() {
    const { items } = this.room;
    if (!this.following || items.length < ROWS_MOST) return;
    for (const item of items.splice(0, items.length - ROWS_KEPT)) {
      this.#rows.get(item)?.remove();
      this.#rows.delete(item);
    }
    this.room.more = true;
  }

  #tops = () => [...$("now").children].map((row) => [row, row.getBoundingClientRect().top]);

  // A row that settles past others slides there, and so do they.
  #slide(tops) {
    const place = new Map(tops);
    for (const item of this.room.items.slice(-4)) {
      const row = this.#rows.get(item);
      if (item.from && row) place.set(row, place.get(item.from));
      delete item.from;
    }
    for (const [row, top] of place) {
      const moved = row.isConnected ? top - row.getBoundingClientRect().top : 0;
      if (Math.abs(moved) < 1) continue;
      const from = { transform: `translateY(${moved}px)` };
      row.animate([from, { transform: "none" }], { duration: 180, easing: "ease-out" });
    }
  }
}
