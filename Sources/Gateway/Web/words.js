// Every sentence the room says about itself.
export const OFFICIAL = { companion: "Companion", server: "Server", operator: "Operator" };

export function title(room) {
  const words = room.replaceAll("-", " ").trim();
  return room === "lobby" ? "The Lobby" : words[0].toUpperCase() + words.slice(1);
}

export const count = (many, one) => `${many.toLocaleString("en")} ${one}${many === 1 ? "" : "s"}`;
const seconds = (milliseconds) => Math.max(1, Math.round(milliseconds / 1000));
export const clock = (time) => time
  ? new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : "";

export const VISIBILITY = { live: "live", word: "by word", send: "on send" };
/** Of the notice: the bold part and the rest. */
export const NOTICE = {
  live: ["Everyone sees each key as you press it, deletions too.", "All of it is kept."],
  word: ["Everyone sees each word once you finish it.",
    "Finished words are kept, even if you delete them."],
  send: ["Everyone sees that you are writing, not what.", "Only what you send is kept."],
};
export const SWITCHED = "What you had shown so far stays in the log. "
  + "From here on only what you send is kept.";

export const greeting = (room, here) => `${!here ? `${title(room)} is quiet`
  : here === 1 ? "1 person is here" : `${here} people are here`}. Before you come in:`;

// ---- stage directions ----
const SHOWS = { live: "shows every key", word: "shows each word once it is finished",
  send: "shows words only on send" };
export const shows = (name, visibility) => `${name} ${SHOWS[visibility]}.`;
export const comesIn = ({ name, visibility }) =>
  `${name} comes in${visibility === "live" ? "" : ` and ${SHOWS[visibility]}`}.`;
export const leaves = (name, reason) =>
  `${name} ${reason === "gone" ? "did not come back" : "leaves"}.`;
export const renamed = (from, to) => `${from} is now called ${to}.`;
export const failed = ({ model, waited_ms: waited, next }) =>
  `${model} did not answer in ${seconds(waited)} s.${next ? ` ${next} takes over.` : ""}`;

export function refused({ reason, scope, limit = 0, retry_ms: retry = 0 }) {
  const used = limit ? `: this ${scope} has used all ${limit}` : "";
  return `Companion ${{
    depth: `does not answer here: replies to replies stop after ${limit}`,
    muted: "does not answer those who are muted",
  }[reason] ?? {
    minute: `has answered ${count(limit, "time")} in a minute, its limit${
      retry ? `. It answers again in ${seconds(retry)} s` : ""}`,
    address: `has no replies left for somebody’s network: it has had its ${limit}. It answers `
      + `there again in ${count(Math.ceil(retry / 3_600_000), "hour")}`,
  }[scope] ?? `has no replies left today${used}. It answers again from midnight UTC`}.`;
}

export const roomMode = ({ mode, every_ms: every }) => ({
  open: "The operator opens the room.",
  slow: `The operator slows the room: one message every ${seconds(every)} s.`,
  send_only: "The operator sets the room to on send: "
    + "nobody’s keys are shown until it opens again.",
  read_only: "The operator closes the room to new words.",
}[mode]);

// ---- rows ----
export const veiled = (name) => `${name} is writing. You will see it when it is sent.`;

export function writing(names) {
  if (names.length > 3) return `${names.length} people are writing`;
  const first = names.slice(0, -1).join(", ");
  return names.length ? `${first}${first && " and "}${names.at(-1)} ${first ? "are" : "is"} writing`
    : "";
}

export const below = (fresh, writers) => `${[fresh && `${fresh} new`,
  writers && `${writers} writing`].filter(Boolean).join(", ") || "Newest"} ↓`;

export function ended({ finish, error, stopper, text }) {
  const said = text.trim() ? text.trim().split(/\s+/).length : 0;
  return {
    stopped: `Stopped${stopper ? ` by ${stopper}` : ""} after ${count(said, "word")}. `
      + "What was written stays.",
    interrupted: "Cut off: the model’s connection broke.",
    length: "Cut off: the reply reached its length limit.",
    filtered: "Withheld by the model’s own filter.",
    error: `The model could not answer: ${error?.message || "no reason given"}.`,
  }[finish] ?? "";
}

export const erased = (offset) => `Erased. #${offset} keeps its place; the words are gone.`;
export const hidden = (reason) =>
  `Hidden by the operator${reason && `: ${reason}`}. It stays in the log.`;
export const MODEL = { scripted: "No real model answers here: Companion speaks from a script.",
  none: "No model answers here, only people." };

// ---- banners: bold part, the rest, tone, what the button does ----
const are = (keys) => `${count(keys, "key")} ${keys === 1 ? "is" : "are"}`;
export const lost = (wait, keys) => ["Connection lost.",
  `Trying again ${wait > 0 ? `in ${wait} s` : "now"}. Keep writing: ${
    keys ? `${are(keys)} waiting and none` : "no key"} will be lost.`, "red", "Try now"];
export const back = (events, keys) => ["Back.", `${events ? `Caught up ${count(events, "event")}. `
  : ""}${keys ? `Your ${are(keys)} in.` : ""}`, "calm"];
export const gone = (time) => [`Everything before ${time} is gone.`,
  "This server started a new log, so the room begins here. "
  + "What you had not sent is still in your box.", "", "Close"];
export const behind = (events) => ["Back.", `You were more than ${count(events, "event")} behind, `
  + "so here is the room as it stands. Earlier words load as you scroll.", "calm"];
export const UPDATED = ["Verbatim was updated.", "This page still works; reload when it suits you.",
  "", "Reload"];
export const NO_WORDS = ["The room cannot take new words just now.",
  "Reading works. Writing comes back by itself; your box is kept.", "red"];
export const ELSEWHERE = ["This tab was opened again elsewhere.",
  "Write here, and it goes on as a tab of its own.", "", "Come back"];
export const closed = (reason) => ["The room closed this connection.",
  `${reason && `${reason}. `}Your box is kept.`, "red", "Reload"];
export const NEW_NAME = ["Your old name could not be claimed here.",
  "Choose a name; what you had not sent is still in your box.", "", "Choose a name"];
export const BAD_NAME = ["That name cannot be had here.", "", "", "Choose a name"];
export const TOO_FAST = ["", "A little fast: your keys are waiting, not lost.", ""];
export const NO_PAST = ["", "That instant cannot be read now.", "", "Close"];
export const UNSAID = ["Not sent.", "This server does not take a word in it; "
  + "your words are in your box.", ""];
export const WITHHELD = ["From here on: on send.", "This server does not show a word in what you "
  + "wrote. What stood before it is taken back; only what you send is shown.", ""];
export const slow = (wait) => ["Not yet.",
  `This room is slow: send it again in ${seconds(wait)} s. Your words are in your box.`, ""];
const DAY_MS = 86_400_000;
const moment = (time) => time - Date.now() < DAY_MS ? clock(time)
  : new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
const NEVER_MS = 250_000_000_000_000; // a mute without an end
export const muted = ({ until, reason }) => ["", `You are muted${
  until < NEVER_MS ? ` until ${moment(until)}` : ""}${
  reason ? `: ${reason}` : ""}. You can read, and your box is kept.`, ""];
export const tooLong = (length, limit) => `That is ${count(length, "character")}; `
  + `a message holds ${limit.toLocaleString("en")}.`;
export const nameTooLong = (limit) => `A name holds ${limit} characters.`;
