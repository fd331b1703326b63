// What the keyboard does outside the box; single letters only when no field has focus.
import { $, one } from "./rows.js";

const MODES = { Digit1: "live", Digit2: "word", Digit3: "send" };

export const keys = (parts) => (document.onkeydown = (event) => {
  const { room, view, desk, way, help } = parts;
  const { key, code, altKey, target } = event;
  if (event.isComposing || one("dialog[open]")) return;
  const modified = altKey || event.ctrlKey || event.metaKey;
  const field = target.matches("input:not([type=range],[type=radio],[type=checkbox]),textarea");
  const presses = key === " " && target.matches("button,a,input,label");
  if (way.on && !modified && !presses && (!field || key === "Escape") && way.past.key(key)) {
    return event.preventDefault();
  }
  const box = $("box");
  const empty = target === box && !box.value;
  const stop = one(".stop");
  const escape = key === "Escape";
  if (altKey && MODES[code]) desk.choose(MODES[code]);
  else if (escape && $("present").matches(".open")) $("here").click();
  else if (escape && target === stop) stop.click();
  else if (escape && empty && stop) stop.focus();
  else if (escape && target.matches("#log *")) box.focus();
  else if (key === "ArrowUp" && empty) {
    const mine = [...document.querySelectorAll(`#log [data-by="${room.me}"]`)].at(-1);
    if (!mine) return;
    mine.tabIndex = -1;
    mine.focus();
  } else if (field || modified) return;
  else if (key === "t") way.toggle();
  else if (key === "/") box.focus();
  else if (key === "?") help();
  else if (key === "End") view.toEnd();
  else return;
  event.preventDefault();
});
