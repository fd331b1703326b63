// Who typed when: one lane while live, a lane an author in the past; the instant; what was found.
import { $, make, named, tint } from "./rows.js";
import * as say from "./words.js";

const LANE_PX = 17;
const AGAIN_MS = 60_000;
const IDLE_LEAST_MS = 60_000;
const LABELS_APART = 0.1; // of the width

export class Strip {
  from = 0;
  #slices = [];
  #authors = [];
  #drawn = "";

  constructor(live) {
    this.live = live;
  }

  /** Asks for who typed when; again now and then. */
  async load(path) {
    clearTimeout(this.timer);
    const { last } = this.live; // few events are soon twice as many
    this.timer = setTimeout(() => this.load(path), last < 2_000 ? AGAIN_MS / 12 : AGAIN_MS);
    const answer = await fetch(`${path}/activity?slices=240`).catch(() => {});
    if (!answer?.ok) return;
    const { from, authors, slices } = await answer.json();
    Object.assign(this, { from });
    this.#authors = authors;
    this.#slices = slices;
    this.#drawn = "";
    $("since").textContent = slices.length ? `since ${say.clock(slices[0].time)}` : "";
    this.again?.();
  }

  #x(offset) {
    return Math.min(1, Math.max(0, (offset - this.from) / Math.max(1, this.live.last - this.from)));
  }

  /** The instant, and the lanes where they changed. */
  paint(at, past, time, hits) {
    $("head").style.left = `${this.#x(at) * 100}%`;
    $("flag").textContent = past ? say.second(time) : "";
    const track = $("track");
    const look = [past, track.clientWidth, this.live.last >> 6, hits.length, devicePixelRatio,
      matchMedia("(prefers-color-scheme:dark)").matches].join();
    if (this.#drawn === (this.#drawn = look)) return;
    this.again = () => this.paint(at, past, time, hits);
    const lanes = past ? this.#lanes() : [{}];
    $("names").replaceChildren(...(past ? lanes.map(({ row }) => row) : []));
    this.#draw($("lanes"), track.clientWidth, lanes, past);
    this.#labels(past, hits);
  }

  #lanes() {
    return this.#authors.map(({ by, name }, author) => {
      const row = make("li", "", named(this.live.name(by) === by ? name : this.live.name(by)),
        make("i", "mark"));
      tint(row, this.live.number(by));
      return { author, row };
    });
  }

  #draw(canvas, width, lanes, past) {
    const height = past ? LANE_PX * lanes.length : 24;
    Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const pen = canvas.getContext("2d");
    pen.scale(devicePixelRatio, devicePixelRatio);
    const ink = getComputedStyle($("marks"));
    const of = (list, author) => {
      let sum = 0;
      for (let at = 0; at < list.length; at += 2) {
        if (author === undefined || list[at] === author) sum += list[at + 1];
      }
      return sum;
    };
    const tall = (past ? LANE_PX : 24) - 3;
    const bar = Math.max(1.5, width / Math.max(1, this.#slices.length) - 1);
    lanes.forEach(({ author, row }, lane) => {
      const most = Math.max(1, ...this.#slices.map(({ keys }) => of(keys, author)));
      const floor = past ? LANE_PX * (lane + 1) : height;
      pen.fillStyle = getComputedStyle(row ?? canvas).color;
      for (const { offset, keys } of this.#slices) {
        const typed = of(keys, author) && Math.max(2, of(keys, author) / most * tall);
        pen.fillRect(this.#x(offset) * width, floor - typed, bar, typed);
      }
      if (!past) return;
      pen.fillStyle = ink.color;
      for (const { offset, sent } of this.#slices) {
        if (of(sent, author)) pen.fillRect(this.#x(offset) * width + bar, floor - tall, 1.5, tall);
      }
      pen.fillStyle = ink.outlineColor;
      pen.fillRect(0, floor - 1, width, 1);
    });
  }

  // Idle times over the cap take no room; the longest are written where they were.
  #labels(past, hits) {
    const place = (part, x, ...words) => {
      const label = make("span", part, ...words);
      label.style.left = `${x * 100}%`;
      return label;
    };
    const slices = this.#slices;
    const taken = [0, 1];
    const free = (x) => taken.every((other) => Math.abs(x - other) > LABELS_APART) && taken.push(x);
    const idle = slices.filter(({ idle: [, long] = [] }) => long >= IDLE_LEAST_MS)
      .sort((one, two) => two.idle[1] - one.idle[1]).map((slice) => [this.#x(slice.idle[0]), slice])
      .filter(([x]) => free(x)).slice(0, 4)
      .map(([x, { idle: [, long] }]) => place("idle", x, say.idle(long)));
    const clocks = !past || !slices.length ? [] : [place("first", 0, say.clock(slices[0].time)),
      place("last", 1, say.clock(slices.at(-1).end))];
    $("marks").replaceChildren(...(past ? [...idle, ...clocks] : []),
      ...hits.map((offset) => place("hit", this.#x(offset))));
  }
}
