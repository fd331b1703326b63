// What this tab says: drafts, and the numbered events that carry them. The text in the box is the
// truth; every change becomes one edit from what is shown to what may be shown. Numbered events
// stay here until they are acknowledged, and go out again, unchanged, on every return.
import { applied, clipped, finishedWords, pieces, scalars, splice, wellFormed } from "./splice.js";

const TYPING_EVERY_MS = 1_000;
const SAME_REFUSALS_MOST = 3;
// Codes after which the same words again would be refused again.
const FINAL = new Set(["too_large", "room_full", "muted", "read_only", "empty"]);
const EMPTY = { text: "", caret: 0, kind: "other", composing: false };

export class Author {
  known = false; // whether the server has said where this session's numbers stand
  ready = false; // numbered events may go out
  seq = 0; // the last number given
  draft = 1; // the draft that the box is
  shown = ""; // its text as the events numbered so far make it
  edited = false; // whether it has edits
  visibility = "live";
  mode = "open"; // the room's
  pending = []; // numbered and not acknowledged
  box = EMPTY;
  limits = { insert: 4_000, message: 8_000 };
  // The same, as acknowledged; and the offset of the newest acknowledged event.
  sure = { draft: 1, text: "", edited: false, visibility: "live", offset: -1 };
  #typed = -Infinity;
  #used = 0; // the newest draft the server knows of
  #ended = 0; // a draft that ended without us while its events were still under way
  #refused = { expected: 0, times: 0 };

  /** `emit` puts one message on the wire and is only called while `ready`; `now` in ms. */
  constructor(emit, now = () => performance.now()) {
    this.emit = emit;
    this.now = now;
  }

  /** What others see of the box: `live`, `word` or `send`. */
  get effective() {
    return this.mode === "send_only" ? "send" : this.visibility;
  }

  // ---- the box ----

  /** The box changed, or its caret moved (`kind` of the change; caret in UTF-16 units). */
  write(text, caret = text.length, kind = "other", composing = false) {
    this.box = { text, caret, kind, composing };
    this.show();
  }

  /** Sends what is in the box; returns whether it went. */
  send() {
    const text = wellFormed(this.box.text);
    if (!this.known || !text.trim() || scalars(text) > this.limits.message) return false;
    this.#sendAs(text);
    this.box = EMPTY;
    return true;
  }

  /** Takes the draft back; the box is the caller's. */
  discard() {
    if (!this.edited) return; // a draft without edits stays open under its number
    this.#number("discard", { draft: this.draft });
    this.#startAfter(this.draft);
  }

  /** Chooses what others see from here on. Returns whether something shown was left behind. */
  choose(visibility) {
    if (visibility === this.visibility) return false;
    const leaving = visibility === "send" && this.edited;
    this.#choose(visibility);
    this.show();
    return leaving && this.box.text !== "";
  }

  /** The operator changed the room. */
  enter(mode) {
    this.mode = mode;
    if (this.effective === "send") this.discard();
    this.show();
  }

  /** Brings what is shown up to what may be shown. */
  show() {
    const { text, caret, kind, composing } = this.box;
    if (!this.known) return;
    if (this.effective === "send") {
      if (!text || !this.ready || this.now() - this.#typed < TYPING_EVERY_MS) return;
      this.#typed = this.now();
      this.emit({ type: "typing", draft: this.draft });
      return;
    }
    const whole = clipped(wellFormed(text), this.limits.message);
    if (this.effective === "live") this.#edit(whole, caret, kind);
    else if (!composing) this.#edit(finishedWords(this.shown, whole, caret), caret, kind);
  }

  #sendAs(text) {
    if (this.effective === "send") {
      this.discard();
      this.#number("send", { draft: this.draft, text });
    } else {
      this.#edit(text, text.length, "other");
      this.#number("send", { draft: this.draft });
    }
    this.#startAfter(this.draft);
  }

