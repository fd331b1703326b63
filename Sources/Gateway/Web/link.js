// The connection to a room: greeting, resuming, heartbeat, coming back. What is said on it is
// decided elsewhere; here it is only kept up, and checked that no event is missing.

const SUBPROTOCOL = "verbatim.v1";
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
const GREETING_MS = 15_000; // connect, hello, welcome
const SILENT_PINGS = 2.5; // pings missed before the line is taken for dead

const TOO_BIG = 1009;
const stays = (code) => code === TOO_BIG || (code >= 4100 && code <= 4199);

export class Link {
  state = "idle"; // idle, connecting, greeting, open, waiting, closed
  cursor = null; // where to resume
  last = -1; // offset of the newest event of the room that came
  retryAt = 0;
  #socket = null;
  #timer = 0;
  #dog = 0;
  #tries = 0;
  #faults = 0;
  #bye = null;
  #silence = 60_000;

  /**
   * `hello()` gives the fields of the greeting beside `from`; `heard(message)` gets every message;
   * `changed(state, detail)` every turn of the state. `world` has WebSocket, now, later and never.
   */
  constructor(url, { hello, heard, changed }, world = browser) {
    Object.assign(this, { url, hello, heard, changed, world });
  }

  open() {
    this.#drop();
    this.#bye = null;
    this.#turn("connecting");
    const socket = new this.world.WebSocket(this.url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.greet();
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(data);
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#closed(code, reason);
    this.#watch(GREETING_MS);
  }

  /** Says hello, again after `bad_token`. */
  greet() {
    this.#turn("greeting");
    const from = this.cursor ?? undefined;
    this.send({ type: "hello", ...this.hello(), ...(from && { from }) });
  }

  send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  /** Opens anew, now: after a wait, or under another session. */
  again() {
    this.#tries = 0;
    this.open();
  }

  close() {
    this.#drop();
    this.#turn("closed");
  }

  #hear(data) {
    this.#watch(this.#silence);
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return this.#fault();
    }
    switch (message.type) {
      case "ping":
        this.send({ type: "pong" });
        return;
      case "welcome":
        this.#tries = 0;
        if (message.ping_ms > 0) this.#silence = message.ping_ms * SILENT_PINGS + 2_000;
        this.#turn("open", message);
        break;
      case "snapshot":
        [this.last, this.cursor] = [message.prev, message.next];
        break;
      case "reset":
        [this.last, this.cursor] = [-1, null];
        break;
      case "events":
        if (message.prev !== this.last) return this.#fault();
        this.last = offsets(message).at(-1) ?? this.last;
        this.cursor = message.next;
        this.#faults = 0;
        break;
      case "position":
        this.cursor = message.next;
        return;
      case "bye":
        this.#bye = message;
        return;
    }
    this.heard(message);
  }

  // An event is missing or doubled. The second time in a row, the room is asked for as a whole.
  #fault() {
    if (++this.#faults > 1) this.cursor = null;
    this.#closed(0, "");
  }

  #closed(code, reason) {
    this.#drop();
    const bye = this.#bye;
    const final = stays(code) || stays(bye?.code);
    if (final) {
      this.#turn("closed", { code: stays(code) ? code : bye.code, reason: bye?.reason || reason });
      return;
    }
    const backoff = Math.min(FIRST_RETRY_MS * 2 ** this.#tries++, LONGEST_RETRY_MS);
    const wait = Math.max(bye?.retry_ms ?? 0, backoff * (0.75 + this.world.random() / 2));
    this.retryAt = this.world.now() + wait;
    this.#timer = this.world.later(() => this.open(), wait);
    this.#turn("waiting", { wait });
  }

  #watch(milliseconds) {
    this.world.never(this.#dog);
    this.#dog = this.world.later(() => this.#closed(0, ""), milliseconds);
  }

  #drop() {
    this.world.never(this.#timer);
    this.world.never(this.#dog);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #turn(state, detail) {
    this.state = state;
    this.changed(state, detail);
  }
}

/** The offset of each event of an `events` message. */
export function offsets({ first, offsets: list, events }) {
  return list ?? events.map((_, index) => first + index);
}

const browser = {
  get WebSocket() { return globalThis.WebSocket; },
  now: () => Date.now(),
  later: (turn, milliseconds) => setTimeout(turn, milliseconds),
  never: (timer) => clearTimeout(timer),
  random: () => Math.random(),
};
