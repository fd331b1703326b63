// Text as a page may show it. Only what goes into the page is changed, never what is folded, typed
// or sent: positions stay those of the real text.
export const MARKS_MOST = 8; // combining marks upon one base

const PLAIN = /^(?:[^\p{M}\p{Cc}]|[\t\n])*$/u;
const MARK = /^\p{M}/u;
const CONTROL = /^[^\P{Cc}\t\n]/u;
const UNSEEN = /^\p{DI}/u; // joiners and fillers: no base to begin a new pile upon

// Its picture; those of C1 have none.
function picture(control) {
  const code = control.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
}

/**
 * The text in pieces, cut at these UTF-16 indexes of it, which rise and split no surrogate pair.
 * Control characters but tab and line feed are pictures; of the marks upon one base the first eight
 * are in it, wherever it is cut.
 */
export function shown(text, ...cuts) {
  const ends = [...cuts, text.length];
  const plain = PLAIN.test(text);
  let marks = 0, from = 0;
  return ends.map((end) => {
    const piece = text.slice(from, end);
    from = end;
    if (plain) return piece;
    let out = "";
    for (const scalar of piece) {
      if (MARK.test(scalar)) marks++;
      else if (!UNSEEN.test(scalar)) marks = 0;
      if (CONTROL.test(scalar)) out += picture(scalar);
      else if (marks <= MARKS_MOST || !MARK.test(scalar)) out += scalar;
    }
    return out;
  });
}
