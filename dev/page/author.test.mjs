// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import { Author } from "../../Sources/Gateway/Web/author.js";
import { greeted, served } from "./authored.mjs";

const SNAPSHOT = 100; // an offset behind everything acknowledged before

test("live: every key is one edit, a send carries no text", () => {
  const { author, wire } = greeted();
  for (const text of ["h", "hi", "hi!", "hi"]) author.write(text);
  assert.ok(author.send());
  assert.deepEqual(wire.map(({ type, seq }) => [type, seq]),
    [["edit", 1], ["edit", 2], ["edit", 3], ["edit", 4], ["send", 5]]);
  assert.equal("text" in wire.at(-1), false);
  assert.deepEqual(served(wire).sent, ["hi"]);
  author.write("n");
  assert.equal(wire.at(-1).draft, 2);
});

test("on send: only typing, at most once a second, and the text with the send", () => {
  let now = 0;
  const wire = [];
  const author = new Author((message) => wire.push(message), () => now);
  author.visibility = "send";
  author.welcome({ seq: 0, draft: 0 });
  author.adopt(undefined, -1);
  for (const at of [0, 400, 900, 1_000, 1_500]) {
    now = at;
    author.write(`key ${at}`);
  }
  assert.deepEqual(wire.map(({ type }) => type), ["typing", "typing"]);
  author.send();
  assert.deepEqual([wire.at(-1).type, wire.at(-1).text], ["send", "key 1500"]);
});

test("by word: one edit a word, the rest at the send", () => {
  const { author, wire } = greeted("word");
  for (let end = 1; end <= "two words".length; end++) author.write("two words".slice(0, end));
  assert.equal(wire.length, 1);
  assert.equal(wire[0].ins, "two ");
  author.send();
  assert.deepEqual(served(wire).sent, ["two words"]);
});

test("composition is shown live, and held back by word", () => {
  const live = greeted();
  live.author.write("か", 1, "compose", true);
  assert.equal(live.wire[0].kind, "compose");
  const word = greeted("word");
  word.author.write("か ", 2, "compose", true);
  assert.equal(word.wire.length, 0);
});

test("to on send in mid-draft: discard, visibility, a new draft, no key more", () => {
  const { author, wire } = greeted();
  author.write("secr");
  assert.equal(author.choose("send"), true);
  author.write("secret");
  author.send();
  assert.deepEqual(wire.map(({ type, draft }) => [type, draft]), [["edit", 1], ["discard", 1],
    ["visibility", undefined], ["typing", 2], ["send", 2]]);
});

test("an operator's on send works like one's own", () => {
  const { author, wire } = greeted();
  author.write("ab");
  author.enter("send_only");
  author.write("abc");
  author.send();
  assert.deepEqual(wire.map(({ type }) => type), ["edit", "discard", "typing", "send"]);
  assert.equal(wire.at(-1).text, "abc");
});

test("keys typed offline keep their numbers and go out once, unchanged", () => {
  const { author, wire } = greeted();
  author.write("a");
  author.acknowledge(1, 10);
  author.write("ab"); // on its way when the line is cut
  author.ready = false;
  author.write("abc");
  author.send();
  author.write("n");
  const before = structuredClone(author.pending);
  assert.ok(author.welcome({ seq: 2, draft: 1 })); // the server had got the second one
  assert.deepEqual(wire.slice(2), before.slice(1));
  const state = served([...wire.slice(0, 2), ...wire.slice(2)]);
  assert.deepEqual([state.sent, state.text], [["abc"], "n"]);
});

test("before the first welcome nothing is numbered, and nothing typed is lost", () => {
  const wire = [];
  const author = new Author((message) => wire.push(message), () => 0);
  author.write("early");
  assert.equal(author.send(), false);
  author.welcome({ seq: 41, draft: 7 }); // a reloaded tab: the server knows this session
  assert.equal(wire.length, 0);
  author.adopt({ draft: 7, text: "ear" }, SNAPSHOT);
  assert.deepEqual(wire.map(({ seq, draft, at, ins }) => [seq, draft, at, ins]),
    [[42, 7, 3, "ly"]]);
});

test("a reloaded tab without an open draft begins behind the last one", () => {
  const wire = [];
  const author = new Author((message) => wire.push(message), () => 0);
  author.welcome({ seq: 41, draft: 7 });
  author.adopt(undefined, SNAPSHOT);
  author.write("x");
  assert.deepEqual([wire[0].seq, wire[0].draft], [42, 8]);
});

test("grace over: the error, or the event, moves the words to a new draft", () => {
  const byError = greeted();
  byError.author.write("ab");
  byError.author.acknowledge(1, 5);
  byError.author.write("abc");
  byError.author.refused({ code: "draft_closed", expected: 2, draft: 1 });
  assert.deepEqual([byError.wire.at(-1).seq, byError.wire.at(-1).draft, byError.wire.at(-1).ins],
    [2, 2, "abc"]);
  const byEvent = greeted();
  byEvent.author.write("ab");
  byEvent.author.left(1); // still under way: wait for what becomes of it
  assert.equal(byEvent.wire.length, 1);
  byEvent.author.acknowledge(1, 5);
  assert.deepEqual([byEvent.wire.at(-1).draft, byEvent.wire.at(-1).ins], [2, "ab"]);
});

