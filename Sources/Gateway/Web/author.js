// What this tab says: drafts, and the numbered events that carry them. The text in the box is the
// truth; every change becomes one edit from what is shown to what may be shown. Numbered events
// stay here until they are acknowledged, and go out again, unchanged, on every return.
import { applied, clipped, finishedWords, pieces, scalars, splice, wellFormed } from "./splice.js";

const TYPING_EVERY_MS = 1_000;
const SAME_REFUSALS_MOST = 3;
// After these the same words would be refused again.
const FINAL = ["too_large", "room_full", "muted", "read_only", "empty", "slow_mode"];

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
  box = { text: "", caret: 0 };
  limits = { insert: 4_000, message: 8_000 };
  // The same as acknowledged, and the offset of the newest acknowledged event.
  sure = { draft: 1, text: "", edited: false, visibility: "live", offset: -1 };
  #typed = -Infinity;
  #used = 0; // the newest draft the server knows of
  #ended = 0; // a draft that ended without us while its events were under way
  #refused = [0, 0]; // the number refused last, and how often

  /** `emit` puts a message on the wire, only while `ready`; `now` in ms. */
  constructor(emit, now = () => performance.now()) {
    Object.assign(this, { emit, now });
  }

  /** What others see of the box: `live`, `word` or `send`. */
  get effective() {
    return this.mode === "send_only" ? "send" : this.visibility;
  }

  /** The box changed, or its caret moved; the caret in UTF-16 units. */
  write(text, caret = text.length, kind = "other", composing = false) {
    this.box = { text, caret, kind, composing };
    this.show();
  }

  /** Sends what is in the box; returns whether it went. */
  send() {
    const text = wellFormed(this.box.text);
    if (!this.known || !text.trim() || scalars(text) > this.limits.message) return false;
    this.#send(text);
    this.box = { text: "", caret: 0 };
    return true;
  }

  /** Takes the draft back. One without edits stays open under its number. */
  discard() {
    if (!this.edited) return;
    this.#number("discard", { draft: this.draft });
    this.#startAfter(this.draft);
  }

  /** Chooses what others see from here on; returns whether something shown was left behind. */
  choose(visibility) {
    const left = visibility === "send" && this.edited;
    if (visibility !== this.visibility) this.#choose(visibility);
    this.show();
    return left;
  }

  /** The operator changed the room. */
  enter(mode) {
    this.mode = mode;
    if (this.effective === "send") this.discard();
    this.show();
  }

  /** Brings what is shown up to what may be shown. */
  show() {
    const { text, caret, kind = "other", composing } = this.box;
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

  #send(text) {
    const hides = this.effective === "send";
    if (hides) this.discard();
    else this.#edit(text, text.length, "other");
    this.#number("send", hides ? { draft: this.draft, text } : { draft: this.draft });
    this.#startAfter(this.draft);
  }

  // Refused while a draft with edits is open: that goes, and its words go on in a new one.
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
    for (const piece of pieces(edit, this.limits.insert)) {
      this.#number("edit", { draft: this.draft, ...piece, kind, t: Math.round(this.now()) });
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
    Object.assign(this, { draft: draft + 1, shown: "", edited: false });
  }

  // ---- the room's answers ----

  /** `welcome`. False: the server does not know the session that our events belong to. */
  welcome({ seq, draft, visibility = this.visibility }) {
    if (this.pending[0]?.seq > seq + 1) return false;
    if (!this.known) {
      if (this.visibility === this.sure.visibility) this.visibility = visibility;
      this.sure.visibility = visibility; // what this session said before the page was loaded
    }
    this.#acknowledged(seq);
    if (!this.pending.length) this.seq = seq;
    this.#used = draft;
    if (this.known) this.resend(); // else the page has just been loaded, and waits for `adopt`
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
    if (!this.pending.length && this.sure.offset <= prev) {
      if (open) {
        const { draft, text: shown } = open;
        Object.assign(this, { draft, shown, edited: shown !== "" });
      } else if (this.edited || this.draft <= this.#used) {
        this.#startAfter(Math.max(this.draft, this.#used));
      }
      const { draft, shown: text, edited } = this;
      Object.assign(this.sure, { draft, text, edited });
    }
    if (this.known) return this.show();
    this.known = true;
    if (this.visibility !== this.sure.visibility) this.#choose(this.visibility);
    this.resend();
  }

  acknowledge(seq, offset) {
    this.#acknowledged(seq);
    this.sure.offset = offset;
    this.#refused = [0, 0];
    if (this.#ended) this.left(this.#ended);
  }

  /** Our draft ended without us: its time of grace was over. The words go on in a new one. */
  left(draft) {
    const busy = this.pending.some((message) => message.draft === draft);
    this.#ended = busy ? draft : 0;
    if (busy || draft !== this.draft) return;
    this.#startAfter(draft);
    this.show();
  }

  /**
   * An error with `expected`: everything from there on is numbered anew. Returns the texts of
   * sends that the room will not have.
   */
  refused({ code, expected, draft, length }) {
    const at = this.pending.findIndex(({ seq }) => seq >= expected);
    const unsaid = code === "filtered" && this.pending[at]?.type === "send";
    const intents = this.#goBack(at < 0 ? [] : this.pending.splice(at));
    this.seq = expected - 1;
    this.#refused = [expected, this.#refused[0] === expected ? this.#refused[1] + 1 : 1];
    if (FINAL.includes(code) || this.#refused[1] > SAME_REFUSALS_MOST) {
      return intents.filter(({ type }) => type === "send").map(({ text }) => text);
    }
    if (code === "draft_closed") this.#startAfter(Math.max(this.draft, draft ?? 0));
    if (code === "not_visible" && this.effective !== "send") this.mode = "send_only";
    if (code === "draft_open") Object.assign(this, { draft: draft ?? this.draft, edited: true });
    if (code === "draft_open" || code === "not_visible") this.discard();
    if (code === "filtered") return this.#withhold(intents, unsaid);
    if (length !== undefined && draft === this.draft && length !== scalars(this.shown)) {
      const text = intents[0]?.text ?? clipped(wellFormed(this.box.text), this.limits.message);
      this.#replace({ at: 0, del: length, ins: text }, text, "other");
    }
    this.#act(intents);
    return [];
  }

  // A word in it is not taken here: the draft goes, and nothing more is shown before it is sent. A
  // message with such a word comes back.
  #withhold(intents, unsaid) {
    const back = unsaid ? [intents.shift().text] : [];
    this.discard();
    if (this.visibility !== "send") this.#choose("send");
    this.#act(intents);
    return back;
  }

  /** The same words under the numbers of a new session. */
  renew() {
    const intents = this.#goBack(this.pending.splice(0));
    this.seq = this.#used = 0;
    this.ready = false;
    this.#startAfter(0);
    Object.assign(this.sure, { draft: 1, text: "", edited: false, offset: -1 });
    this.#act(intents);
  }

  // Goes back to what stands, and reads from the dropped events what was meant.
  #goBack(dropped) {
    const at = { ...this.sure };
    for (const message of this.pending) step(at, message);
    Object.assign(this, { draft: at.draft, shown: at.text, edited: at.edited });
    if (dropped.some(({ visibility }) => visibility)) this.visibility = at.visibility;
    return dropped.map((message) => {
      const { text } = at;
      step(at, message);
      return { text, ...message };
    }).filter(({ type }) => type !== "edit");
  }

  #act(intents) {
    for (const { type, text, visibility } of intents) {
      if (type === "send") this.#send(text);
      else if (type === "discard") this.discard();
      else this.#choose(visibility);
    }
    this.show();
  }

  #acknowledged(seq) {
    while (this.pending[0]?.seq <= seq) step(this.sure, this.pending.shift());
  }
}

// One numbered event, on what is known of a session.
function step(state, { type, draft, visibility, ...edit }) {
  if (visibility) state.visibility = visibility;
  if (draft && draft !== state.draft) Object.assign(state, { draft, text: "", edited: false });
  if (type === "edit") Object.assign(state, { text: applied(state.text, edit), edited: true });
  else if (draft) Object.assign(state, { draft: draft + 1, text: "", edited: false });
}
