// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applied, clipped, finishedWords, indexOf, kindOf, pieces, scalars, splice, wellFormed,
} from "../../Sources/Gateway/Web/splice.js";

const PARTS = ["a", "b", " ", "é", "e\u0301", "🌊",
  "👩‍👩‍👧", "🇵🇱", "ש", "한", "\u1112\u1161", "\n", "aa"];

function random(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

test("any two texts: the splice turns one into the other and is well formed", () => {
  const seed = 20_260_101;
  const pick = random(seed);
  let text = "";
  for (let step = 0; step < 10_000; step++) {
    const units = [...text];
    const at = pick(units.length + 1);
    const gone = Math.min(pick(4), units.length - at);
    const put = Array.from({ length: pick(3) }, () => PARTS[pick(PARTS.length)]);
    const after = [...units.slice(0, at), ...put, ...units.slice(at + gone)].join("");
    const caret = [...units.slice(0, at), ...put].join("").length;
    const edit = splice(text, after, caret);
    const where = `seed ${seed}, step ${step}: ${JSON.stringify([text, after])}`;
    if (text === after) assert.equal(edit, null, where);
    else {
      assert.equal(applied(text, edit), after, where);
      assert.ok(edit.ins.isWellFormed(), where);
      assert.ok(edit.at + edit.del <= [...text].length, where);
    }
    text = [...after].length > 60 ? "" : after;
  }
});

test("the caret says which of several equal letters was typed", () => {
  assert.deepEqual(splice("aaaa", "aaaaa", 2), { at: 1, del: 0, ins: "a" });
  assert.deepEqual(splice("aaaa", "aaa", 1), { at: 1, del: 1, ins: "" });
  assert.deepEqual(splice("aaaa", "aaa", 3), { at: 3, del: 1, ins: "" });
});

test("a caret elsewhere does not make a splice larger", () => {
  assert.deepEqual(splice("one two three", "one 2 three", 11), { at: 4, del: 3, ins: "2" });
});

test("positions count scalars, and halves of pairs are never split", () => {
  assert.deepEqual(splice("🌊🌊", "🌊🌋", 4), { at: 1, del: 1, ins: "🌋" });
  assert.deepEqual(splice("x🌊y", "x🌋y", 3), { at: 1, del: 1, ins: "🌋" });
  assert.equal(scalars("a🌊b"), 3);
  assert.equal(indexOf("a🌊b", 2), 3);
  assert.equal(indexOf("ab", 9), 2);
  assert.equal(clipped("🌊🌊🌊", 2), "🌊🌊");
});

test("a lone surrogate becomes U+FFFD where it stands", () => {
  assert.equal(wellFormed("a\ud83db"), "a\ufffdb");
  assert.equal(wellFormed("\udc00🌊\ud83d"), "\ufffd🌊\ufffd");
});

test("an edit outside the text is clipped", () => {
  assert.equal(applied("abc", { at: 9, del: 9, ins: "d" }), "abcd");
  assert.equal(applied("abc", { at: 1, del: 9, ins: "" }), "a");
});

test("a long insertion goes in pieces that make the same text", () => {
  const ins = "🌊x".repeat(4_500);
  const parts = pieces({ at: 1, del: 1, ins }, 4_000);
  assert.deepEqual(parts.map((part) => scalars(part.ins)), [4_000, 4_000, 1_000]);
  assert.equal(parts.reduce(applied, "abc"), `a${ins}c`);
  assert.deepEqual(pieces({ at: 2, del: 3, ins: "" }, 4_000), [{ at: 2, del: 3, ins: "" }]);
});

test("by word: only a change inside the word at the caret is held back", () => {
  assert.equal(finishedWords("hello ", "hello w", 7), "hello ");
  assert.equal(finishedWords("hello ", "hello world ", 12), "hello world ");
  assert.equal(finishedWords("", "two words an", 12), "two words ");
  assert.equal(finishedWords("hello world", "hello wor", 9), "hello world");
  assert.equal(finishedWords("hello ", "hello w", 0), "hello w");
  assert.equal(finishedWords("same", "same", 2), "same");
});

test("every inputType has a kind", () => {
  const table = {
    insertText: "type", insertLineBreak: "type", insertFromPaste: "paste", insertFromDrop: "paste",
    deleteByCut: "cut", deleteContentBackward: "delete", deleteWordBackward: "delete",
    historyUndo: "undo", historyRedo: "undo", insertCompositionText: "compose",
    insertReplacementText: "other", "": "other",
  };
  for (const [type, kind] of Object.entries(table)) assert.equal(kindOf(type), kind, type);
  assert.equal(kindOf("deleteContentBackward", true), "compose");
  assert.equal(kindOf(undefined), "other");
});
