// Your box, who sees what of it, and the switch.
import { $, make, tint } from "./view.js";
import { change, kindOf, scalars } from "./splice.js";
import * as say from "./words.js";

const EMPTY_MS = 4_000; // an emptied box is taken back after this
const SWITCHED_MS = 6_000;

export class Desk {
  online = false;
  #kind = "other";
  #composing = false;
  #emptied = 0;
  #notice = 0;

  constructor(author, { changed, chose }) {
    Object.assign(this, { author, changed, chose, box: $("box") });
    const { box } = this;
    box.addEventListener("beforeinput", (event) => (this.#kind = event.inputType));
    box.addEventListener("input", (event) => this.#input(event.inputType || this.#kind));
    box.addEventListener("compositionstart", () => (this.#composing = true));
    box.addEventListener("compositionend", () => {
      this.#composing = false;
      this.#input("insertFromComposition");
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("scroll", () => ($("mirror").scrollTop = box.scrollTop));
    document.addEventListener("selectionchange", () => this.#moved());
    $("desk").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    for (const radio of document.getElementsByName("visibility")) {
      radio.onchange = () => this.choose(radio.value);
    }
  }

  /** Puts words into the box: what was not sent, or what the room would not have. */
  fill(text) {
    this.box.value = text;
    this.#input("other");
  }

  send() {
    if (this.#composing || !this.author.send()) return this.paint();
    this.box.value = "";
    this.changed(true);
    this.paint();
  }

  choose(visibility) {
    const left = this.author.choose(visibility);
    if (left) this.#notice = Date.now() + SWITCHED_MS;
    if (left) setTimeout(() => this.paint(), SWITCHED_MS);
    this.chose(visibility);
    this.paint();
  }

  #input(inputType) {
    const { box, author } = this;
    author.write(box.value, box.selectionEnd, kindOf(inputType, this.#composing), this.#composing);
    clearTimeout(this.#emptied);
    if (!box.value && author.edited) {
      this.#emptied = setTimeout(() => !box.value && author.edited && author.discard(), EMPTY_MS);
    }
    this.changed();
    this.paint();
  }

  // By word, a word is finished when the caret leaves it.
  #moved() {
    const { box, author } = this;
    if (author.effective !== "word" || document.activeElement !== box || this.#composing) return;
    if (box.value !== author.box.text || box.selectionEnd === author.box.caret) return;
    author.write(box.value, box.selectionEnd, "other");
    this.paint();
  }

  #key(event) {
    // 229: the key belongs to an input method, also where composition has just ended.
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || this.#composing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) this.send();
  }

  /** Shows the box as it stands: unseen words, the notice, who and how. */
  paint() {
    const { author, box } = this;
    const { effective: mode } = author;
    const text = box.value;
    const seen = this.online ? author.shown : author.sure.text;
    const { start, end } = change(mode === "send" ? "" : seen, text, box.selectionEnd);
    $("mirror").replaceChildren(text.slice(0, start), make("span", "unseen", text.slice(start, end)),
      `${text.slice(end)}\u200b`);
    $("mirror").scrollTop = box.scrollTop;
    for (const radio of document.getElementsByName("visibility")) {
      radio.checked = radio.value === author.visibility;
    }
    const label = this.online ? say.VISIBILITY[mode] : "offline";
    $("seen").replaceChildren(...(label === "live" ? [make("i", "dot")] : []), label);
    const length = scalars(text);
    const over = length > author.limits.message;
    $("send").ariaDisabled = String(over || !text.trim());
    const [bold, plain] = this.#notice > Date.now() ? ["", say.NOTICE_SWITCHED] : say.NOTICE[mode];
    const words = over ? ["", say.tooLong(length, author.limits.message)] : [bold, plain];
    if (words.join() === this.said) return;
    this.said = words.join();
    $("notice").className = `notice ${mode}`;
    $("notice").replaceChildren(make("b", "", words[0]), ` ${words[1]}`);
  }

  /** Who writes here. */
  name(name, number) {
    $("my-name").textContent = $("my-name").title = name;
    const row = document.querySelector(".mine");
    tint(row, row.querySelector(".mark"), number);
  }
}
