// Who typed when, under the room: one lane of all while live. The past draws a lane an author.
import { $, write } from "./rows.js";
import { clock } from "./words.js";

const AGAIN_MS = 60_000;

export class Strip {
  from = 0;
  slices = [];
  authors = [];
  #drawn = "";

  /** `changed()` is called when more is known. */
  constructor(live, path, changed) {
    Object.assign(this, { live, path, changed });
    this.load();
  }

  /** Asks for who typed when; again now and then. */
  async load() {
    clearTimeout(this.timer);
    // Few events are soon twice as many.
    this.timer = setTimeout(() => this.load(), this.live.last < 2_000 ? AGAIN_MS / 12 : AGAIN_MS);
    const answer = await fetch(`${this.path}/activity?slices=240`).catch(() => {});
    if (!answer?.ok) return;
    Object.assign(this, await answer.json());
    this.#drawn = "";
    const [first] = this.slices;
    write("since", first ? `since ${clock(first.time)}` : "");
    this.changed();
  }

  /** Where an offset is, from 0 to 1. */
  x(offset) {
    return Math.min(1, Math.max(0, (offset - this.from) / Math.max(1, this.live.last - this.from)));
  }

  /** The instant, as seen and as read out; the lanes where they changed. */
  paint(at, spoken, past) {
    const { from: min, live: { last } } = this;
    Object.assign($("when"), { min, max: Math.max(last, 0), value: at, ariaValueText: spoken });
    write("newest", last < 0 ? "" : `#${last}`);
    $("head").style.left = `${past ? this.x(at) * 100 : 100}%`;
    const look = [past?.hits.length, $("track").clientWidth, last >> 6, devicePixelRatio,
      matchMedia("(prefers-color-scheme:dark)").matches].join();
    if (this.#drawn === (this.#drawn = look)) return;
    if (past) past.draw();
    else {
      this.draw([$("lanes")], 24, (counts) => counts.reduce((sum, n, at) => sum + at % 2 * n, 0));
    }
  }

  /**
   * A lane for each element, in its colour, a bar for the keys of each slice: `of` counts them for
   * the element of an index. Returns the pen.
   */
  draw(lanes, tall, sum) {
    const [canvas, width, height] = [$("lanes"), $("track").clientWidth, tall * lanes.length];
    Object.assign(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const pen = canvas.getContext("2d");
    pen.scale(devicePixelRatio, devicePixelRatio);
    const bar = Math.max(1.5, width / Math.max(1, this.slices.length) - 1);
    lanes.forEach((lane, index) => {
      const most = Math.max(1, ...this.slices.map(({ keys }) => sum(keys, index)));
      pen.fillStyle = getComputedStyle(lane).color;
      for (const { offset, keys } of this.slices) {
        const typed = sum(keys, index);
        const high = typed && Math.max(2, typed / most * (tall - 3));
        pen.fillRect(this.x(offset) * width, tall * (index + 1) - high, bar, high);
      }
    });
    return pen;
  }
}
