// Your box, who sees what of it, and the switch.
import { $, make, one, tint } from "./rows.js";
import { change, kindOf, scalars } from "./splice.js";
import * as say from "./words.js";

const EMPTY_MS = 4_000; // an emptied box is taken back after this
const SWITCHED_MS = 6_000;
const radios = document.getElementsByName("visibility");

export class Desk {
  online = false;
  #composing = false;
  #switched = 0; // until when the switch is explained

  /** `wrote(sent)` and `chose(visibility)` are called. */
  constructor(author, parts) {
    const box = $("box");
    Object.assign(this, parts, { author, box });
    box.oninput = ({ inputType }) => this.#input(inputType);
    box.addEventListener("compositionstart", () => (this.#composing = true));
    box.addEventListener("compositionend", () => {
      this.#composing = false;
      this.#input("insertFromComposition");
    });
    box.onkeydown = (event) => this.#key(event);
    box.onscroll = () => ($("mirror").scrollTop = box.scrollTop);
    document.onselectionchange = () => this.#moved();
    $("desk").onsubmit = (event) => {
      event.preventDefault();
      this.send();
    };
    for (const radio of radios) radio.onchange = () => this.choose(radio.value);
  }

  /** Puts words before those in the box: what the room would not have, or what is asked again. */
  fill(...words) {
    if (!words[0]) return;
    this.box.value = [...words, this.box.value].filter(Boolean).join("\n");
    this.#input("");
    this.box.focus();
  }

  send() {
    if (this.#composing || !this.author.send()) return;
    this.box.value = "";
    this.wrote(true);
    this.paint();
  }

  choose(visibility) {
    if (this.author.choose(visibility)) {
      this.#switched = Date.now() + SWITCHED_MS;
      setTimeout(() => this.paint(), SWITCHED_MS);
    }
    this.chose(visibility);
    this.paint();
  }

  #input(inputType) {
    const { box, author } = this;
    author.write(box.value, box.selectionEnd, kindOf(inputType, this.#composing), this.#composing);
    clearTimeout(this.emptied);
    this.emptied = setTimeout(() => box.value || author.discard(), EMPTY_MS);
    this.wrote();
    this.paint();
  }

  // By word, a word is finished when the caret leaves it.
  #moved() {
    const { box, author } = this;
    if (author.effective !== "word" || this.#composing || document.activeElement !== box) return;
    if (box.value !== author.box.text) return; // an input event is about to say more
    author.write(box.value, box.selectionEnd);
    this.paint();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    // 229: the key belongs to an input method, also where composition has just ended.
    if (event.isComposing || this.#composing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) this.send();
  }

  /** Shows the box as it stands: unseen words, the notice, who and how. */
  paint() {
    const { author, box } = this;
    const { effective, limits } = author;
    const text = box.value;
    const seen = effective === "send" ? "" : this.online ? author.shown : author.sure.text;
    const { start, end } = change(seen, text, box.selectionEnd);
    $("mirror").replaceChildren(text.slice(0, start),
      make("span", "unseen", text.slice(start, end)), `${text.slice(end)}\u200b`);
    $("mirror").scrollTop = box.scrollTop;
    for (const radio of radios) radio.checked = radio.value === author.visibility;
    const label = this.online ? say.VISIBILITY[effective] : "offline";
    $("seen").replaceChildren(...(label === "live" ? [make("i", "dot")] : []), label);
    const length = scalars(text);
    const over = length > limits.message;
    $("send").ariaDisabled = over || !text.trim();
    const [bold, rest] = over ? ["", say.tooLong(length, limits.message)]
      : this.#switched > Date.now() ? ["", say.SWITCHED] : say.NOTICE[effective];
    if (this.said === bold + rest) return;
    this.said = bold + rest;
    $("notice").className = effective;
    $("notice").replaceChildren(make("b", "", bold), ` ${rest}`);
  }

  /** Who writes here. */
  name({ name, number }) {
    $("me").textContent = $("me").title = name;
    tint(one(".mine"), number);
  }
}
