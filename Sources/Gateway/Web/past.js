// The time machine: the room as it was at any instant, played, stepped through and searched. The
// instant `at` is after the event of that offset; what stood then comes whole from the server.
import { Ahead } from "./ahead.js";
import { Finds } from "./finds.js";
import { Room } from "./fold.js";
import { Lanes } from "./lanes.js";
import * as say from "./past-words.js";
import { $, make, one, write } from "./rows.js";
import { writing } from "./words.js";

const IDLE_MS = 2_000; // longer pauses are played as this
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const FRAME_MOST = 2_000; // events played within one frame
const DIGEST_MS = 150; // after the last step the digest is asked for
const BUSY_MS = 1_000;
const POINTED_MS = 2_000;

const root = document.documentElement;
const json = { headers: { accept: "application/json" } };

export class Past {
  on = false;
  at = -1;
  speed = 4;
  #then = new Room();
  #time = 0;
  #wanted; // the instant asked for, while it is not here
  #carry = 0;

  /** `way` led here, and leads back. */
  constructor(way) {
    const { live, view, path, strip } = way;
    const finds = new Finds(path, (offset) => this.seek(offset));
    Object.assign(this, { way, live, view, path, strip, finds, ahead: new Ahead(path),
      lanes: new Lanes(strip, finds) });
    const deck = {
      back: () => this.step(-1), on: () => this.step(1), play: () => this.play(),
      before: () => this.message(-1), after: () => this.message(1),
      up: () => this.finds.step(-1), down: () => this.finds.step(1), return: () => this.leave(),
      link: () => this.#copy($("link"), `${location.origin}${path}#o=${this.at}`),
      copy: () => this.#copy($("copy"), this.digest),
    };
    for (const id in deck) $(id).onclick = deck[id];
    $("speeds").append(...SPEEDS.map((speed) => {
      const input = Object.assign(make("input"), { type: "radio", name: "speed", value: speed });
      input.checked = speed === this.speed;
      input.onchange = () => (this.speed = speed);
      return make("label", "", input, say.speed(speed));
    }));
    $("offset").onchange = () => this.seek(+$("offset").value || 0);
    const find = () => this.finds.search(this.at);
    $("find").onkeydown = ({ key, isComposing }) => key === "Enter" && !isComposing && find();
    $("find").oninput = () => $("find").value || find();
  }

  /** Shows the instant after this offset. */
  async seek(offset) {
    this.#enter();
    this.pause();
    this.at = Math.max(-1, Math.min(Math.trunc(offset), this.live.last));
    this.asked = undefined;
    this.digest = "";
    this.ahead.clear();
    this.way.paint();
    const busy = this.#wanted !== undefined;
    this.#wanted = this.at;
    if (busy) return; // the latest wins, one is under way at a time
    while (this.on && this.#wanted !== undefined) {
      const wanted = this.#wanted;
      const state = await this.#state(wanted);
      if (this.#wanted !== wanted) continue;
      this.#wanted = undefined;
      if (state && this.on) this.#show(wanted, state);
    }
  }

  #show(at, state) {
    const total = state.items.length < 100 ? 0 : Infinity;
    this.#then.snapshot({ ...state, prev: state.offset, total });
    this.#time = state.time;
    this.digest = state.digest;
    this.asked = undefined;
    this.target = at;
    this.view.turn(this.#then);
    history.replaceState(null, "", `#o=${at}`);
    this.way.paint();
  }

  async #state(at) {
    for (;;) {
      const answer = await fetch(`${this.path}/transcript?at=${at}`, json).catch(() => {});
      if (answer?.ok) return answer.json();
      if (answer?.status !== 503 || !this.on || this.#wanted !== at) {
        write("instant", say.noPast(answer ? await answer.text() : ""));
        return undefined;
      }
      await new Promise((done) => setTimeout(done, BUSY_MS)); // the log is being looked through
    }
  }

  #enter() {
    if (this.on) return;
    this.on = true;
    root.classList.add("past");
    document.title = `Past: ${document.title}`;
    this.strip.load();
    this.view.turn(this.#then = Object.assign(new Room(), { past: true }));
  }

  /** Back to what is live, which went on all the time. */
  leave() {
    this.pause();
    this.on = false;
    this.#wanted = this.asked = undefined;
    root.classList.remove("past");
    write("flag", "");
    delete root.dataset.past;
    document.title = document.title.replace("Past: ", "");
    history.replaceState(null, "", location.pathname);
    this.view.turn(this.live);
    this.way.paint();
    this.way.left();
  }

