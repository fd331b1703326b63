// What the past says of itself.
import { clock, count } from "./words.js";

const when = (time, parts) => new Date(time).toLocaleString("en-GB", parts);
const twoDigits = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
export const second = (time) => time ? when(time, twoDigits) : "";
export const tenth = (time) => time ? `${second(time)}.${Math.floor(time % 1_000 / 100)}` : "";

function ago(time) {
  const minutes = Math.floor((Date.now() - time) / 60_000);
  const [many, unit] = minutes < 60 ? [minutes, "minute"] : minutes < 2_880
    ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / 1_440), "day"];
  return many < 1 ? "Just now." : `${count(many, unit)} ago.`;
}

export const past = (time) => time ? `${when(time, { weekday: "long", day: "numeric", month: "long",
  ...twoDigits }).replace(" at ", ", ")}. ${ago(time)} Nothing on this page is live.`
  : "Before the first event. Nothing on this page is live.";
export const noPast = (why) => `That instant cannot be read now${why && `: ${why.trim()}`}.`;
export const toLive = (events) =>
  `Return to live${events > 0 ? `, ${count(events, "event")} on` : ""}`;
export const instant = (time, at, end, writers) =>
  `${second(time)}, offset ${at} of ${end}${writers && `, ${writers}`}`;
export const speed = (times) => ({ 0.25: "¼", 0.5: "½" })[times] ?? `${times}`;
export const idle = (milliseconds) => milliseconds < 5_400_000
  ? `${Math.round(milliseconds / 60_000)} min idle`
  : `${Math.round(milliseconds / 3_600_000)} h idle`;
