// The page: one room, one connection, one box.
import { Author } from "./author.js";
import { banner } from "./banner.js";
import { Desk } from "./desk.js";
import { Room } from "./fold.js";
import { kept, name, path } from "./kept.js";
import { keys } from "./keys.js";
import { Link, offsets } from "./link.js";
import { part } from "./parts.js";
import { scalars, wellFormed } from "./splice.js";
import { $, one, write } from "./rows.js";
import { View } from "./view.js";
import { Way } from "./way.js";
import * as say from "./words.js";

const STATUS_MS = 5_000; // at most so often is it said who writes
const BACK_MS = 6_000;
const LATE_MS = 2_000; // unacknowledged for so long is worth a word
const QUIET_MS = 400; // after so long without events, one has caught up

const room = new Room();
let watching = !kept.token.get();
let server; // its version and epoch, as first greeted
let returning; // since the connection was lost: events caught up, keys that waited
let reset; // what the snapshot to come replaces: "gone" or "behind"
let asking = false; // for older items
const author = new Author((message) => link.send(message));
author.limits = { ...author.limits, name: 32, resume_events: 5_000 };
author.visibility = author.sure.visibility = kept.visibility.get() ?? "live";
const view = new View(room, { path, older, painted,
  again: ({ to = [] }) => desk.fill(room.items.find(({ offset }) => offset === to[0])?.text),
  stop: (reply) => link.send({ type: "stop", reply }) });
const way = new Way(room, view, path, () => show());
const desk = new Desk(author, {
  wrote(sent) {
    if (sent) [view.unmark(), view.toEnd()];
    if (banner.about === "elsewhere") act();
    if (banner.about === "lost") countdown();
    clearTimeout(desk.late);
    desk.late = setTimeout(() => {
      const late = author.pending.length && link.state === "open";
      if (late && !banner.about) banner(say.TOO_FAST, "late");
    }, LATE_MS);
  },
  chose: kept.visibility.set,
});
const link = new Link(`${location.origin.replace("http", "ws")}${path}/socket`, {
  hello: () => ({ session: room.session, ...(watching ? { watch: true }
    : { token: kept.token.get(), name: kept.name.get(), visibility: author.visibility }) }),
  heard, changed,
});

/** Comes in under a session of its own, which a tab keeps over reloads. */
function renew() {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const bytes = [...crypto.getRandomValues(new Uint8Array(5))];
  kept.session.set(room.session = bytes.map((byte) => letters[byte % 32]).join(""));
  author.renew();
}

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
      caughtUp(message.events.length);
      break;
    case "page":
      asking = false;
      view.prepend(room.page(message));
      break;
    case "ack":
      author.acknowledge(message.seq, message.offset);
      if (banner.about === "late") banner();
      desk.paint();
      break;
    case "reset":
      author.sure.offset = -1;
      reset = message.epoch === server.epoch ? "behind" : "gone";
      server.epoch = message.epoch;
      break;
    case "error": wrong(message);
  }
  if (way.on) [room.gone.length, room.whole] = [0, room.touched.clear() ?? true];
  way.paint();
  view.soon();
}

function whole({ items, drafts, prev }) {
  const mine = drafts.find(({ by, session }) => by === room.me && session === room.session);
  author.mode = room.mode;
  if (!author.known) { // just loaded: what stood in the box, or what the room has of it
    const box = $("box");
    box.value ||= kept.box.get() ?? mine?.text ?? "";
    author.box = { text: box.value, caret: box.value.length };
  }
  if (!watching) author.adopt(mine, prev);
  desk.paint();
  me();
  way.ready();
  if (reset === "gone") banner(say.gone(say.clock(items[0]?.time ?? Date.now())), "said");
  if (reset === "behind") banner(say.behind(author.limits.resume_events), "said", BACK_MS);
  if (reset) returning = reset = undefined;
}

function happened(offset, time, event) {
  room.apply(offset, time, event);
  const { type, by, session, reason, draft, until } = event;
  if (type === "room.mode") author.enter(event.mode);
  if (type === "participant.muted" && event.participant === room.me) {
    banner(until && say.muted(event), "said");
  }
  // Words that are hidden now are taken off the past too, and off what is about to be played.
  if (type === "message.hidden" && way.on) way.seek(way.past.at);
  if (by !== room.me) return;
  if (draft && session === room.session && reason === "left") author.left(draft);
  me();
}

const me = () => room.people.has(room.me) && desk.name(room.people.get(room.me));

function wrong(error) {
  const { code, expected, message, retry_ms: retry = 1_000 } = error;
  if (code === "bad_token") {
    kept.token.set();
    link.cursor = null;
    renew();
    link.greet();
    banner(say.NEW_NAME, "name");
  } else if (code === "session_unknown") {
    renew();
    link.again();
  } else if (code === "bad_name") {
    kept.name.set(room.people.get(room.me)?.name);
    if (link.state === "greeting") link.greet();
    banner(say.BAD_NAME, "name");
  } else if (code === "unavailable" || code === "slow_disk") {
    if (code === "unavailable" || author.pending.length) banner(say.NO_WORDS, "late");
    if (code === "slow_disk") return; // an acknowledgement takes the banner away
    author.ready = false;
    setTimeout(() => link.state === "open" && author.resend(), retry);
  } else if (expected !== undefined) {
    const back = author.refused(error);
    desk.fill(...back);
    if (code === "filtered") banner(back.length ? say.UNSAID : say.WITHHELD, "said");
    else if (code === "slow_mode") banner(say.slow(retry), "late", retry);
    else if (!/^(draft_|not_visible|seq_gap)/.test(code)) banner(["", message, ""], "late");
    desk.paint();
  } else if (code !== "watching") banner(["", message, "", "Close"], "said");
}

