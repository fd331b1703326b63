// The strip of the past: a lane an author, where nobody typed, what was found.
import { $, make, named, tint } from "./rows.js";
import { idle as long } from "./past-words.js";
import { clock } from "./words.js";

const LANE_PX = 17;
const IDLE_LEAST_MS = 60_000;
const APART = 0.1; // of the width, between two labels

export class Lanes {
  constructor(strip, finds) {
    Object.assign(this, { strip, finds });
  }

  get hits() {
    return this.finds.hits;
  }

  draw() {
    const { authors, live } = this.strip;
    $("names").replaceChildren(...authors.map(({ by, name }) => {
      const row = make("li", "", named(live.name(by) === by ? name : live.name(by)),
        make("i", "mark"));
      tint(row, live.number(by));
      return row;
    }));
    // Of an author, in a list of authors and counts.
    const of = (counts, author) => counts.reduce((sum, count, at) =>
      at % 2 && counts[at - 1] === author ? sum + count : sum, 0);
    this.#tick(this.strip.draw([...$("names").children], LANE_PX, of), of);
    this.#label();
  }

  // Where something was sent; a line under each lane.
  #tick(pen, of) {
    const { slices, authors } = this.strip;
    const { color, outlineColor } = getComputedStyle($("marks"));
    const width = $("track").clientWidth;
    const bar = width / Math.max(1, slices.length) - 1;
    authors.forEach((_, author) => {
      pen.fillStyle = color;
      for (const { offset, sent } of slices) {
        const x = this.strip.x(offset) * width + bar;
        if (of(sent, author)) pen.fillRect(x, LANE_PX * author + 3, 1.5, LANE_PX - 3);
      }
      pen.fillStyle = outlineColor;
      pen.fillRect(0, LANE_PX * (author + 1) - 1, width, 1);
    });
  }

  // Idle times over the cap take no room; the longest are written where they were.
  #label() {
    const { strip, strip: { slices } } = this;
    const place = (part, x, ...words) => {
      const label = make("span", part, ...words);
      label.style.left = `${x * 100}%`;
      return label;
    };
    const taken = [0, 1];
    const free = (x) => taken.every((other) => Math.abs(x - other) > APART) && taken.push(x);
    const idle = slices.flatMap((slice) => slice.idle ? [slice.idle] : [])
      .filter(([, time]) => time >= IDLE_LEAST_MS).sort((one, two) => two[1] - one[1])
      .map(([offset, time]) => [strip.x(offset), time]).filter(([x]) => free(x)).slice(0, 4);
    $("marks").replaceChildren(...idle.map(([x, time]) => place("idle", x, long(time))),
      ...slices.slice(0, 1).map(({ time }) => place("first", 0, clock(time))),
      ...slices.slice(-1).map(({ end }) => place("last", 1, clock(end))),
      ...this.hits.map((offset) => place("hit", strip.x(offset))));
  }
}
