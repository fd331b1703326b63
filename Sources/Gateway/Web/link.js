// The connection to a room: greeting, resuming, heartbeat, coming back, and the check that no
// event is missing. What is said on it is decided elsewhere.
const GREETING_MS = 15_000; // for connect, hello and welcome
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const SILENT_PINGS = 2.5;
const UNREADABLE = 4004;
const stays = (code) => code === 1009 || (code >= 4100 && code <= 4199);

export class Link {
  state = "idle"; // connecting, greeting, open, waiting, closed
  cursor = null; // where to resume
  last = -1; // offset of the newest event of the room that came
  retryAt = 0;
  #tries = 0;
  #faults = 0;
  #silence = GREETING_MS;

  /**
   * `hello()` gives the fields of the greeting but `from`; `heard(message)` gets each message,
   * `changed(state, detail)` each turn. `world` has the sockets, clock, chance and timers.
   */
  constructor(url, parts, world = globalThis) {
    Object.assign(this, parts, { url, world });
  }

  open() {
    this.#drop();
    this.bye = null;
    this.#turn("connecting");
    const socket = this.socket = new this.world.WebSocket(this.url, "verbatim.v1");
    const mine = (turn) => (event) => socket === this.socket && turn(event);
    socket.onopen = mine(() => this.greet());
    socket.onmessage = mine(({ data }) => this.#hear(JSON.parse(data)));
    socket.onclose = mine(({ code }) => this.#closed(code));
    this.#watch(GREETING_MS);
  }

  greet() {
    this.#turn("greeting");
    this.send({ type: "hello", ...this.hello(), from: this.cursor ?? undefined });
  }

  send(message) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  /** Opens anew, at once. */
  again() {
    this.#tries = 0;
    this.open();
  }

  #hear(message) {
    const { type, prev, next } = message;
    this.#watch(this.#silence);
    if (type === "ping") return this.send({ type: "pong" });
    if (type === "bye") return void (this.bye = message);
    if (type === "welcome") {
      this.#tries = 0;
      this.#silence = message.ping_ms * SILENT_PINGS;
      this.#turn("open", message);
    } else if (type === "reset") [this.last, this.cursor] = [-1, null];
    else if (type === "snapshot") [this.last, this.cursor] = [prev, next];
    else if (type === "position") this.cursor = next;
    else if (type === "events") {
      if (prev !== this.last) return this.#fault();
      this.last = offsets(message).at(-1);
      this.cursor = next;
      this.#faults = 0;
    }
    this.heard(message);
  }

  // An event is missing or doubled. The second time in a row, the whole room is asked for.
  #fault() {
    if (++this.#faults > 1) this.cursor = null;
    this.#closed();
  }

  #closed(code) {
    this.#drop();
    const { reason = "", retry_ms: retry = 0, code: said } = this.bye ?? {};
    // What comes next cannot be read there: the room as it stands is asked for.
    if (UNREADABLE === (said ?? code)) this.cursor = null;
    if (stays(code) || stays(said)) return this.#turn("closed", { code, reason });
    const backoff = Math.min(FIRST_RETRY_MS * 2 ** this.#tries++, LONGEST_RETRY_MS);
    const wait = Math.max(retry, backoff * (0.75 + this.world.Math.random() / 2));
    this.retryAt = this.world.Date.now() + wait;
    this.timer = this.world.setTimeout(() => this.open(), wait);
    this.#turn("waiting");
  }

  #watch(milliseconds) {
    this.world.clearTimeout(this.dog);
    this.dog = this.world.setTimeout(() => this.#closed(), milliseconds);
  }

  #drop() {
    this.world.clearTimeout(this.timer);
    this.world.clearTimeout(this.dog);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  #turn(state, detail) {
    this.state = state;
    this.changed(state, detail);
  }
}

/** The offset of each event of an `events` message. */
export const offsets = ({ first, offsets: list, events }) =>
  list ?? events.map((_, index) => first + index);