// ---- the connection, shown ----
function changed(state, detail) {
  document.body.dataset.state = state;
  desk.online = state === "open";
  if (state !== "open") author.ready = asking = false; // what is under way will not be answered
  if (state === "open") welcome(detail);
  if (state === "waiting") [returning ??= { events: 0 }, countdown()];
  if (state === "closed" && detail.code === 4100) banner(say.ELSEWHERE, "elsewhere");
  else if (state === "closed") banner(say.closed(detail.reason), "closed");
  desk.paint();
}

const unsaid = () => author.pending.filter(({ type }) => type === "edit").length;

function countdown() {
  clearTimeout(countdown.timer);
  if (!/waiting|ing$/.test(link.state)) return;
  const wait = link.state === "waiting" ? Math.ceil((link.retryAt - Date.now()) / 1_000) : 0;
  banner(say.lost(wait, unsaid()), "lost");
  countdown.timer = setTimeout(countdown, 1_000);
}

function welcome(given) {
  server ??= given;
  if (server.version !== given.version) banner(say.UPDATED, "updated");
  Object.assign(author.limits, given.limits);
  if (!watching) {
    room.me = document.body.dataset.me = given.participant;
    kept.token.set(given.token);
    desk.name({ name: given.name, number: 0 });
    if (returning) returning.keys = unsaid();
    if (!author.welcome(given)) {
      renew();
      link.again();
    }
    me();
  }
  caughtUp(0);
}

function caughtUp(events) {
  if (!returning) return;
  returning.events += events;
  clearTimeout(caughtUp.timer);
  caughtUp.timer = setTimeout(() => {
    if (!returning || link.state !== "open") return;
    if (author.pending.length) return caughtUp(0);
    if (/^(lost)?$/.test(banner.about)) {
      banner(say.back(returning.events, returning.keys), "back", BACK_MS);
    }
    returning = undefined;
  }, QUIET_MS);
}

function act() {
  const { about } = banner;
  if (about === "updated" || about === "closed") return location.reload();
  if (about === "elsewhere") renew();
  banner();
  if (about === "elsewhere" || about === "lost") link.again();
  if (about === "name") ask(true);
}

function older() {
  // Not a reply, which stands where it ended and is named by where it began.
  const first = view.room.items.find(({ kind }) => kind === "message");
  if (first && way.on) return way.past.older(first.offset);
  if (asking || !first || link.state !== "open") return;
  asking = true;
  link.send({ type: "history", before: first.offset, limit: 200 });
}

painted.said = 0;
function painted() {
  way.past?.painted();
  if (!$("entry").className) write("greeting", say.greeting(name, room.people.size));
  if (Date.now() < painted.said + STATUS_MS) return;
  const others = room.writing().filter(({ by }) => by !== room.me);
  const line = say.writing([...new Set(others.map((draft) => draft.name))]);
  if ($("writers").textContent === line) return;
  write("writers", line);
  painted.said = Date.now();
  setTimeout(() => view.soon(), STATUS_MS);
}

// ---- coming in, names, keys ----
function ask(naming) {
  $("entry").className = naming ? "naming" : "";
  write("greeting", naming ? "Another name" : say.greeting(name, room.people.size));
  write("come-in", naming ? "Take it" : "Come in");
  $("name").value = (naming ? room.people.get(room.me)?.name : kept.name.get()) ?? "";
  $("entry").showModal();
}

$("come-in").onclick = (event) => {
  const wanted = wellFormed($("name").value.trim());
  const long = scalars(wanted) > author.limits.name;
  write("complaint", long ? say.nameTooLong(author.limits.name) : "");
  if (long) return event.preventDefault();
  if (wanted || watching) kept.name.set(wanted);
  if (!watching) { // said now, or by the next greeting
    if (wanted && link.state === "open") link.send({ type: "rename", name: wanted });
    return;
  }
  author.visibility = author.sure.visibility = one("[name=first]:checked").value;
  kept.visibility.set(author.visibility);
  watching = false;
  link.cursor = null;
  link.again();
};

function show() {
  one(".watching").hidden = !watching;
  for (const mine of document.querySelectorAll(".mine,.switch")) mine.hidden = watching;
  desk.paint();
  $(watching ? "join" : "box").focus();
}
$("entry").onclose = show;
$("join").onclick = () => ask();
$("rename").onclick = () => ask(true);
const help = () => part("/web/help.html").then(() => $("help").showModal(), () => {});
$("keys").onclick = help;
$("here").onclick = () => ($("here").ariaExpanded = $("present").classList.toggle("open"));
$("banner").lastChild.onclick = act;

// ---- beginning ----
if (!(room.session = kept.session.get())) renew();
$("title").textContent = one(".title").textContent = say.title(name);
document.title = `${say.title(name)}, Verbatim`;
$("read").href = `${path}/transcript`;
window.onpagehide = () => kept.box.set($("box").value);
window.ononline = () => link.state === "waiting" && link.again();
fetch("/version").then((answer) => answer.json()).then(({ model }) => {
  room.model = model !== "none";
  write("model", say.MODEL[model] ?? "");
  $("model").hidden = !say.MODEL[model];
  view.soon();
}).catch(() => {}); // an old server, or none: the connection says it better
keys({ room, view, desk, way, help });
show();
link.open();
if (watching) ask();
