// The time machine: the room as it was at any instant, played, stepped through and searched. The
// instant `at` is after the event of that offset; what stood then comes whole from the server.
import { Ahead } from "./ahead.js";
import { Finds } from "./finds.js";
import { Room } from "./fold.js";
import { $, make } from "./rows.js";
import { Strip } from "./strip.js";
import * as say from "./words.js";

const IDLE_MS = 2_000; // longer pauses are played as this
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
const FRAME_MOST = 2_000; // events played within one frame
const DIGEST_MS = 150; // after the last step the digest is asked for
const BUSY_MS = 1_000;

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

  /** `live` is the room as it is now; `left()` is called on the way back to it. */
  constructor(live, view, path, left) {
    Object.assign(this, { live, view, path, left, strip: new Strip(live), ahead: new Ahead(path),
      finds: new Finds(path, (offset) => this.seek(offset)) });
    const deck = {
      back: () => this.step(-1), on: () => this.step(1), play: () => this.play(),
      before: () => this.message(-1), after: () => this.message(1),
      up: () => this.finds.step(-1), down: () => this.finds.step(1),
      return: () => this.leave(), machine: () => this.toggle(),
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
    $("when").oninput = () => this.seek(+$("when").value);
    $("when").onkeydown = (event) => this.#slide(event);
    $("offset").onchange = () => this.seek(+$("offset").value || 0);
    $("find").onchange = () => this.finds.search(this.at);
    window.onhashchange = () => this.#linked();
    window.onresize = () => this.paint();
    this.strip.load(path);
    this.#linked();
  }

  toggle = () => this.on ? this.leave() : this.seek(this.live.last);

  /** Shows the instant after this offset. */
  async seek(offset) {
    this.#enter();
    this.pause();
    this.at = Math.max(-1, Math.min(Math.trunc(offset), this.live.last));
    this.asked = undefined;
    this.digest = "";
    this.ahead.clear();
    this.paint();
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
    this.view.turn(this.#then, at);
    history.replaceState(null, "", `#o=${at}`);
    this.paint();
  }

  async #state(at) {
    for (;;) {
      const answer = await fetch(`${this.path}/transcript?at=${at}`, json).catch(() => {});
      if (answer?.ok) return answer.json();
      if (answer?.status !== 503 || !this.on || this.#wanted !== at) {
        $("instant").textContent = say.noPast(answer ? await answer.text() : "");
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
    this.strip.load(this.path);
    this.view.turn(this.#then = Object.assign(new Room(), { past: true }));
  }

  /** Back to what is live, which went on all the time. */
  leave() {
    this.pause();
    this.on = false;
    this.#wanted = this.asked = undefined;
    root.classList.remove("past");
    delete root.dataset.past;
    document.title = document.title.replace("Past: ", "");
    history.replaceState(null, "", location.pathname);
    this.view.turn(this.live);
    this.paint();
    this.left();
  }

  #linked() {
    const [, offset] = /^#o=(-?\d+)$/.exec(location.hash) ?? [];
    if (offset === undefined) return;
    if (this.live.last < 0) this.first = +offset; // until the room is here
    else this.seek(+offset);
  }

  /** The room has come: a link waits for it. */
  ready() {
    const { first } = this;
    this.first = undefined;
    if (first !== undefined) this.seek(first);
    this.paint();
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
    this.paint();
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
    this.paint();
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
    this.paint();
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
      this.paint();
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

  #slide(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) this.seek(this.at + 100 * by);
    else if (this.on) this.step(by);
    else this.seek(this.live.last + by);
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
  painted = () => this.on && this.#wanted === undefined && (root.dataset.past = this.at);

  /** Once a frame at most: where the instant is. */
  paint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#paint();
    });
  }

  #paint() {
    const { on, at, live, live: { last: end } } = this;
    const here = on ? at : end;
    const [when, time] = [$("when"), this.#time];
    when.min = this.strip.from;
    when.max = Math.max(end, 0);
    when.value = here;
    const writers = on ? this.#then.writing().map(({ name }) => name) : [];
    when.ariaValueText = on ? say.instant(time, at, end, say.writing([...new Set(writers)]))
      : `live, offset ${end}`;
    $("newest").textContent = `#${end}`;
    this.strip.paint(here, on, time, this.finds.hits);
    if (!on) return;
    $("instant").textContent = say.past(time);
    $("return").firstChild.data = `${say.toLive(end - at)} `;
    $("stood").textContent = `as it stood at #${at}`;
    if (document.activeElement !== $("offset")) $("offset").value = at;
    $("of").textContent = `of ${end}`;
    $("tenth").textContent = say.tenth(time);
    Object.assign($("digest").dataset, { whole: this.digest, at: this.digest && at });
    $("digest").textContent = this.digest ? `${this.digest.slice(0, 16)}…` : "…";
    $("proof").textContent = `verbatim replay --room ${this.path.slice(7)} --at ${at} --digest`;
    $("play").textContent = this.playing ? "Pause" : "Play";
    $("late").textContent = [...live.people.values()].filter(({ by }) => !this.#then.people.has(by))
      .slice(0, 3).map(({ name }) => `${name} had not come in yet.`).join(" ");
  }
}
