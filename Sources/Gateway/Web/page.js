// The page: one room, one connection, one box.
import { Author } from "./author.js";
import { Desk } from "./desk.js";
import { Room } from "./fold.js";
import { Link, offsets } from "./link.js";
import { scalars, wellFormed } from "./splice.js";
import { $, make, View } from "./view.js";
import * as say from "./words.js";

const STATUS_MS = 5_000; // at most so often is said who writes
const BACK_MS = 6_000;
const LATE_MS = 2_000; // unacknowledged for so long is worth a word
const QUIET_MS = 400; // after so long without events, one has caught up

const roomName = /^\/rooms\/([^/]+)/.exec(location.pathname)?.[1] ?? "lobby";
const keep = (store, key) => ({
  get: () => store.getItem(`verbatim.${key}`),
  set: (value) => value ? store.setItem(`verbatim.${key}`, value)
    : store.removeItem(`verbatim.${key}`),
});
const kept = {
  token: keep(localStorage, `token.${roomName}`),
  name: keep(localStorage, "name"),
  visibility: keep(localStorage, "visibility"),
  session: keep(sessionStorage, `session.${roomName}`),
  box: keep(sessionStorage, `box.${roomName}`),
};

function newSession() {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  kept.session.set([...bytes].map((byte) => letters[byte % 32]).join(""));
  return kept.session.get();
}

const room = new Room();
room.session = kept.session.get() ?? newSession();
let watching = !kept.token.get();
let version = null;
let epoch = null;
let limits = { insert: 4_000, message: 8_000, name: 32, resume_events: 5_000 };
let returning = null; // {events, waiting}: what a return has brought so far
let late = 0;

const author = new Author((message) => link.send(message));
author.visibility = author.sure.visibility = kept.visibility.get() ?? "live";
const view = new View(room, {
  name: roomName,
  stop: (reply) => link.send({ type: "stop", reply }),
  older: askOlder,
});
const desk = new Desk(author, {
  changed: (sent) => {
    if (sent) [view.unmark(), view.toEnd()];
    if (link.state === "closed" && elsewhere) comeBack();
    watchLate();
  },
  chose: (visibility) => kept.visibility.set(visibility),
});
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const link = new Link(`${scheme}//${location.host}/rooms/${roomName}/socket`, {
  hello: () => watching ? { session: room.session, watch: true } : {
    session: room.session, token: kept.token.get() ?? undefined,
    name: kept.name.get() ?? undefined, visibility: author.visibility,
  },
  heard, changed,
});

// ---- what the room says ----

function heard(message) {
  switch (message.type) {
    case "snapshot":
      room.snapshot(message);
      whole(message);
      break;
    case "events":
      offsets(message).forEach((offset, index) =>
        happened(offset, message.times[index], message.events[index]));
      if (returning) caughtUp(message.events.length);
      break;
    case "page":
      asking = false;
      view.prepend(room.page(message));
      return;
    case "ack":
      author.acknowledge(message.seq, message.offset);
      if (banner.about === "late") banner();
      watchLate();
      desk.paint();
      return;
    case "reset":
      author.forget();
      returning = null;
      lostEpoch = message.epoch !== epoch;
      epoch = message.epoch;
      wasReset = true;
      return;
    case "error":
      return wrong(message);
  }
  view.soon();
}

let wasReset = false;
let lostEpoch = false;
let asking = false;

function whole({ items, drafts, prev }) {
  const mine = drafts.find(({ by, session }) => by === room.me && session === room.session);
  author.mode = room.mode;
  if (!author.known) {
    const words = kept.box.get() ?? mine?.text ?? "";
    if (!$("box").value) $("box").value = words;
    author.box = { text: $("box").value, caret: $("box").value.length, kind: "other" };
  }
  if (!watching) author.adopt(mine, prev);
  desk.paint();
  me();
  if (!wasReset) return;
  wasReset = false;
  if (lostEpoch) banner(say.gone(say.clock(items[0]?.time ?? Date.now())), "gone");
  else banner(say.behind(limits.resume_events), "back", BACK_MS);
}

function happened(offset, time, event) {
  room.apply(offset, time, event);
  const own = event.by === room.me;
  if (event.type === "room.mode") author.enter(event.mode);
  if (event.type === "participant.muted" && event.participant === room.me) {
    banner(room.muted && say.muted(room.muted), "muted");
  }
  if (own && event.session === room.session && event.reason === "left") author.left(event.draft);
  if (own && event.type.startsWith("participant.")) me();
}

function me() {
  const mine = room.people.get(room.me);
  if (mine) desk.name(mine.name, mine.number);
}