  async step(by) {
    if (!this.on || this.#wanted !== undefined) return;
    this.pause();
    if (by < 0) return this.seek(this.#then.last - 1);
    await this.ahead.fill(this.at);
    this.#advance();
    this.#digestSoon();
  }

  async message(by) {
    if (by > 0) {
      const { hits } = await this.#get(`search?limit=1&from=${this.at + 1}`) ?? {};
      return this.seek(hits?.[0]?.offset ?? this.live.last);
    }
    const before = ({ offset, kind }) => offset < this.at && kind !== "direction";
    return this.seek(this.#then.items.findLast(before)?.offset ?? -1);
  }

  #advance() {
    const next = this.ahead.events.shift();
    if (!next) return;
    this.#then.apply(next.offset, next.time, next.event);
    [this.at, this.#time, this.digest] = [next.offset, next.time, ""];
    this.view.soon();
    this.way.paint();
  }

  play() {
    if (this.playing) return this.pause();
    this.playing = true;
    this.#carry = 0;
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      this.#carry += (now - before) * this.speed;
      before = now;
      this.#due();
      this.ahead.fill(this.at);
      if (this.at >= this.live.last) return this.pause();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.way.paint();
  }

  #due() {
    const cap = $("skip").checked ? IDLE_MS : Infinity;
    const { events } = this.ahead;
    for (let played = 0; played < FRAME_MOST && events.length; played++) {
      const gap = Math.min(cap, Math.max(0, events[0].time - this.#time));
      if (gap > this.#carry) return;
      this.#carry -= gap;
      this.#advance();
    }
    if (!events.length) this.#carry = 0; // the wire is no reason to hurry afterwards
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.way.paint();
    this.#digestSoon();
  }

  // The digest of what was stepped or played to.
  #digestSoon() {
    clearTimeout(this.proving);
    this.proving = setTimeout(async () => {
      const { at } = this;
      if (!this.on || this.digest || this.playing) return;
      const state = await this.#get(`transcript?at=${at}`, json);
      if (at !== this.at || !state) return;
      this.digest = state.digest;
      history.replaceState(null, "", `#o=${at}`);
      this.way.paint();
    }, DIGEST_MS);
  }

  async #get(path, options) {
    const answer = await fetch(`${this.path}/${path}`, options).catch(() => {});
    return answer?.ok ? answer.json() : undefined;
  }

  /** Older items of the past. */
  async older(before) {
    if (this.asked === before) return;
    this.asked = before;
    const page = await this.#get(`messages?limit=200&before=${before}`);
    // Not where another instant was gone to meanwhile.
    if (page && this.asked === before) this.view.prepend(this.#then.page(page));
  }

  /** A key that has a meaning here; false: it has none. */
  key(key) {
    const does = { " ": () => this.play(), ",": () => this.step(-1), ".": () => this.step(1),
      "[": () => this.message(-1), "]": () => this.message(1), n: () => this.finds.step(1),
      N: () => this.finds.step(-1), "<": () => this.#faster(-1), ">": () => this.#faster(1),
      "/": () => $("find").focus(), Escape: () => this.leave() }[key];
    does?.();
    return !!does;
  }

  #faster(by) {
    document.getElementsByName("speed")[SPEEDS.indexOf(this.speed) + by]?.click();
  }

  async #copy(button, text) {
    await navigator.clipboard?.writeText(text).catch(() => {});
    const { textContent } = button;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = textContent), 1_500);
  }

  /** The rows have been painted. */
  painted() {
    if (!this.on || this.#wanted !== undefined) return;
    if (this.target !== undefined) this.#point();
    root.dataset.past = this.at;
  }

  // The item that was gone to: a third from the top, outlined for a while.
  #point() {
    const row = one(`#log [data-offset="${this.target}"]`);
    this.target = undefined;
    if (!row) return;
    row.classList.add("pointed");
    setTimeout(() => row.classList.remove("pointed"), POINTED_MS);
    const { stage } = this.view;
    const top = (element) => element.getBoundingClientRect().top;
    const down = top(row) - top(stage) - stage.clientHeight / 3;
    if (down < 0) stage.scrollTop += down; // else it is at the end anyway
  }

  paint() {
    const { at, live, live: { last: end } } = this;
    const time = this.#time;
    const writers = this.#then.writing().map(({ name }) => name);
    const spoken = say.instant(time, at, end, writing([...new Set(writers)]));
    this.strip.paint(at, spoken, this.lanes);
    write("flag", say.second(time));
    $("flag").style.translate = `${-100 * this.strip.x(at)}%`; // never beyond the edge
    write("instant", say.past(time));
    $("return").firstChild.data = `${say.toLive(end - at)} `;
    write("stood", `as it stood at #${at}`);
    if (document.activeElement !== $("offset")) $("offset").value = at;
    write("of", `of ${end}`);
    write("tenth", say.tenth(time));
    Object.assign($("digest").dataset, { whole: this.digest, at: this.digest && at });
    write("digest", this.digest ? `${this.digest.slice(0, 16)}…` : "…");
    write("proof", `verbatim replay --room ${this.path.slice(7)} --at ${at} --digest`);
    write("play", this.playing ? "Pause" : "Play");
    const late = [...live.people.values()].filter(({ by }) => !this.#then.people.has(by));
    write("late", late.slice(0, 3).map(({ name }) => `${name} had not come in yet.`).join(" "));
  }
}
