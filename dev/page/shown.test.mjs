// Run: node --test dev/page/
import assert from "node:assert/strict";
import { test } from "node:test";
import { Room } from "../../Sources/Gateway/Web/fold.js";
import { MARKS_MOST, shown } from "../../Sources/Gateway/Web/shown.js";

const marks = (count, mark = "\u0301") => mark.repeat(count);

test("eight marks upon a base are shown, the ninth is not", () => {
  for (const mark of ["\u0301", "\u20dd", "\u0903", "\ufe0f", "\u{e0101}"]) {
    for (const count of [0, 1, 8, 9, 8_000]) {
      assert.deepEqual(shown(`a${marks(count, mark)}b`),
        [`a${marks(Math.min(count, MARKS_MOST), mark)}b`]);
    }
  }
  const [twice] = shown(`${marks(9)}a${marks(9)}\n${marks(9)}`);
  assert.equal(twice, `${marks(8)}a${marks(8)}\n${marks(8)}`);
});

test("nothing invisible lets a pile grow", () => {
  for (const between of ["\u200d", "\u200c", "\u00ad", "\u115f", "\u2060", "\u{e0001}"]) {
    const [text] = shown(`a${marks(6)}${between}${marks(6)}`);
    assert.equal(text, `a${marks(6)}${between}${marks(2)}`);
  }
});

test("control characters are pictures, one for one", () => {
  assert.deepEqual(shown("a\0b\u001b[2J\u007f\u0085\r\n\tc"), ["a␀b␛[2J␡\ufffd␍\n\tc"]);
  assert.deepEqual(shown(`a${marks(8)}\u0001${marks(8)}`), [`a${marks(8)}␁${marks(8)}`]);
});

test("what people write stays as it is", () => {
  for (const text of ["", "plain\n\ttext", "👨‍👩‍👧‍👦🇩🇪🇫🇷", "1\ufe0f\u20e3", "e\u0323\u0302", "각",
    "\u1112\u1161\u11ab", "ནམ་མཁའ", "ที่ปั๊ม", "שָׁלוֹם", "मनीष", "👩🏽‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]) {
    assert.deepEqual(shown(text), [text]);
  }
});

test("cut anywhere, the pieces are the whole, and the cut is where it was in the real text", () => {
  const texts = [`ab${marks(12)}c\0d${marks(3)}🌊${marks(20)}`, "plain", ""];
  for (const text of texts) {
    const [whole] = shown(text);
    let index = 0;
    for (const scalar of ["", ...text]) {
      index += scalar.length;
      const [before, after] = shown(text, index);
      assert.equal(before + after, whole);
      assert.equal(before, shown(text.slice(0, index))[0]);
      for (let start = 0; start <= index; start++) {
        if (/[\udc00-\udfff]/.test(text[start] ?? "")) continue;
        const pieces = shown(text, start, index);
        assert.equal(pieces.join(""), whole);
        assert.equal(pieces[0] + pieces[1], before);
      }
    }
  }
});

test("the fold keeps every mark: positions are those of the real text", () => {
  const edit = (at, del, ins) => ({ type: "draft.edited", by: "paaaaaaaaaaaa", session: "aaaaa",
    seq: 1, draft: 1, at, del, ins, kind: "type" });
  const room = new Room();
  [edit(0, 0, `a${marks(20)}b`), edit(15, 3, "\0"), edit(19, 1, "c")].forEach((event, offset) =>
    room.apply(offset, 0, event));
  const [draft] = room.drafts.values();
  assert.equal(draft.text, `a${marks(14)}\0${marks(3)}c`);
  assert.deepEqual(shown(draft.text, draft.caret), [`a${marks(8)}␀${marks(3)}c`, ""]);
});