function wrong(error) {
  const { code, expected, retry_ms: retry = 1_000, message } = error;
  if (code === "bad_token") {
    kept.token.set("");
    room.session = newSession();
    author.renew();
    link.cursor = null;
    link.greet();
    banner(say.newName, "name");
  } else if (code === "session_unknown") {
    renew();
  } else if (code === "bad_name") {
    kept.name.set(room.people.get(room.me)?.name ?? "");
    if (link.state === "greeting") link.greet();
    banner({ bold: "", text: `That name cannot be had: ${message}.`, tone: "grey",
      action: "Choose a name" }, "name");
  } else if (code === "unavailable" || code === "slow_disk") {
    banner(say.noWords, "late");
    if (code === "unavailable") {
      author.ready = false;
      setTimeout(() => link.state === "open" && author.resend(), retry);
    }
  } else if (expected !== undefined) {
    const back = author.refused(error);
    if (back.length) desk.fill([...back, $("box").value].filter(Boolean).join("\n"));
    if (code !== "draft_closed" && code !== "draft_open" && code !== "not_visible") {
      banner({ bold: "", text: message || code, tone: "grey" }, "late");
    }
    desk.paint();
  } else if (code !== "watching") {
    banner({ bold: "", text: message || code, tone: "grey", action: "Close" }, "said");
  }
}

function renew() {
  room.session = newSession();
  author.renew();
  link.again();
}

// ---- the connection, shown ----

let elsewhere = false;
let ticking = 0;

function changed(state, detail) {
  document.body.dataset.state = state;
  desk.online = state === "open";
  if (state !== "open") author.ready = false;
  if (state === "open") welcome(detail);
  if (state === "waiting") {
    returning ??= { events: 0, waiting: 0 };
    clearInterval(ticking);
    ticking = setInterval(countdown, 1_000);
    countdown();
  } else if (state !== "connecting" && state !== "greeting") clearInterval(ticking);
  if (state === "closed" && detail) {
    elsewhere = detail.code === 4100;
    banner(elsewhere ? say.elsewhere : say.closed(detail.reason), "closed");
  }
  desk.paint();
}

const unsaid = () => author.pending.filter(({ type }) => type === "edit").length;

function countdown() {
  if (link.state === "open") return;
  const wait = link.state === "waiting" ? Math.ceil((link.retryAt - Date.now()) / 1_000) : 0;
  banner(say.lost(wait, unsaid()), "lost");
}

function welcome({ participant, token, name, seq, draft, epoch: now, version: build, limits: l }) {
  if (version && build !== version) banner(say.updated, "updated");
  else if (banner.about === "lost" && !returning) banner();
  version ??= build;
  epoch ??= now;
  learn(l ?? {});
  if (watching) return;
  [room.me, document.body.dataset.me] = [participant, participant];
  kept.token.set(token);
  if (!name) desk.name("", 0);
  else if (!room.people.has(room.me)) desk.name(name, 0);
  if (returning) returning.waiting = unsaid();
  if (!author.welcome({ seq, draft })) return renew();
  if (returning) caughtUp(0);
  me();
}

function learn(given) {
  limits = { ...limits, ...given };
  author.limits = limits;
}

function caughtUp(events) {
  returning.events += events;
  clearTimeout(returning.timer);
  returning.timer = setTimeout(() => {
    if (!returning || link.state !== "open") return;
    if (author.pending.length) return caughtUp(0);
    if (banner.about === "lost" || !banner.about) {
      banner(say.back(returning.events, returning.waiting), "back", BACK_MS);
    }
    returning = null;
  }, QUIET_MS);
}

function watchLate() {
  clearTimeout(late);
  if (!author.pending.length || link.state !== "open") return;
  late = setTimeout(() => {
    if (author.pending.length && link.state === "open" && !banner.about) {
      banner(say.tooFast, "late");
    }
  }, LATE_MS);
}

/** One banner at most: what it says, what it is about, and how long it stays. */
function banner(words, about = "", stays = 0) {
  const bar = $("banner");
  clearTimeout(banner.timer);
  banner.about = words ? about : "";
  bar.hidden = !words;
  if (!words) return;
  const [line, button] = bar.children;
  bar.className = `banner ${words.tone}`;
  line.replaceChildren(make("b", "", words.bold), ` ${words.text}`);
  button.hidden = !words.action;
  button.textContent = words.action ?? "";
  if (stays) banner.timer = setTimeout(() => banner(), stays);
}

$("banner").lastElementChild.onclick = () => {
  const { about } = banner;
  if (about === "updated" || (about === "closed" && !elsewhere)) return location.reload();
  if (about === "lost") return link.again();
  if (about === "closed") return comeBack();
  banner();
  if (about === "name") $("rename").click();
};

function comeBack() {
  elsewhere = false;
  banner();
  renew();
}

