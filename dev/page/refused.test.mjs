// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import { greeted, served } from "./authored.mjs";

test("a filtered edit: the draft goes, visibility is on record, the words go on in send", () => {
  const { author, wire } = greeted();
  author.write("a ba");
  author.acknowledge(1, 10);
  author.write("a bad");
  author.send(); // on its way behind the refused edit
  author.write("next");
  wire.length = 0;
  assert.deepEqual(author.refused({ code: "filtered", expected: 2, draft: 1 }), []);
  assert.deepEqual(wire.map(({ type, seq }) => [type, seq]),
    [["discard", 2], ["visibility", 3], ["send", 4], ["typing", undefined]]);
  assert.deepEqual([wire[1].visibility, wire[2].text], ["send", "a bad"]);
  assert.deepEqual(author.refused({ code: "filtered", expected: 4, draft: 2 }), ["a bad"]);
  assert.equal(author.pending.length, 2); // the discard and the visibility
  assert.equal(author.effective, "send");
});

test("a filtered first edit: nothing to take back, and the number of the draft stays", () => {
  const { author, wire } = greeted();
  author.write("bad");
  author.refused({ code: "filtered", expected: 1, draft: 1 });
  author.write("bead");
  author.send();
  assert.deepEqual(wire.slice(1).filter(({ type }) => type !== "typing"),
    [{ type: "visibility", seq: 1, visibility: "send" },
      { type: "send", seq: 2, draft: 1, text: "bead" }]);
});

test("too soon in a slow room: the words come back, and the draft stands", () => {
  const { author, wire } = greeted();
  author.write("hi");
  author.acknowledge(1, 10);
  author.send();
  assert.deepEqual(author.refused({ code: "slow_mode", expected: 2, draft: 1 }), ["hi"]);
  author.write("hi");
  assert.equal(author.send(), true);
  assert.deepEqual(wire.at(-1), { type: "send", seq: 2, draft: 1 });
});
