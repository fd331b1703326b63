// Text as Unicode scalars. A change of the box becomes one splice {at, del, ins}: `at` and `del`
// count scalars of the text as it was, `ins` never holds half a surrogate pair.

const isHigh = (unit) => (unit & 0xfc00) === 0xd800;
const isLow = (unit) => (unit & 0xfc00) === 0xdc00;

/** The text with every lone surrogate replaced by U+FFFD; indexes do not change. */
export function wellFormed(text) {
  if (text.toWellFormed) return text.toWellFormed();
  const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  return text.replace(lone, "\ufffd");
}

/** How many scalars stand before the UTF-16 index `end`. */
export function scalars(text, end = text.length) {
  let count = end;
  for (let i = 1; i < end; i++) {
    if (isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1))) count--;
  }
  return count;
}

/** The UTF-16 index of a scalar; the text's length when it lies behind the end. */
export function indexOf(text, scalar) {
  let index = 0;
  for (; scalar > 0 && index < text.length; scalar--) {
    const pair = isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1));
    index += pair ? 2 : 1;
  }
  return index;
}

/** The text after an edit; positions outside it are clipped, so that this never fails. */
export function applied(text, { at, del, ins }) {
  const start = indexOf(text, at);
  return text.slice(0, start) + ins + text.slice(start + indexOf(text.slice(start), del));
}

/** At most `limit` scalars of the text. */
export const clipped = (text, limit) => text.slice(0, indexOf(text, limit));

// What two texts share at their ends, in UTF-16 units, at most `tail` of it behind the change.
function shared(before, after, tail) {
  const most = Math.min(before.length, after.length);
  const bound = Math.min(most, tail);
  let suffix = 0;
  while (suffix < bound && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix++;
  if (suffix && isLow(after.charCodeAt(after.length - suffix))) suffix--;
  let prefix = 0;
  while (prefix < most - suffix && before[prefix] === after[prefix]) prefix++;
  if (prefix && isHigh(after.charCodeAt(prefix - 1))) prefix--;
  return { prefix, suffix, cost: before.length + after.length - 2 * (prefix + suffix) };
}

/** Where two texts differ, in UTF-16 units: [start, end) of `after` replaced `removed` units. */
export function change(before, after, caret = after.length) {
  const hinted = shared(before, after, after.length - caret);
  const free = shared(before, after, Infinity);
  const { prefix, suffix } = hinted.cost <= free.cost ? hinted : free;
  return {
    start: prefix,
    end: after.length - suffix,
    removed: before.length - suffix - prefix,
  };
}

/**
 * The one splice that turns `before` into `after`, or null. The caret (UTF-16 index after the
 * change) says which of several equal letters was typed or deleted.
 */
export function splice(before, after, caret) {
  if (before === after) return null;
  const { start, end, removed } = change(before, after, caret);
  return {
    at: scalars(before, start),
    del: scalars(before.slice(start, start + removed)),
    ins: after.slice(start, end),
  };
}

/** An edit as several, each inserting at most `limit` scalars. */
export function pieces({ at, del, ins }, limit) {
  const list = [];
  do {
    const part = clipped(ins, limit);
    list.push({ at, del, ins: part });
    ins = ins.slice(part.length);
    at += scalars(part);
    del = 0;
  } while (ins);
  return list;
}

/**
 * What is shown by word: all of the text but a change inside the word that holds the caret.
 * `shown` is what others see now.
 */
export function finishedWords(shown, text, caret) {
  if (shown === text) return text;
  let from = caret;
  let to = caret;
  while (from > 0 && /\S/.test(text[from - 1])) from--;
  while (to < text.length && /\S/.test(text[to])) to++;
  if (from === to) return text;
  const { start, end, removed } = change(shown, text, caret);
  const inWord = start >= from && end <= to;
  if (inWord && !/\s/.test(shown.slice(start, start + removed))) return shown;
  if (end < from || start > to) return text;
  return text.slice(0, from) + text.slice(to);
}

const KINDS = {
  insertText: "type", insertLineBreak: "type", insertParagraph: "type",
  insertFromPaste: "paste", insertFromDrop: "paste", insertFromYank: "paste",
  insertFromPasteAsQuotation: "paste", deleteByCut: "cut", deleteByDrag: "cut",
  insertCompositionText: "compose", deleteCompositionText: "compose",
  insertFromComposition: "compose", historyUndo: "undo", historyRedo: "undo",
};

/** The log's word for a browser's inputType. */
export function kindOf(inputType, composing = false) {
  if (composing) return "compose";
  return KINDS[inputType] ?? (inputType?.startsWith("delete") ? "delete" : "other");
}
