// The events behind an instant, asked for before they are played.
const MOST = 500; // events asked for at once

export class Ahead {
  events = [];
  #next; // the cursor behind them

  constructor(path) {
    this.path = path;
  }

  /** The instant has changed: what follows it is another. */
  clear() {
    this.events = [];
    this.#next = undefined;
  }

  /** Asks for what comes behind `at`, unless enough is here. */
  async fill(at) {
    if (this.filling || this.events.length > MOST / 2) return this.filling;
    this.filling = this.#ask(this.#next ?? at + 1);
    await this.filling;
    this.filling = undefined;
  }

  async #ask(from) {
    const { events } = this;
    const answer = await fetch(`${this.path}/events?from=${from}&limit=${MOST}`).catch(() => {});
    if (!answer?.ok) return;
    const lines = (await answer.text()).trim().split("\n").map((line) => JSON.parse(line));
    if (events !== this.events) return; // cleared meanwhile
    this.#next = lines.pop().next;
    events.push(...lines);
  }
}
