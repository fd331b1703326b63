// The transcript and the cast, painted at most once a frame.
import { $, make, named, one, Rows, tint, write } from "./rows.js";
import * as say from "./words.js";

const AT_END_PX = 56; // two lines
const ROWS_MOST = 1_200;
const ROWS_KEPT = 800;
const ROWS_NEAR = 60; // laid out also while not in view, so that the end stands still
const calm = matchMedia("(prefers-reduced-motion)");
const low = matchMedia("(max-height:37.5em)"); // the page scrolls as a whole
const top = (row) => row.getBoundingClientRect().top;

export class View {
  #following = true;
  #top = 0; // where the reader was
  #away = false;
  #reading;
  #fresh = 0; // rows that came while nobody looked
  #cast = "";

  /** `stop(reply)`, `again(reply)`, `older()` and `painted()` are called; `path` is the room's. */
  constructor(room, parts) {
    const rows = new Rows(room, parts);
    Object.assign(this, parts, { room, rows, made: rows.made });
    $("stage").onscroll = window.onscroll = () => this.#scrolled();
    const resized = new ResizeObserver(() => this.#following && this.toEnd());
    resized.observe($("stage"));
    resized.observe($("stage").firstElementChild);
    $("below").onclick = () => this.toEnd();
    document.onvisibilitychange = () => this.#read();
  }

  get stage() {
    return low.matches ? document.scrollingElement : $("stage");
  }

  soon() {
    this.#away ||= document.hidden; // no frame comes while nobody looks
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#paint();
    });
  }

  toEnd() {
    this.stage.scrollTop = this.stage.scrollHeight;
    this.#scrolled();
  }

  /** Paints another room: what is live, or what was. */
  turn(room) {
    this.room = this.rows.room = room;
    room.whole = this.#following = true;
    this.soon();
  }

  /** Older items, put before the rest without moving what is read. */
  prepend(items) {
    const { stage } = this;
    const before = stage.scrollHeight - stage.scrollTop;
    $("log").prepend(...items.map((item) => this.rows.item(item)));
    stage.scrollTop = stage.scrollHeight - before;
  }

  unmark() {
    this.#fresh = 0;
    this.#read();
    one(".fresh")?.remove();
  }

  #paint() {
    const { room, stage } = this;
    const following = this.#following;
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
    this.#away = false;
    this.#below();
    this.#read();
    this.painted();
  }

  #all() {
    const { room } = this;
    const log = $("log");
    if (this.#following) this.#trim();
    this.made.clear();
    this.unmark();
    log.parentElement.ariaBusy = "true"; // history is not news
    const far = (row, index) => row.classList.toggle("far", index < room.items.length - ROWS_NEAR);
    log.replaceChildren(...room.items.map((item) => this.rows.item(item)));
    [...log.children].forEach(far);
    $("now").replaceChildren();
    room.touched = new Set([...room.replies.values(), ...room.drafts.values()]);
    room.gone.length = 0;
    room.whole = false;
    log.parentElement.ariaBusy = "false";
  }

  #touch(thing) {
    const row = this.made.get(thing);
    if (thing.session) this.rows.draft(thing, row);
    else if (this.room.replies.get(thing.offset) === thing) this.rows.reply(thing, row);
    else if (row) row.replaceWith(this.rows.item(thing));
    else this.#settle(thing);
  }

  #remove(open, item) {
    const row = this.made.get(open);
    if (!row) return;
    this.made.delete(open);
    const next = this.room.drafts.get(open.by + open.session);
    if (item) {
      item.row = row;
      row.remove();
    } else if (next && !this.made.has(next)) {
      this.made.set(next, row); // taken back to go on anew: the same row
      row.dataset.draft = next.draft;
    } else {
      row.classList.add("leaving");
      setTimeout(() => row.remove(), calm.matches ? 0 : 180);
    }
  }

  #settle(item) {
    const row = this.rows.item(item);
    if (item.row) {
      row.classList.add("settling");
      setTimeout(() => row.classList.remove("settling"), 250);
      item.row.heir = row;
      delete item.row;
    }
    if (item.by === this.room.me) this.unmark();
    else if (item.kind !== "direction" && (!this.#following || this.#away)) {
      const line = one(".fresh") ?? $("log").appendChild(make("li", "fresh"));
      line.replaceChildren(make("span", "", `${++this.#fresh} new`));
    }
    $("log").append(row);
    this.made.get(this.room.items.at(-ROWS_NEAR))?.classList.add("far");
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
    write("here", `${room.people.size} here`);
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
    // Rows that grow leave the end behind as well: only a reader going up stops the following.
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    this.#following = atEnd || (this.#following && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.stage.style.overflowAnchor = this.#following ? "none" : "auto";
    if (scrollTop < clientHeight && this.room.more) this.older();
    this.#below();
    this.#read();
  }

  #read() {
    if (this.#fresh && this.#following && !document.hidden) {
      this.#reading ??= setTimeout(() => this.unmark(), 5_000);
    } else {
      clearTimeout(this.#reading);
      this.#reading = undefined;
    }
  }

  #below() {
    $("below").hidden = this.#following;
    if (!this.#following) {
      write("below", say.below(this.#fresh, $("now").children.length));
    }
  }

  // A page that has been open for days keeps the newest rows; older ones are asked for again.
  #trim() {
    const { items } = this.room;
    if (items.length < ROWS_MOST) return;
    for (const item of items.splice(0, items.length - ROWS_KEPT)) {
      this.made.get(item)?.remove();
      this.made.delete(item);
    }
    this.room.more = true;
  }
}
