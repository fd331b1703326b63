// Text as Unicode scalars. A change of the box becomes one splice {at, del, ins}: `at` and `del`
// count scalars of the text as it was, `ins` never holds half a surrogate pair.
const isHigh = (unit) => (unit & 0xfc00) === 0xd800;
const isLow = (unit) => (unit & 0xfc00) === 0xdc00;

/** Lone surrogates become U+FFFD; indexes do not change. */
export const wellFormed = (text) => text.replace(/\p{Cs}/gu, "\ufffd");

/** How many scalars a well-formed text has. */
export const scalars = (text) => text.length - (text.match(/[\udc00-\udfff]/g)?.length ?? 0);

/** The UTF-16 index of a scalar; the text's length when it lies behind the end. */
export function indexOf(text, scalar) {
  let index = 0;
  for (; scalar > 0 && index < text.length; scalar--) {
    index += isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1)) ? 2 : 1;
  }
  return index;
}

/** The text after an edit; positions outside it are clipped, so that this never fails. */
export function applied(text, { at, del, ins }) {
  const start = indexOf(text, at);
  return text.slice(0, start) + ins + text.slice(start + indexOf(text.slice(start), del));
}

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
  return [prefix, suffix];
}

/**
 * Where two texts differ: UTF-16 units [start, end) of `after` replaced [start, was) of `before`.
 * The caret after the change says which of several equal letters it was.
 */
export function change(before, after, caret = after.length) {
  const hinted = shared(before, after, after.length - caret);
  const free = shared(before, after, Infinity);
  const [start, suffix] = hinted[0] + hinted[1] < free[0] + free[1] ? free : hinted;
  return { start, end: after.length - suffix, was: before.length - suffix };
}

/** The one splice that turns `before` into `after`, or null. */
export function splice(before, after, caret) {
  if (before === after) return null;
  const { start, end, was } = change(before, after, caret);
  return { at: scalars(before.slice(0, start)), del: scalars(before.slice(start, was)),
    ins: after.slice(start, end) };
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

/** What is shown by word: the text without a change inside the word that holds the caret. */
export function finishedWords(shown, text, caret) {
  const from = caret - /\S*$/.exec(text.slice(0, caret))[0].length;
  const to = caret + /^\S*/.exec(text.slice(caret))[0].length;
  const { start, end, was } = change(shown, text, caret);
  if (shown === text || from === to || end < from || start > to) return text;
  const inside = start >= from && end <= to && !/\s/.test(shown.slice(start, was));
  return inside ? shown : text.slice(0, from) + text.slice(to);
}

/** The log's word for a browser's inputType. */
export function kindOf(inputType, composing) {
  if (composing || /Composition/.test(inputType)) return "compose";
  if (/^insert(Text|LineBreak|Paragraph)$/.test(inputType)) return "type";
  if (/^insertFrom/.test(inputType)) return "paste";
  if (/^deleteBy/.test(inputType)) return "cut";
  if (/^delete/.test(inputType)) return "delete";
  return /^history/.test(inputType) ? "undo" : "other";
}