  // The choice is refused while a draft with edits is open: it goes, and its words go on anew.
  #choose(visibility) {
    this.discard();
    if (this.known) this.#number("visibility", { visibility });
    this.visibility = visibility;
  }

  #edit(target, caret, kind) {
    const edit = splice(this.shown, target, Math.min(caret, target.length));
    if (edit) this.#replace(edit, target, kind);
  }

  #replace(edit, target, kind) {
    const t = Math.max(0, Math.round(this.now()));
    for (const piece of pieces(edit, this.limits.insert)) {
      this.#number("edit", { draft: this.draft, ...piece, kind, t });
    }
    this.shown = target;
    this.edited = true;
  }

  #number(type, fields) {
    const message = { type, seq: ++this.seq, ...fields };
    this.pending.push(message);
    if (this.ready) this.emit(message);
  }

  #startAfter(draft) {
    this.draft = draft + 1;
    this.shown = "";
    this.edited = false;
  }

  // ---- the room's answers ----

  /**
   * `welcome`: what the server knows of this session. False: it does not know the session our
   * events belong to, which must be renewed. A page that has just been loaded waits for `adopt`.
   */
  welcome({ seq, draft }) {
    if (this.pending.length && this.pending[0].seq > seq + 1) return false;
    this.#acknowledged(seq);
    if (!this.pending.length) this.seq = seq;
    this.#used = draft;
    if (this.known) this.resend();
    return true;
  }

  /** All that is not acknowledged goes out again, unchanged. */
  resend() {
    this.ready = true;
    this.#typed = -Infinity;
    for (const message of this.pending) this.emit(message);
    this.show();
  }

  /** A snapshot up to offset `prev` has this open draft of our session, or none. */
  adopt(open, prev) {
    const first = !this.known;
    this.known = true;
    if (!this.pending.length && this.sure.offset <= prev) {
      if (open) {
        [this.draft, this.shown, this.edited] = [open.draft, open.text, open.text !== ""];
      } else if (this.edited || this.draft <= this.#used) {
        this.#startAfter(Math.max(this.draft, this.#used));
      }
      const { draft, shown: text, edited } = this;
      Object.assign(this.sure, { draft, text, edited });
    }
    if (first) this.resend();
    else this.show();
  }

  /** The log these offsets belong to is gone. */
  forget() {
    this.sure.offset = -1;
  }

  acknowledge(seq, offset) {
    this.#acknowledged(seq);
    this.sure.offset = Math.max(this.sure.offset, offset);
    this.#refused = { expected: 0, times: 0 };
    if (this.#ended) this.left(this.#ended);
  }

  /** Our draft ended without us: its time of grace was over. The words go on in a new one. */
  left(draft) {
    this.#ended = 0;
    if (draft !== this.draft) return;
    if (this.pending.some((message) => message.draft === draft)) this.#ended = draft;
    else {
      this.#startAfter(draft);
      this.show();
    }
  }

  /**
   * An error with `expected`: everything from there on is numbered anew. Returns the texts of
   * sends that the room will not have, for the box.
   */
  refused({ code, expected, draft, length }) {
    const at = this.pending.findIndex((message) => message.seq >= expected);
    const dropped = at < 0 ? [] : this.pending.splice(at);
    const intents = this.#goBack(dropped);
    this.seq = expected - 1;
    const times = this.#refused.expected === expected ? this.#refused.times + 1 : 1;
    this.#refused = { expected, times };
    this.#ended = 0;
    if (FINAL.has(code) || times > SAME_REFUSALS_MOST) {
      return intents.filter(({ type }) => type === "send").map(({ text }) => text);
    }
    if (code === "draft_closed") this.#startAfter(Math.max(this.draft, draft ?? 0));
    if (code === "not_visible" && this.effective !== "send") this.mode = "send_only";
    if (code === "draft_open") [this.draft, this.edited] = [draft ?? this.draft, true];
    if (code === "not_visible" || code === "draft_open") this.discard();
    if (length !== undefined && draft === this.draft && length !== scalars(this.shown)) {
      const text = intents[0]?.text ?? clipped(wellFormed(this.box.text), this.limits.message);
      this.#replace({ at: 0, del: length, ins: text }, text, "other");
    }
    this.#act(intents);
    return [];
  }

  /** The same words under the numbers of a new session. */
  renew() {
    const intents = this.#goBack(this.pending.splice(0));
    this.seq = this.#used = 0;
    this.ready = false;
    this.#startAfter(0);
    this.sure = { ...this.sure, draft: 1, text: "", edited: false, offset: -1 };
    this.#act(intents);
  }

  // Goes back to what stands, and reads from the dropped events what was meant.
  #goBack(dropped) {
    const at = { ...this.sure };
    for (const message of this.pending) step(at, message);
    [this.draft, this.shown, this.edited] = [at.draft, at.text, at.edited];
    this.visibility = dropped.some(({ type }) => type === "visibility")
      ? at.visibility : this.visibility;
    const intents = [];
    for (const message of dropped) {
      const { type, visibility } = message;
      if (type === "send") intents.push({ type, text: message.text ?? at.text });
      else if (type !== "edit") intents.push({ type, visibility });
      step(at, message);
    }
    return intents;
  }

  #act(intents) {
    for (const { type, text, visibility } of intents) {
      if (type === "send") this.#sendAs(text);
      else if (type === "discard") this.discard();
      else this.#choose(visibility);
    }
    this.show();
  }

  #acknowledged(seq) {
    const next = this.pending.findIndex((message) => message.seq > seq);
    const done = this.pending.splice(0, next < 0 ? this.pending.length : next);
    for (const message of done) step(this.sure, message);
  }
}

// One numbered event, on what is known of a session's draft.
function step(state, { type, draft, visibility, at, del, ins }) {
  if (type === "visibility") {
    state.visibility = visibility;
    return;
  }
  if (draft !== state.draft) Object.assign(state, { draft, text: "", edited: false });
  if (type === "edit") {
    state.text = applied(state.text, { at, del, ins });
    state.edited = true;
  } else {
    Object.assign(state, { draft: draft + 1, text: "", edited: false });
  }
}
