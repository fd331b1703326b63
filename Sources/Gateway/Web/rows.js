// The rows of the transcript and of what is being written, made of text nodes only.
import { markdown } from "./markdown.js";
import { shown } from "./shown.js";
import * as say from "./words.js";

const LONG = 400; // UTF-16 units from which a draft may have to scroll inside
const GHOST_MS = 900;
const PASTED_MS = 600;

export const $ = (id) => document.getElementById(id);
export const write = (id, text) => ($(id).textContent = text);
export const one = (selector) => document.querySelector(selector);

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
export function named(name) {
  const [title] = shown(name);
  return Object.assign(make("bdi", "", title), { title });
}

const withheld = (what, why) =>
  [make("span", "withheld", make("em", "", what)), make("p", "foot", why ?? "")];

export class Rows {
  made = new Map(); // draft, reply or item → its row

  /** `path` is the room's; `stop(reply)` and `again(reply)` are called. */
  constructor(room, { path, stop, again }) {
    Object.assign(this, { room, path, stop, again });
  }

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

  item(item) {
    const { kind, offset, by, time, text, hidden } = item;
    const when = this.#link(offset, say.clock(time));
    when.className = "time";
    if (this.room.past) when.prepend(make("code", "", `#${offset}`), " ");
    when.title = time ? new Date(time).toLocaleString() : "";
    let row;
    if (kind === "direction") {
      const said = item.gone ? withheld(item.gone, text) : [make("p", "aside", ...shown(text))];
      row = make("li", "row direction", ...said, when);
    } else {
      row = this.#head(kind, item);
      Object.assign(row.dataset, { offset, by }, kind === "reply" && { reply: offset });
      const said = words();
      said.append(...(kind === "reply" ? markdown(...shown(text)) : shown(text)));
      if (hidden === undefined) row.append(said, when);
      else row.append(...withheld("hidden", say.hidden(hidden)), when);
      if (kind === "reply" && hidden === undefined) {
        const foot = make("p", "foot", say.ended(item));
        if (/^(interrupted|error)$/.test(item.finish) && !this.room.past) {
          foot.append(make("button", "button", "Ask again"));
          foot.lastChild.onclick = () => this.again(item);
        }
        row.append(foot, ...this.#sources(item));
      }
    }
    this.made.set(item, row);
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
    this.made.set(thing, row);
    $("now").append(row);
    return row;
  }

  draft(draft, known) {
    const { room } = this;
    const { by, session, name, text, caret, typing } = draft;
    if (by === room.me && session === room.session) return;
    const visibility = room.people.get(by)?.visibility;
    const veiled = !draft.edits; // who shows keys has an edit with the first sign of typing
    const row = known ?? this.#open(draft, this.#head("draft", draft), "caret");
    Object.assign(row.dataset, { by, session, draft: draft.draft });
    row.classList.toggle("veil", veiled);
    row.classList.toggle("paused", !typing);
    const live = room.past ? "writing" : say.VISIBILITY[visibility];
    const label = typing ? !veiled && live : "paused";
    if (row.label !== label + name) {
      row.label = label + name;
      row.querySelector("bdi").replaceWith(named(name));
      row.seen.replaceChildren(...(label && label !== "by word" ? [make("i", "dot")] : []),
        label || "");
      row.querySelector(".aside")?.remove();
      if (veiled) row.seen.before(make("p", "aside", say.veiled(name)));
    }
    if (!veiled) row.querySelector(".aside")?.remove();
    [row.before.data, row.after.data] = shown(text, caret);
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
    [ghost.dataset.ghost] = shown(draft.ghost);
    row.after.before(ghost);
    row.ghosting = setTimeout(() => {
      ghost.remove();
      draft.ghost = "";
    }, GHOST_MS);
  }

  #pasted(draft, row) {
    const range = new Range();
    const [before, pasted] = shown(draft.text, draft.pasted, draft.caret);
    range.setStart(row.before, before.length);
    range.setEnd(row.before, before.length + pasted.length);
    draft.pasted = false;
    if (!globalThis.Highlight) return;
    const tinted = CSS.highlights.get("pasted") ?? new Highlight();
    CSS.highlights.set("pasted", tinted.add(range));
    setTimeout(() => tinted.delete(range), PASTED_MS);
  }

  reply(reply, known) {
    const row = known ?? this.#open(reply, this.#head("draft reply", reply), "caret block");
    if (!known) {
      const stop = make("button", "button stop", "Stop");
      stop.onclick = () => this.stop(reply.offset);
      row.seen.append(make("i", "dot"), this.room.past ? "writing" : "live", stop);
      row.dataset.reply = reply.offset;
      row.ariaBusy = "true";
      row.append(...this.#sources(reply));
      row.lastChild.append(make("span", "extra",
        "Whom it answers may stop it, or two others; the room sees who."));
    }
    row.caret.parentElement.replaceChildren(...markdown(...shown(reply.text)), row.caret);
    if (reply.hidden !== undefined && !row.querySelector(".withheld")) {
      row.seen.before(withheld("hidden")[0]);
    }
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
        const link = make("a", "", ...shown(title || url));
        Object.assign(link,
          { href: url, dir: "auto", rel: "noopener noreferrer", target: "_blank" });
        source.append(link, ` ${new URL(url).host}`);
      } else source.append(make("bdi", "", ...shown(title ?? "")));
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
}
