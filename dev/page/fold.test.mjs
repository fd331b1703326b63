// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import { Room } from "../../Sources/Gateway/Web/fold.js";
import { ended, refused, roomMode, title, writing } from "../../Sources/Gateway/Web/words.js";

const A = "paaaaaaaaaaaa";
const B = "pbbbbbbbbbbbb";

function played(events) {
  const room = new Room();
  events.forEach((event, offset) => room.apply(offset, 1_000 + offset, event));
  return room;
}

const joined = (by, name) => (
  { type: "participant.joined", by, name, token: "", visibility: "live" });
const edit = (by, at, del, ins, extra = {}) => ({
  type: "draft.edited", by, session: "aaaaa", seq: 1, draft: 1, at, del, ins, kind: "type",
  ...extra,
});
const sent = (by, text) => (
  { type: "message.sent", by, session: "aaaaa", seq: 2, draft: 1, text });
const only = (map) => [...map.values()][0];

test("edits in scalars, deletions and the caret", () => {
  const room = played([joined(A, "Mara"), edit(A, 0, 0, "a🌊c"), edit(A, 2, 0, "b")]);
  assert.equal(only(room.drafts).text, "a🌊bc");
  assert.equal(only(room.drafts).caret, 4);
  room.apply(3, 0, edit(A, 1, 1, "", { kind: "delete" }));
  assert.equal(only(room.drafts).text, "abc");
  assert.equal(only(room.drafts).caret, 1);
});

test("deletions at the end gather into one ghost, in mid-text they leave none", () => {
  const room = played([joined(A, "Mara"), edit(A, 0, 0, "which")]);
  for (const at of [4, 3, 2]) room.apply(10 - at, 0, edit(A, at, 1, "", { kind: "delete" }));
  assert.equal(only(room.drafts).ghost, "ich");
  room.apply(20, 0, edit(A, 0, 1, "", { kind: "delete" }));
  assert.equal(only(room.drafts).ghost, "ich");
  const long = played([joined(A, "Mara"), edit(A, 0, 0, "x".repeat(40)), edit(A, 0, 40, "")]);
  assert.equal(only(long.drafts).ghost.length, 24);
});

test("a sent draft becomes one item, and the row it came from is known", () => {
  const room = played([joined(A, "Mara"), edit(A, 0, 0, "hi"), sent(A, "hi")]);
  assert.equal(room.drafts.size, 0);
  const item = room.items.at(-1);
  assert.deepEqual([item.offset, item.name, item.text], [2, "Mara", "hi"]);
  assert.equal(room.gone.at(-1)[1], item);
});

test("a reply streams, is stopped by somebody, and settles under the offset it began at", () => {
  const room = played([
    joined(A, "Ada"),
    { type: "reply.started", by: "companion", provider: "p", model: "m", to: [0], context: [0, 0] },
    { type: "reply.chunk", by: "companion", reply: 1, text: "Salt " },
    { type: "reply.chunk", by: "companion", reply: 1, text: "lowers" },
    { type: "reply.stop_requested", by: A, reply: 1 },
    { type: "reply.chunk", by: "companion", reply: 1, text: " it" },
    { type: "reply.finished", by: "companion", reply: 1, finish: "stopped" },
  ]);
  const item = room.items.at(-1);
  assert.deepEqual([item.offset, item.text, item.kind], [1, "Salt lowers it", "reply"]);
  assert.equal(ended(item), "Stopped by Ada after 3 words. What was written stays.");
});

test("the lowest free number, kept until leaving", () => {
  const room = played([joined(A, "Mara"), joined(B, "Wren")]);
  assert.deepEqual([room.number(A), room.number(B)], [1, 2]);
  room.apply(2, 0, { type: "participant.left", by: A, reason: "gone" });
  room.apply(3, 0, joined("pcccccccccccc", "Ines"));
  assert.deepEqual([room.number("pcccccccccccc"), room.number(B)], [1, 2]);
  assert.equal(room.items.at(-2).text, "Mara did not come back.");
});

test("typing: started opens, idle pauses, left ends; two sessions are two drafts", () => {
  const start = { type: "typing.started", by: A, session: "aaaaa", draft: 1 };
  const room = played([joined(A, "Mara"), start, { ...start, session: "bbbbb" }]);
  assert.equal(room.drafts.size, 2);
  room.apply(3, 0, { ...start, type: "typing.stopped", reason: "idle" });
  assert.equal(only(room.drafts).typing, false);
  assert.equal(room.writing().length, 1);
  room.apply(4, 0, { ...start, type: "typing.stopped", reason: "left" });
  assert.equal(room.drafts.size, 1);
  room.apply(5, 0, { type: "participant.left", by: A, reason: "left" });
  assert.equal(room.drafts.size, 0);
});

