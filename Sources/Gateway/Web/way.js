// The way into the past: the slider, a link to an instant, a key. The time machine itself is
// fetched when it is first wanted.
import { banner } from "./banner.js";
import { part } from "./parts.js";
import { $ } from "./rows.js";
import { Strip } from "./strip.js";
import * as say from "./words.js";

export class Way {
  /** `live` is the room as it is now; `left()` is called on the way back to it. */
  constructor(live, view, path, left) {
    Object.assign(this, { live, view, path, left });
    this.strip = new Strip(live, path, () => this.paint());
    $("machine").onclick = () => this.toggle();
    $("when").oninput = () => this.seek(+$("when").value);
    $("when").onkeydown = (event) => this.#slide(event);
    window.onhashchange = () => this.#linked();
    window.onresize = () => this.paint();
    this.#linked();
  }

  get on() {
    return !!this.past?.on;
  }

  toggle = () => this.on ? this.past.leave() : this.seek(this.live.last);

  /** Shows the instant after this offset. */
  async seek(offset) {
    this.wanted = offset;
    this.past ??= await this.#fetch();
    // Of several while it was under way, the latest.
    if (this.wanted === offset) this.past?.seek(offset);
  }

  #fetch() {
    return this.fetching ??= Promise.all([import("./past.js"), part("/web/past.html")])
      .then(([{ Past }]) => new Past(this), () => {
        this.fetching = undefined;
        banner(say.NO_PAST, "said");
      });
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

  #slide(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (this.on && !event.shiftKey) this.past.step(by);
    else this.seek((this.on ? this.past.at : this.live.last) + (event.shiftKey ? 100 * by : by));
  }

  /** Once a frame at most: where the instant is. */
  paint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const { last } = this.live;
      if (this.on) this.past.paint();
      else this.strip.paint(last, `live, offset ${last}`);
    });
  }
}
