// Words looked for in all that was ever sent in a room.
import { $, write } from "./rows.js";

const MOST = 100;

export class Finds {
  hits = [];
  #at = 0;

  /** `path` is the room's; `go(offset)` is called. */
  constructor(path, go) {
    Object.assign(this, { path, go });
  }

  /** Looks for what stands in the field, and goes to the first find from `here` on. */
  async search(here) {
    const words = $("find").value.trim();
    const hits = this.hits = [];
    let from = words ? 0 : undefined;
    while (from !== undefined && hits.length < MOST) {
      const query = `q=${encodeURIComponent(words)}&from=${from}`;
      const answer = await fetch(`${this.path}/search?${query}`).catch(() => {});
      if (!answer?.ok || hits !== this.hits) break;
      const found = await answer.json();
      hits.push(...found.hits.map(({ offset }) => offset));
      from = found.next;
    }
    if (hits !== this.hits) return;
    const later = hits.findIndex((offset) => offset >= here);
    this.#at = later < 0 ? hits.length - 1 : later;
    this.step(0);
  }

  step(by) {
    const { length } = this.hits;
    if (length) this.go(this.hits[this.#at = (this.#at + by + length) % length]);
    write("finds", length ? `${this.#at + 1} of ${length}` : $("find").value && "nothing");
  }
}
