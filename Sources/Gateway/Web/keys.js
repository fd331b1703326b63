// What the keyboard does outside the box; single letters only when no field has focus.
import { $ } from "./rows.js";

const MODES = { Digit1: "live", Digit2: "word", Digit3: "send" };

export const keys = ({ room, view, desk }) => document.addEventListener("keydown", (event) => {
  const { key, code, altKey, target } = event;
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const box = $("box");
  const empty = target === box && !box.value;
  const stop = document.querySelector(".stop");
  if (altKey && MODES[code]) desk.choose(MODES[code]);
  else if (key === "Escape" && $("present").matches(".open")) $("here").click();
  else if (key === "Escape" && target === stop) stop.click();
  else if (key === "Escape" && empty && stop) stop.focus();
  else if (key === "Escape" && target.matches("#log *")) box.focus();
  else if (key === "ArrowUp" && empty) {
    const mine = [...document.querySelectorAll(`#log [data-by="${room.me}"]`)].at(-1);
    if (!mine) return;
    mine.tabIndex = -1;
    mine.focus();
  } else if (target === box || altKey || event.ctrlKey || event.metaKey) return;
  else if (key === "/") box.focus();
  else if (key === "?") $("help").showModal();
  else if (key === "End") view.toEnd();
  else return;
  event.preventDefault();
});
