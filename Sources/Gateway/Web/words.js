// Every sentence the room says about itself.

export const OFFICIAL = { companion: "Companion", server: "Server", operator: "Operator" };

/** `lobby` is "The Lobby"; other names lose their hyphens and get a capital. */
export function title(room) {
  if (room === "lobby") return "The Lobby";
  const words = room.replaceAll("-", " ").trim();
  return words[0].toUpperCase() + words.slice(1);
}

export const number = (value) => value.toLocaleString("en-US");

const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

export function clock(milliseconds) {
  if (!milliseconds) return "";
  const date = new Date(milliseconds);
  const two = (part) => String(part).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

// ---- who sees what ----

export const VISIBILITY = { live: "live", word: "by word", send: "on send" };

/** [bold, plain] of the notice beside the box. */
export const NOTICE = {
  live: ["Everyone sees each key as you press it, deletions too.", "All of it is kept."],
  word: [
    "Everyone sees each word once you finish it.",
    "Finished words are kept, even if you delete them.",
  ],
  send: ["Everyone sees that you are writing, not what.", "Only what you send is kept."],
};

export const NOTICE_SWITCHED = "What you had shown so far stays in the log. "
  + "From here on only what you send is kept.";

export function greeting(room, present) {
  if (!present) return `${title(room)} is quiet. Before you come in:`;
  return `${present === 1 ? "1 person is" : `${present} people are`} here. Before you come in:`;
}

// ---- stage directions ----

const SHOWS = {
  live: "shows every key",
  word: "shows each word once it is finished",
  send: "shows words only on send",
};

export const shows = (name, visibility) => SHOWS[visibility] && `${name} ${SHOWS[visibility]}.`;

export function comesIn({ name, visibility }) {
  if (visibility === "live" || !SHOWS[visibility]) return `${name} comes in.`;
  return `${name} comes in and ${SHOWS[visibility]}.`;
}

export const renamed = (from, to) => `${from} is now called ${to}.`;

export function leaves(name, reason) {
  return reason === "gone" ? `${name} did not come back.` : `${name} leaves.`;
}

const seconds = (milliseconds) => Math.max(1, Math.round(milliseconds / 1000));

export function failedOver({ model, waited_ms: waited = 0, next }) {
  const failed = `${model} did not answer in ${seconds(waited)} s.`;
  const heir = typeof next === "object" ? next?.model : next;
  return heir ? `${failed} ${heir} takes over.` : failed;
}

export function refused({ reason, scope, limit, retry_ms: retry }) {
  if (reason === "depth") {
    return `Companion does not answer here: replies to replies stop after ${limit}.`;
  }
  if (reason === "muted") return "Companion does not answer those who are muted.";
  if (scope === "minute") {
    const again = retry ? ` It answers again in ${seconds(retry)} s.` : "";
    return `Companion has answered ${plural(limit ?? 0, "time")} in a minute, its limit.${again}`;
  }
  const whose = { room: "this room has", server: "this server has", address: "this address has" };
  const used = limit ? `: ${whose[scope] ?? "this room has"} used all ${number(limit)}` : "";
  return `Companion has no replies left today${used}. It answers again from midnight UTC.`;
}

export function roomMode({ mode, every_ms: every = 0 }) {
  return {
    open: "The operator opens the room.",
    slow: `The operator slows the room: one message every ${seconds(every)} s.`,
    send_only: "The operator sets the room to on send: "
      + "nobody’s keys are shown until it opens again.",
    read_only: "The operator closes the room to new words.",
  }[mode];
}

// ---- the list of what is being written ----

export const veiled = (name) => `${name} is writing. You will see it when it is sent.`;

/** The quiet sentence that a status line says at most every five seconds. */
export function writing(names) {
  if (!names.length) return "";
  if (names.length > 3) return `${names.length} people are writing`;
  const last = names.at(-1);
  if (names.length === 1) return `${last} is writing`;
  return `${names.slice(0, -1).join(", ")} and ${last} are writing`;
}

export function below(fresh, writers) {
  const parts = [];
  if (fresh) parts.push(`${number(fresh)} new`);
  if (writers) parts.push(`${writers} writing`);
  return parts.length ? `${parts.join(", ")} ↓` : "Newest ↓";
}

// ---- how a reply ended ----

export function ended({ finish, error, stopper, text }) {
  const said = text.trim() ? text.trim().split(/\s+/).length : 0;
  switch (finish) {
    case "stopped":
      return `Stopped${stopper ? ` by ${stopper}` : ""} after ${plural(said, "word")}. `
        + "What was written stays.";
    case "interrupted": return "Cut off: the model’s connection broke.";
    case "length": return "Cut off: the reply reached its length limit.";
    case "filtered": return "Withheld by the model’s own filter.";
    case "error":
      return `The model could not answer: ${error?.message || error?.code || "no reason given"}`
        .replace(/\.*$/, ".");
    default: return "";
  }
}

export const hidden = (reason) =>
  `Hidden by the operator${reason ? `: ${reason}` : ""}. It stays in the log.`;

export const noModel = {
  scripted: "No real model answers here: Companion speaks from a script.",
  none: "No model answers here: people only.",
};

// ---- banners: {bold, text, tone, action} ----

const keys = (count) => plural(count, "key");

export function lost(wait, waiting) {
  const when = wait > 0 ? `Trying again in ${wait} s.` : "Trying again now.";
  const kept = waiting
    ? `Keep writing: ${keys(waiting)} ${waiting === 1 ? "is" : "are"} waiting and none will be lost.`
    : "Keep writing: no key will be lost.";
  return { bold: "Connection lost.", text: `${when} ${kept}`, tone: "red", action: "Try now" };
}

export function back(caughtUp, waiting) {
  const parts = [];
  if (caughtUp) parts.push(`Caught up ${plural(caughtUp, "event")}.`);
  if (waiting) parts.push(`Your ${keys(waiting)} ${waiting === 1 ? "is" : "are"} in.`);
  return { bold: "Back.", text: parts.join(" "), tone: "calm" };
}

export const gone = (time) => ({
  bold: time ? `Everything before ${time} is gone.` : "Everything before this is gone.",
  text: "This server started a new log, so the room begins here. "
    + "What you had not sent is still in your box.",
  tone: "grey", action: "Close",
});

export const behind = (events) => ({
  bold: "Back.",
  text: `You were more than ${number(events)} events behind, so here is the room as it stands. `
    + "Earlier words load as you scroll.",
  tone: "calm",
});

export const updated = {
  bold: "Verbatim was updated.", text: "This page still works; reload when it suits you.",
  tone: "grey", action: "Reload",
};

export const noWords = {
  bold: "The room cannot take new words just now.",
  text: "Reading works. Writing comes back by itself; your box is kept.", tone: "red",
};

export const elsewhere = {
  bold: "This tab was opened again elsewhere.",
  text: "Write here, and it comes back as a tab of its own.", tone: "grey", action: "Come back",
};

export const closed = (reason) => ({
  bold: "The room closed this connection.",
  text: reason ? `${reason.replace(/\.*$/, "")}. Your box is kept.` : "Your box is kept.",
  tone: "red", action: "Reload",
});

export const newName = {
  bold: "Your old name could not be claimed here.",
  text: "Choose a name; what you had not sent is still in your box.",
  tone: "grey", action: "Choose a name",
};

export const tooFast = { bold: "", text: "A little fast: your keys are waiting, not lost.",
  tone: "grey" };

export const tooLong = (length, limit) =>
  `That is ${number(length)} characters; a message holds ${number(limit)}.`;

export const nameTooLong = (limit) => `A name holds ${number(limit)} characters.`;

export const muted = ({ until, reason }) => ({
  bold: "", text: `You are muted until ${clock(until)}${reason ? `: ${reason}` : ""}. `
    + "You can read, and your box is kept.", tone: "grey",
});
