// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import { Link } from "../../Sources/Gateway/Web/link.js";

/** A world of one fake socket at a time, with a clock that only the test moves. */
function world() {
  const timers = new Set();
  const made = {
    sockets: [], states: [], heard: [], time: 0,
    Date: { now: () => made.time },
    Math: { random: () => 0.5 },
    setTimeout: (turn, wait) => {
      const timer = { turn, at: made.time + wait };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => timers.delete(timer),
    pass(milliseconds) {
      made.time += milliseconds;
      for (const timer of [...timers]) {
        if (timer.at <= made.time && timers.delete(timer)) timer.turn();
      }
    },
    WebSocket: class {
      constructor(url, protocol) {
        Object.assign(this, { url, protocol, readyState: 1, sent: [], closed: false });
        made.sockets.push(this);
      }
      send(text) { this.sent.push(JSON.parse(text)); }
      close() { this.closed = true; }
      say(message) { this.onmessage({ data: JSON.stringify(message) }); }
      end(code) { this.onclose({ code, reason: "" }); }
    },
    get socket() { return made.sockets.at(-1); },
  };
  made.link = new Link("ws://host/rooms/lobby/socket", {
    hello: () => ({ session: "aaaaa" }),
    heard: (message) => made.heard.push(message.type),
    changed: (state) => made.states.push(state),
  }, made);
  return made;
}

const WELCOME = { type: "welcome", ping_ms: 1_000 };
const SNAPSHOT = { type: "snapshot", prev: 7, next: "e.8" };
const events = (prev, first, count, next) => ({
  type: "events", prev, first, next, times: Array(count).fill(0),
  events: Array(count).fill({ type: "hidden" }),
});

function opened() {
  const made = world();
  made.link.open();
  made.socket.onopen();
  made.socket.say(WELCOME);
  made.socket.say(SNAPSHOT);
  return made;
}

test("hello first, without a cursor; then resuming with the last one", () => {
  const made = opened();
  assert.equal(made.socket.protocol, "verbatim.v1");
  assert.deepEqual(made.socket.sent, [{ type: "hello", session: "aaaaa" }]);
  made.socket.say(events(7, 8, 2, "e.10"));
  made.socket.say({ type: "position", next: "e.12" });
  made.socket.end(1006);
  assert.equal(made.states.at(-1), "waiting");
  made.pass(500);
  made.socket.onopen();
  assert.equal(made.socket.sent[0].from, "e.12");
  made.socket.say(WELCOME);
  made.socket.say(events(9, 12, 1, "e.13"));
  assert.equal(made.link.last, 12);
});

test("a missing event is a fault: back with the cursor, and then without", () => {
  const made = opened();
  made.socket.say(events(8, 9, 1, "e.10"));
  assert.equal(made.states.at(-1), "waiting");
  assert.equal(made.link.cursor, "e.8");
  assert.ok(!made.heard.includes("events"));
  made.pass(500);
  made.socket.onopen();
  made.socket.say(WELCOME);
  made.socket.say(events(8, 9, 1, "e.10"));
  made.pass(10_000);
  made.socket.onopen();
  assert.equal(made.socket.sent[0].from, undefined);
});

test("pings are answered, and silence is a dead line", () => {
  const made = opened();
  made.socket.say({ type: "ping" });
  assert.deepEqual(made.socket.sent.at(-1), { type: "pong" });
  const { socket } = made;
  made.pass(2_499);
  assert.equal(made.states.at(-1), "open");
  made.pass(1);
  assert.equal(made.states.at(-1), "waiting");
  assert.ok(socket.closed);
});

test("bye says how long to wait; 4100–4199 and 1009 do not come back", () => {
  const made = opened();
  made.socket.say({ type: "bye", code: 1001, reason: "shutdown", retry_ms: 3_000 });
  made.socket.end(1001);
  made.pass(2_999);
  assert.equal(made.sockets.length, 1);
  made.pass(1);
  assert.equal(made.sockets.length, 2);
  for (const [code, state] of [[4_000, "waiting"], [4_099, "waiting"], [4_100, "closed"],
    [4_199, "closed"], [1_009, "closed"], [1_008, "waiting"], [1_006, "waiting"]]) {
    const other = opened();
    other.socket.end(code);
    assert.equal(other.states.at(-1), state, String(code));
    other.pass(60_000);
    assert.equal(other.sockets.length > 1, state === "waiting", String(code));
  }
});

test("waits grow to a bound, and a welcome starts them anew", () => {
  const made = opened();
  const waits = [];
  made.socket.end(1006);
  for (let round = 0; round < 8; round++) {
    waits.push(made.link.retryAt - made.time);
    made.pass(waits.at(-1));
    made.socket.end(1006);
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  made.link.again();
  made.socket.onopen();
  made.socket.say(WELCOME);
  made.socket.end(1006);
  assert.equal(made.link.retryAt - made.time, 500);
});

test("reset forgets cursor and place; what an old socket says is not heard", () => {
  const made = opened();
  const old = made.socket;
  made.socket.say({ type: "reset", reason: "epoch", epoch: "f", start: 0, next: 1 });
  assert.equal(made.link.cursor, null);
  made.socket.say({ ...SNAPSHOT, prev: 0, next: "f.1" });
  made.socket.say(events(0, 1, 1, "f.2"));
  made.link.again();
  const count = made.heard.length;
  old.say(events(1, 2, 1, "f.3"));
  old.end(1006);
  assert.equal(made.heard.length, count);
  assert.equal(made.states.at(-1), "connecting");
});

test("what cannot be read is not asked for again: back without the cursor, after the pause", () => {
  for (const told of [true, false]) {
    const made = opened();
    made.socket.say({ type: "error", code: "unreadable", message: "events cannot be read" });
    if (told) made.socket.say({ type: "bye", code: 4004, reason: "unreadable", retry_ms: 1_000 });
    made.socket.end(4004);
    assert.equal(made.states.at(-1), "waiting");
    made.pass(told ? 1_000 : 500);
    made.socket.onopen();
    assert.equal(made.socket.sent[0].from, undefined);
    made.socket.say(WELCOME);
    made.socket.say({ ...SNAPSHOT, prev: 40, next: "e.41" });
    made.socket.say(events(40, 41, 1, "e.42"));
    assert.equal(made.link.last, 41);
    assert.equal(made.sockets.length, 2);
  }
});

test("two rooms, cursors expired: each has its reset, then its snapshot, none is empty", () => {
  const rooms = [opened(), opened()];
  for (const [index, made] of rooms.entries()) {
    made.socket.end(1006);
    made.pass(500);
    made.socket.onopen();
    assert.equal(made.socket.sent[0].from, SNAPSHOT.next);
    made.heard.length = 0;
    made.socket.say(WELCOME);
    made.socket.say({ type: "reset", reason: "too_far_behind", epoch: "e", start: 0, next: 9_000 });
    // Between the two nothing is known of the room, and nothing is said of it.
    assert.deepEqual(made.heard, ["welcome", "reset"]);
    assert.equal(made.link.cursor, null);
    made.socket.say({ ...SNAPSHOT, prev: 9_000 + index, next: `e.${9_001 + index}` });
    made.socket.say(events(9_000 + index, 9_001 + index, 1, `e.${9_002 + index}`));
    assert.equal(made.link.last, 9_001 + index);
    assert.equal(made.states.at(-1), "open");
  }
});

test("a connection that never greets is given up", () => {
  const made = world();
  made.link.open();
  made.pass(15_000);
  assert.equal(made.states.at(-1), "waiting");
});