function askOlder() {
  const first = room.items.find(({ kind }) => kind !== "direction");
  if (asking || !first || link.state !== "open") return;
  asking = true;
  link.send({ type: "history", before: first.offset, limit: 200 });
}

// ---- who writes, said at most every five seconds ----

let saidAt = 0;
view.painted = () => {
  const here = room.people.size;
  if ($("entry").open) $("greeting").textContent = say.greeting(roomName, here);
  const wait = saidAt + STATUS_MS - Date.now();
  if (wait > 0) return;
  const others = room.writing().filter(({ by }) => by !== room.me);
  const line = say.writing([...new Set(others.map(({ name }) => name))]);
  if ($("writers").textContent === line) return;
  $("writers").textContent = line;
  saidAt = Date.now();
  setTimeout(() => view.soon(), STATUS_MS);
};

// ---- dialogs, keys ----

function named(input, complaint) {
  const name = wellFormed(input.value.trim());
  $(complaint).textContent = scalars(name) > limits.name ? say.nameTooLong(limits.name) : "";
  return $(complaint).textContent ? null : name;
}

function show(watch) {
  document.querySelector(".watching").hidden = !watch;
  for (const part of document.querySelectorAll(".mine, .switch")) part.hidden = watch;
}

function invite() {
  $("greeting").textContent = say.greeting(roomName, room.people.size);
  $("first-name").value = kept.name.get() ?? "";
  $("entry").returnValue = "";
  $("entry").showModal();
}

$("come-in").onclick = (event) => {
  const name = named($("first-name"), "first-complaint");
  if (name === null) return event.preventDefault();
  kept.name.set(name);
  const visibility = document.querySelector("[name=first]:checked").value;
  kept.visibility.set(visibility);
  author.visibility = author.sure.visibility = visibility;
  watching = false;
  show(false);
  link.cursor = null;
  link.again();
};
$("entry").addEventListener("close", () => {
  show(watching);
  (watching ? $("join") : $("box")).focus();
});
$("join").onclick = invite;

$("rename").onclick = () => {
  $("new-name").value = room.people.get(room.me)?.name ?? "";
  $("naming").showModal();
  $("new-name").select();
};
$("take-name").onclick = (event) => {
  const name = named($("new-name"), "complaint");
  if (name === null) return event.preventDefault();
  if (!name) return;
  kept.name.set(name);
  if (link.state === "open") link.send({ type: "rename", name }); // else the next hello does it
};
$("naming").addEventListener("close", () => $("box").focus());
$("keys").onclick = () => $("help").showModal();
$("here").onclick = () => {
  const open = $("present").classList.toggle("open");
  $("here").ariaExpanded = String(open);
};

const MODES = { Digit1: "live", Digit2: "word", Digit3: "send" };

document.addEventListener("keydown", (event) => {
  const { key, code, altKey, target } = event;
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const typing = target.matches("textarea, input:not([type=radio])");
  const empty = target === $("box") && !$("box").value;
  const stop = document.querySelector(".stop");
  if (altKey && MODES[code]) desk.choose(MODES[code]);
  else if (key === "Escape" && $("present").classList.contains("open")) $("here").click();
  else if (key === "Escape" && target === stop) stop.click();
  else if (key === "Escape" && empty && stop) stop.focus();
  else if (key === "Escape" && target.matches("#log .row")) $("box").focus();
  else if (key === "ArrowUp" && empty) {
    const row = [...document.querySelectorAll(`#log [data-by="${room.me}"]`)].at(-1);
    if (!row) return;
    row.tabIndex = -1;
    row.focus();
  } else if (typing || event.ctrlKey || event.metaKey || altKey) return;
  else if (key === "/") $("box").focus();
  else if (key === "?") $("help").showModal();
  else if (key === "End") view.toEnd();
  else return;
  event.preventDefault();
});

// ---- beginning ----

const title = say.title(roomName);
document.title = `${title}, Verbatim`;
document.querySelector(".title").textContent = $("title").textContent = title;
$("read-log").href = `/rooms/${roomName}/transcript`;
addEventListener("pagehide", () => kept.box.set($("box").value));
addEventListener("online", () => link.state === "waiting" && link.again());
addEventListener("hashchange", jump);
function jump() {
  const offset = /^#o=(\d+)$/.exec(location.hash)?.[1];
  if (offset) view.find(offset);
}
fetch("/version").then((answer) => answer.json()).then(({ model }) => {
  if (model !== "none") room.model = model;
  $("model-note").hidden = !say.noModel[model];
  $("model-note").textContent = say.noModel[model] ?? "";
  view.soon();
}).catch(() => {});
desk.paint();
show(watching);
link.open();
if (watching) invite();
