import { $, make } from "./rows.js";

/** One banner at most: its words, what it is about, and for how long it stays. */
export function banner(words, about = "", stays = 0) {
  clearTimeout(banner.timer);
  banner.about = words ? about : "";
  $("banner").hidden = !words;
  if (!words) return;
  const [bold, rest, tone, action] = words;
  const [line, button] = $("banner").children;
  $("banner").className = tone;
  line.replaceChildren(make("b", "", bold), ` ${rest}`);
  button.hidden = !action;
  button.textContent = action ?? "";
  if (stays) banner.timer = setTimeout(() => banner(), stays);
}
banner.about = "";