test("a refused edit: one edit replaces the draft, sends behind it are not lost", () => {
  const { author, wire } = greeted();
  author.write("abc");
  author.acknowledge(1, 5);
  author.write("abcd");
  author.send();
  author.write("next");
  const sofar = wire.length;
  author.refused({ code: "outside_draft", expected: 2, draft: 1, length: 2 });
  const again = wire.slice(sofar);
  assert.deepEqual(again[0], { type: "edit", seq: 2, draft: 1, at: 0, del: 2, ins: "abcd",
    kind: "other", t: 0 });
  assert.deepEqual(again.map(({ type }) => type), ["edit", "send", "edit"]);
  assert.deepEqual(again.map(({ seq }) => seq), [2, 3, 4]);
});

test("a gap in the numbers is filled from what stands", () => {
  const { author, wire } = greeted();
  for (const text of ["a", "ab", "abc"]) author.write(text);
  author.acknowledge(1, 5);
  const sofar = wire.length;
  author.refused({ code: "seq_gap", seq: 3, expected: 2 });
  assert.equal(served([wire[0], ...wire.slice(sofar)]).text, "abc");
});

test("draft_open: the draft goes, the choice follows", () => {
  const { author, wire } = greeted();
  author.write("ab");
  author.acknowledge(1, 5);
  author.edited = false; // as if we had not known
  author.choose("word");
  const sofar = wire.length;
  author.refused({ code: "draft_open", expected: 2, draft: 1 });
  assert.deepEqual(wire.slice(sofar).map(({ type, seq }) => [type, seq]),
    [["discard", 2], ["visibility", 3]]);
  assert.equal(author.visibility, "word");
});

test("not_visible: discarded, then as on send", () => {
  const { author, wire } = greeted();
  author.write("ab");
  author.acknowledge(1, 5);
  author.write("abc");
  author.send();
  const sofar = wire.length;
  author.refused({ code: "not_visible", expected: 2 });
  assert.deepEqual(wire.slice(sofar).map(({ type, text }) => [type, text]),
    [["discard", undefined], ["send", "abc"]]);
});

test("muted: the words come back, and nothing is said over and over", () => {
  const { author, wire } = greeted();
  author.write("ab");
  author.send();
  const sofar = wire.length;
  assert.deepEqual(author.refused({ code: "muted", expected: 1 }), ["ab"]);
  assert.equal(wire.length, sofar);
  author.write("abc");
  assert.deepEqual([wire.at(-1).seq, wire.at(-1).ins], [1, "abc"]);
});

test("the same refusal again and again ends", () => {
  const { author, wire } = greeted();
  author.write("ab");
  let rounds = 0;
  for (; rounds < 10; rounds++) {
    const sofar = wire.length;
    author.refused({ code: "something_new", expected: 1 });
    if (wire.length === sofar) break;
  }
  assert.equal(rounds, 3);
});

test("a session the server has forgotten is renewed with the same words", () => {
  const { author, wire } = greeted();
  author.write("a");
  author.acknowledge(1, 5);
  author.ready = false;
  author.write("ab");
  author.send();
  author.write("n");
  assert.equal(author.welcome({ seq: 0, draft: 0 }), false);
  const sofar = wire.length;
  author.renew();
  assert.ok(author.welcome({ seq: 0, draft: 0 }));
  const state = served(wire.slice(sofar));
  assert.deepEqual([state.sent, state.text], [["ab"], "n"]);
});

test("8,001 characters: 8,000 are shown, none is sent", () => {
  const { author, wire } = greeted();
  author.write("🌊".repeat(8_001));
  assert.equal([...served(wire).text].length, 8_000);
  assert.deepEqual(wire.map(({ ins }) => [...ins].length), [4_000, 4_000]);
  assert.equal(author.send(), false);
  author.write("🌊".repeat(8_000));
  assert.equal(author.send(), true);
});

test("blank words are not sent, lone surrogates never go out", () => {
  const { author, wire } = greeted();
  author.write(" \n ");
  assert.equal(author.send(), false);
  author.write("a\ud83d");
  author.write("a🌊");
  assert.ok(wire.every(({ ins }) => ins.isWellFormed()));
  assert.equal(served(wire).text, "a🌊");
});

test("a reloaded tab shows what its session showed, unless it was just chosen otherwise", () => {
  for (const chosen of [undefined, "word"]) {
    const wire = [];
    const author = new Author((message) => wire.push(message), () => 0);
    author.visibility = author.sure.visibility = "live"; // as another tab left it
    if (chosen) author.choose(chosen);
    author.welcome({ seq: 4, draft: 1, visibility: "send" });
    author.adopt(undefined, SNAPSHOT);
    assert.equal(author.visibility, chosen ?? "send");
    assert.deepEqual(wire.map(({ type, seq }) => [type, seq]), chosen ? [["visibility", 5]] : []);
  }
});