test("a new draft of a session ends its old one", () => {
  const room = played([joined(A, "Mara"), edit(A, 0, 0, "x"), edit(A, 0, 0, "y", { draft: 2 })]);
  assert.deepEqual([...room.drafts.values()].map(({ text }) => text), ["y"]);
});

test("hidden and unknown events fold as nothing, and the offset still moves", () => {
  const room = played([joined(A, "Mara"), { type: "hidden" }, { type: "?" }]);
  assert.equal(room.last, 2);
  assert.equal(room.items.length, 1);
  room.apply(4, 0, edit(A, 99, 99, "x"));
  assert.equal(only(room.drafts).text, "x");
  room.apply(5, 0, { type: "reply.chunk", by: "companion", reply: 77, text: "?" });
});

test("what is erased keeps its place, and says so", () => {
  const room = played([joined(A, "Mara"), { type: "erased" }, { type: "?" }]);
  const { gone, text, by } = room.items.at(-1);
  assert.deepEqual([gone, by], ["erased", undefined]);
  assert.equal(text, "Erased. #1 keeps its place; the words are gone.");
});

test("a hidden message loses its words", () => {
  const room = played([joined(A, "Mara"), edit(A, 0, 0, "x"), sent(A, "x")]);
  room.apply(3, 0, { type: "message.hidden", by: "operator", message: 2, reason: "advertising" });
  assert.deepEqual([room.items.at(-1).text, room.items.at(-1).hidden], ["", "advertising"]);
});

test("a snapshot is everything, and pages go before it", () => {
  const room = new Room();
  room.snapshot({
    prev: 40, next: "c", total: 3, replies: [{ reply: 30, by: "companion", text: "so" }],
    items: [{ offset: 20, by: A, name: "Mara", text: "hi" }, { offset: 21, hidden: 5 }],
    drafts: [{ by: B, session: "aaaaa", draft: 4, text: "dra" }],
    participants: [{ by: B, name: "Wren", visibility: "live" }],
  });
  assert.deepEqual([room.last, room.items.length, room.more], [40, 1, true]);
  assert.equal(only(room.drafts).text, "dra");
  assert.equal(only(room.replies).text, "so");
  room.apply(41, 0, edit(B, 3, 0, "ft", { draft: 4 }));
  assert.equal(only(room.drafts).text, "draft");
  room.page({ items: [{ offset: 10, by: A, name: "Mara", text: "first" }], more: false });
  assert.deepEqual(room.items.map(({ offset }) => offset), [10, 20]);
  assert.equal(room.more, false);
});

test("names are the author's at the time of sending", () => {
  const room = played([joined(A, "Wren"), edit(A, 0, 0, "x"), sent(A, "x"),
    { type: "participant.renamed", by: A, name: "Ada" }]);
  assert.equal(room.items.find(({ kind }) => kind === "message").name, "Wren");
  assert.equal(room.items.at(-1).text, "Wren is now called Ada.");
});

test("the room's sentences", () => {
  assert.equal(title("lobby"), "The Lobby");
  assert.equal(title("night-bus"), "Night bus");
  assert.equal(writing(["Mara", "Tomasz"]), "Mara and Tomasz are writing");
  assert.equal(roomMode({ mode: "slow", every_ms: 5_000 }),
    "The operator slows the room: one message every 5 s.");
  assert.equal(refused({ reason: "budget", scope: "room", limit: 200 }),
    "Companion has no replies left today: this room has used all 200. "
    + "It answers again from midnight UTC.");
  assert.equal(refused({ reason: "budget", scope: "address", limit: 60, retry_ms: 7_000_000 }),
    "Companion has no replies left for somebody’s network: it has had its 60. "
    + "It answers there again in 2 hours.");
  assert.equal(refused({ reason: "budget", scope: "minute", limit: 20, retry_ms: 9_500 }),
    "Companion has answered 20 times in a minute, its limit. It answers again in 10 s.");
});

test("a reply hidden while it is written has no words, then or later", () => {
  const start = { type: "reply.started", by: "companion", provider: "p", model: "m", to: [],
    context: [0, 0] };
  const room = played([start, { type: "reply.chunk", by: "companion", reply: 0, text: "Bad" },
    { type: "message.hidden", by: "operator", message: 0 }, { type: "hidden" }]);
  assert.equal(room.replies.get(0).text, "");
  room.apply(4, 0, { type: "reply.finished", by: "companion", reply: 0, finish: "stop" });
  assert.deepEqual([room.items[0].text, room.items[0].hidden], ["", ""]);
});
