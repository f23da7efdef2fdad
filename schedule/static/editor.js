// The grid of the programme: rooms across, time down. A session is moved by dragging it (a finger drags its
// handle), by the keyboard (Space, arrows, Space or Escape), or in the dialog that a click or Enter opens.
import { Draft } from "./draft.js";

const STEP = 5;
const MINUTE = 60000;
const USUAL = [240, 900]; // from 8:00 to 19:00, in minutes after the day's beginning at 4:00
const FAR = 6;
const EDGE = 40;
const MOST_LISTED = 30;
const MOST_UNPLACED = 100;

const $ = id => document.getElementById(id);
const told = JSON.parse($("board").textContent);
const draft = new Draft(told);
const french = told.language === "fr";
const box = $("grid-box"), list = $("unplaced"), dialog = $("dialog"), form = dialog.querySelector("form"), live = $("live");
const days = told.days.map(day => ({ ...day, begins: Date.parse(day.begins_at), ends: Date.parse(day.ends_at) }));
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: told.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

let day = days.find(one => one.date === told.day);
let rooms, columns, from, to, grid, held, dirty;

const say = (name, values = {}) => told.words[name].replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
const title = session => session.title[told.language] || Object.values(session.title).find(Boolean) || "";
const tag = (name, text = "", className = "") => Object.assign(document.createElement(name), { textContent: text, className });
const end = session => session.at + session.minutes * MINUTE;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

function time(at) {
  const [hours, minutes] = clock.format(at).split(":");
  if (!french) return `${hours}:${minutes}`;
  return `${+hours}\u00a0h${minutes === "00" ? "" : `\u00a0${minutes}`}`;
}

const span = session => `${time(session.at)}\u00a0– ${time(end(session))}`;
const room = id => draft.parts.room.get(id)?.name ?? say("roomless");
const place = session => say("at", { room: room(session.room_id), time: span(session) });

// What a session lacks wherever it is, a translation for one, is in the list alone unless it blocks.
const marks = one => one.level === "block" || !told.of_content.includes(one.code);

function announce(text, bad = false) {
  live.className = bad ? "note warn" : "note";
  live.textContent = text;
}

function clashes(session) {
  return draft.clashes(session).map(({ level, word, values }) => {
    const named = { ...values, other: values.other && title({ title: values.other }) };
    return { level, said: say(word, named) };
  });
}

/* Drawing */

function render() {
  if (held) { dirty = true; return; }
  dirty = false;
  const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
  const shown = [...draft.now.values()].filter(one => one.at !== null && one.at >= day.begins && one.at < day.ends);
  shown.sort((one, other) => one.at - other.at || column(one) - column(other));
  rooms = [...draft.rooms.map(one => one.id), null];
  columns = new Map(rooms.map((id, n) => [id, n + 2]));
  const minutes = at => (at - day.begins) / MINUTE;
  from = Math.min(USUAL[0], ...shown.map(one => Math.floor(minutes(one.at) / 60) * 60));
  to = Math.max(USUAL[1], ...shown.map(one => Math.ceil(minutes(end(one)) / 60) * 60));
  grid.style.gridTemplateColumns = `auto repeat(${rooms.length}, minmax(var(--wide), 1fr))`;
  grid.style.gridTemplateRows = `auto repeat(${(to - from) / STEP}, var(--row))`;
  const clashing = new Map();
  for (const one of draft.conflicts.filter(marks)) {
    for (const id of [one.session_id, one.other_id]) if (clashing.get(id) !== "block") clashing.set(id, one.level);
  }
  const cards = shown.map(session => card(session, clashing.get(session.id)));
  lanes(shown, cards);
  fill(grid, [...heads(), ...hours(), ...lines(), ...cards]);
  waiting(clashing);
  wrong();
  for (const [id, many] of [["undo", draft.done], ["redo", draft.undone]]) $(id).disabled = !many.length && !draft.waiting.length;
  for (const link of document.querySelectorAll("[data-day]")) {
    if (link.dataset.day === day.date) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("shift-day").value = day.date;
  if (focused) find(focused)?.focus({ preventScroll: true });
}

// What stays is not touched: a press or the focus on it goes on.
function fill(parent, nodes) {
  const wanted = new Set(nodes);
  for (const old of [...parent.children]) if (!wanted.has(old)) old.remove();
  nodes.forEach((node, n) => { if (parent.children[n] !== node) parent.insertBefore(node, parent.children[n] ?? null); });
}

const column = session => columns?.get(session.room_id) ?? 0;
const find = id => document.querySelector(`.it[data-id="${id}"]`);

function heads() {
  return [tag("div", "", "hd"), ...rooms.map(id => tag("div", room(id), "hd"))].map((head, n) => {
    head.style.gridArea = `1 / ${n + 1}`;
    return head;
  });
}

function hours() {
  return Array.from({ length: (to - from) / 60 }, (_, n) => {
    const hour = tag("div", time(day.begins + (from + n * 60) * MINUTE), "tm");
    hour.style.gridArea = `${n * 60 / STEP + 2} / 1 / span ${60 / STEP}`;
    return hour;
  });
}

function lines() {
  const across = Array.from({ length: (to - from) / 60 }, (_, n) => [`${n * 60 / STEP + 2} / 2 / auto / -1`, "ln"]);
  const down = rooms.map((_, n) => [`2 / ${n + 2} / -1`, "col"]);
  return [...across, ...down].map(([area, name]) => {
    const line = tag("div", "", name);
    line.style.gridArea = area;
    return line;
  });
}

const kept = new Map();

function card(session, level) {
  const button = kept.get(session.id) ?? blank(session);
  kept.set(session.id, button);
  label(button, session, level);
  if (session.at !== null) put(button, session);
  return button;
}

function blank(session) {
  const button = tag("button");
  button.type = "button";
  button.dataset.id = session.id;
  return button;
}

const labels = new WeakMap();

function label(button, session, level) {
  const track = draft.parts.track.get(session.track_id);
  const state = session.cancelled ? say("cancelled") : session.confirmed ? "" : say("unconfirmed");
  button.className = ["it", track && `t${track.tint}`, level === "block" && "bad", level === "warn" && "warn", session.cancelled && "off", !session.confirmed && "maybe", held?.button === button && "held"].filter(Boolean).join(" ");
  const flags = [level && say("conflict"), state].filter(Boolean).join(" · ");
  const when = session.at === null ? say("minutes", { n: session.minutes }) : span(session);
  const handle = tag("span", "⠿", "hnd");
  handle.setAttribute("aria-hidden", "true");
  const shown = JSON.stringify([title(session), when, flags, session.room_id]);
  if (labels.get(button) === shown) return;
  labels.set(button, shown);
  const where = tag("span", session.at === null ? "" : ` ${room(session.room_id)}`, "vh");
  button.replaceChildren(tag("b", `${level ? "⚠\u00a0" : ""}${title(session)} `), tag("span", [when, flags].filter(Boolean).join(" · ")), where, handle);
}

function put(button, session) {
  const row = Math.floor(((session.at - day.begins) / MINUTE - from) / STEP) + 2;
  button.style.gridArea = `${row} / ${columns.get(session.room_id) ?? columns.get(null)} / span ${Math.max(1, Math.ceil(session.minutes / STEP))}`;
}

// Sessions of one room at one time stand side by side.
function lanes(sessions, cards) {
  for (const id of rooms) {
    let group = [], last = -Infinity;
    const spread = () => {
      const ends = [];
      const taken = group.map(n => {
        const free = ends.findIndex(until => until <= sessions[n].at);
        const lane = free < 0 ? ends.length : free;
        ends[lane] = end(sessions[n]);
        return lane;
      });
      group.forEach((n, k) => {
        cards[n].style.marginInline = ends.length < 2 ? "" : `${100 * taken[k] / ends.length}% ${100 * (ends.length - taken[k] - 1) / ends.length}%`;
      });
      group = [];
    };
    sessions.forEach((session, n) => {
      if ((columns.has(session.room_id) ? session.room_id : null) !== id) return;
      if (session.at >= last) spread();
      group.push(n);
      last = Math.max(last, end(session));
    });
    spread();
  }
}

const bare = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function waiting(clashing) {
  const words = bare($("q").value).split(/\s+/).filter(Boolean);
  const found = [...draft.now.values()].filter(one => one.at === null && words.every(word => bare(title(one)).includes(word)));
  const items = found.slice(0, MOST_UNPLACED).map(session => {
    const button = card(session, clashing.get(session.id));
    button.removeAttribute("style");
    if (button.parentNode?.parentNode === list) return button.parentNode;
    const item = tag("li");
    item.append(button);
    return item;
  });
  if (!found.length) items.push(tag("li", say(words.length ? "none" : "all_placed"), "soft"));
  if (found.length > MOST_UNPLACED) items.push(tag("li", say("more", { n: found.length - MOST_UNPLACED }), "soft"));
  fill(list, items);
}

function wrong() {
  const items = draft.conflicts.slice(0, MOST_LISTED).map(one => {
    const item = tag("li", `${one.said} `, one.level === "block" ? "bad" : "");
    const link = tag("a", say("shown"));
    link.href = `#${one.session_id}`;
    link.dataset.session = one.session_id;
    link.setAttribute("aria-label", `${say("shown")} ${one.said}`);
    item.append(link);
    return item;
  });
  if (!items.length) items.push(tag("li", say("no_conflicts"), "soft"));
  if (draft.conflicts.length > MOST_LISTED) items.push(tag("li", say("more", { n: draft.conflicts.length - MOST_LISTED }), "soft"));
  $("conflicts").replaceChildren(...items);
}

function show(id) {
  const session = draft.now.get(id);
  const its = session && session.at !== null && days.find(one => one.begins <= session.at && session.at < one.ends);
  if (its && its !== day) turn(its);
  const button = find(id);
  button?.scrollIntoView({ block: "center", inline: "center" });
  button?.focus();
}

function turn(to) {
  day = to;
  const address = new URL(location);
  address.searchParams.set("day", day.date);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
  render();
}

/* A session in the hand: of a pointer or of the keyboard */

function lift(button, pointer) {
  const session = draft.now.get(button.dataset.id);
  held = { session, button, pointer, at: { room_id: session.room_id, at: session.at, minutes: session.minutes }, seen: draft.edited.get(session.id) ?? 0 };
  if (session.at === null) {
    held.from = button;
    held.button = blank(session);
    label(held.button, session);
    grid.append(held.button);
    if (!pointer) preview({ ...held.at, at: day.begins + USUAL[0] * MINUTE, room_id: rooms[0] });
    else held.button.hidden = true;
  }
  held.button.classList.add("held");
  document.body.classList.add("holding");
  shade(session);
}

// The times at which a room, or somebody of the session, is not available; people away together are named together.
function shade(session) {
  const gaps = new Map();
  for (const [id, name, open] of draft.closed(session)) {
    const area = id === null ? ["2", "-1"] : [`${columns.get(id)}`, "auto"];
    for (const [begins, ends] of between(open)) {
      const key = [Math.ceil((begins - from) / STEP) + 2, area[0], Math.floor((ends - from) / STEP) + 2, area[1]].join(" / ");
      gaps.set(key, [...gaps.get(key) ?? [], ...(id === null ? [name] : [])]);
    }
  }
  held.shades = [...gaps].map(([area, names]) => {
    const shadow = tag("div", names.join(", "), "shade");
    shadow.style.gridArea = area;
    return shadow;
  });
  grid.append(...held.shades);
}

// What of the day as it is shown lies between spans of time, in minutes.
function between(spans) {
  const edges = spans.map(span => span.map(at => clamp((at - day.begins) / MINUTE, from, to))).sort((one, other) => one[0] - other[0]);
  const gaps = [];
  let free = from;
  for (const [begins, ends] of [...edges, [to, to]]) {
    if (begins > free) gaps.push([free, begins]);
    free = Math.max(free, ends);
  }
  return gaps;
}

function preview(at) {
  held.at = at;
  const session = { ...held.session, ...at };
  held.button.hidden = session.at === null;
  if (session.at === null) return announce(say("unplaced", { title: title(session) }));
  const found = clashes(session);
  put(held.button, session);
  held.button.style.marginInline = "";
  label(held.button, session, found.some(one => one.level === "block") ? "block" : found.length ? "warn" : "");
  announce([place(session), ...found.map(one => one.said)].join(". "), found.length > 0);
}

function release(stored) {
  const { session, at, seen, button, from: origin, shades } = held;
  held = undefined;
  document.body.classList.remove("holding");
  for (const shadow of shades) shadow.remove();
  if (origin) button.remove();
  button.hidden = false;
  const moved = ["room_id", "at", "minutes"].some(name => at[name] !== session[name]);
  if (stored && moved) commit(session, at, seen);
  else {
    render();
    announce(say("left", { title: title(session) }));
  }
  find(session.id)?.focus();
}

function commit(session, at, seen) {
  draft.place(session.id, at, seen);
  render();
  const after = { ...session, ...at };
  announce(at.at === null ? say("unplaced", { title: title(session) }) : say("placed", { title: title(session), place: place(after) }));
}

/* By pointer: a mouse and a pen drag the whole card, a finger its handle, so that the card still scrolls */

let pressed;

document.addEventListener("pointerdown", event => {
  const button = event.target.closest?.(".it");
  if (!button || event.button || held) return;
  if (event.pointerType === "touch" && !event.target.closest(".hnd")) return;
  const edges = button.getBoundingClientRect();
  const inGrid = grid.contains(button);
  pressed = {
    button, id: event.pointerId, x: event.clientX, y: event.clientY,
    below: inGrid ? event.clientY - edges.top : 12,
    resize: inGrid && event.pointerType !== "touch" && edges.bottom - event.clientY < 8,
  };
});

document.addEventListener("pointermove", event => {
  if (!pressed || event.pointerId !== pressed.id) return;
  if (!held) {
    if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < FAR) return;
    lift(pressed.button, true);
    document.documentElement.setPointerCapture(event.pointerId);
  }
  event.preventDefault();
  const at = target(event);
  if (Object.keys(at).some(name => at[name] !== held.at[name])) preview(at);
  follow(event);
});

function target({ clientX, clientY }) {
  const { session } = held;
  const aside = list.getBoundingClientRect();
  const inside = (edges, x, y) => x >= edges.left && x <= edges.right && y >= edges.top && y <= edges.bottom;
  if (!pressed.resize && inside(aside, clientX, clientY)) return { room_id: null, at: null, minutes: session.minutes };
  const top = grid.querySelector(".tm").getBoundingClientRect().top;
  const row = grid.querySelector(".tm").getBoundingClientRect().height / (60 / STEP);
  const minutes = y => from + Math.round((y - top) / row) * STEP;
  if (pressed.resize) {
    const begins = (session.at - day.begins) / MINUTE;
    return { room_id: session.room_id, at: session.at, minutes: clamp(minutes(clientY) - begins, STEP, to - begins) };
  }
  const heads = [...grid.querySelectorAll(".hd")].slice(1);
  const over = heads.findIndex(head => clientX < head.getBoundingClientRect().right);
  const begins = clamp(minutes(clientY - pressed.below), from, Math.max(from, to - session.minutes));
  return { room_id: rooms.at(over), at: day.begins + begins * MINUTE, minutes: session.minutes };
}

function follow({ clientX, clientY }) {
  const edges = box.getBoundingClientRect();
  const push = (value, low, high) => value > high - EDGE ? 12 : value < low + EDGE ? -12 : 0;
  if (clientX < edges.right && clientY < edges.bottom) box.scrollBy(push(clientX, edges.left, edges.right), push(clientY, edges.top, edges.bottom));
}

function letGo(stored) {
  pressed = undefined;
  if (!held?.pointer) return;
  document.addEventListener("click", swallow, true);
  setTimeout(() => document.removeEventListener("click", swallow, true));
  release(stored);
}

// The click that ends a drag opens no dialog.
const swallow = event => { event.stopPropagation(); event.preventDefault(); };

document.addEventListener("pointerup", event => { if (event.pointerId === pressed?.id) letGo(true); });
document.addEventListener("pointercancel", event => { if (event.pointerId === pressed?.id) letGo(false); });

/* By keyboard */

const MOVES = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

document.addEventListener("keydown", event => {
  if (event.key === "Escape" && held) {
    event.preventDefault();
    return held.pointer ? letGo(false) : release(false);
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.closest("input, select, textarea")) {
    event.preventDefault();
    return event.shiftKey ? draft.redo() : draft.undo();
  }
  const button = event.target.closest?.(".it");
  if (!button || held?.pointer || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") {
    event.preventDefault();
    if (held) return release(true);
    lift(button, false);
    held.button.focus();
    announce(say("grabbed", { title: title(held.session) }));
  } else if (held && event.key === "Enter") {
    event.preventDefault();
    release(true);
  } else if (held && MOVES[event.key]) {
    event.preventDefault();
    step(...MOVES[event.key], event.shiftKey);
  }
});
document.addEventListener("keyup", event => { if (event.key === " " && event.target.closest?.(".it")) event.preventDefault(); });

function step(across, down, length) {
  const { room_id, at, minutes } = held.at;
  if (length) preview({ room_id, at, minutes: Math.max(STEP, minutes + down) });
  else {
    const begins = clamp((at - day.begins) / MINUTE + down, from, Math.max(from, to - minutes));
    preview({ room_id: rooms[clamp(rooms.indexOf(room_id) + across, 0, rooms.length - 1)], at: day.begins + begins * MINUTE, minutes });
  }
  held.button.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("focusout", event => {
  if (held && !held.pointer && event.relatedTarget !== held.button && document.hasFocus()) release(false);
});

/* The dialog: every deed without dragging (WCAG 2.2, 2.5.7) */

let asked;

document.addEventListener("click", event => {
  const button = event.target.closest?.(".it");
  const link = event.target.closest?.("[data-session]");
  const tab = event.target.closest?.("[data-day]");
  if (button && !held) open(button.dataset.id);
  if (link) { event.preventDefault(); show(link.dataset.session); }
  if (tab) { event.preventDefault(); turn(days.find(one => one.date === tab.dataset.day)); }
});

function open(id) {
  const session = draft.now.get(id);
  asked = { session, seen: draft.edited.get(id) ?? 0 };
  const its = session.at === null ? day : days.find(one => one.begins <= session.at && session.at < one.ends) ?? day;
  const fields = form.elements;
  $("dialog-title").textContent = title(session);
  fields.day.value = its.date;
  const options = [["", say("roomless")], ...draft.rooms.map(one => [one.id, one.name])];
  fields.room.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  fields.room.value = session.room_id ?? "";
  fields.start.value = clock.format(session.at ?? day.begins + 300 * MINUTE);
  fields.minutes.value = session.minutes;
  const others = [...draft.now.values()].filter(one => one.at !== null && one.id !== id && one.at >= its.begins && one.at < its.ends);
  others.sort((one, other) => one.at - other.at);
  fields.other.replaceChildren(...others.map(one => new Option(`${time(one.at)} · ${title(one)} · ${room(one.room_id)}`, one.id)));
  for (const part of dialog.querySelectorAll("[data-placed]")) part.hidden = session.at === null;
  const link = dialog.querySelector("[data-session-page]");
  if (link) link.href = link.dataset.sessionPage + id;
  dialog.showModal();
  fields.day.focus();
}

// Days begin at four in the morning: what is earlier on the clock is in the night that follows.
const instant = (date, text) => {
  const [hours, minutes] = text.split(":").map(Number);
  return days.find(one => one.date === date).begins + ((hours * 60 + minutes + 1200) % 1440) * MINUTE;
};

form.addEventListener("submit", event => {
  event.preventDefault();
  const { session, seen } = asked;
  const { day: date, room: where, start, minutes, other } = form.elements;
  const deed = event.submitter?.value;
  dialog.close();
  if (deed === "swap") draft.swap(session.id, other.value);
  else if (deed === "copy") draft.copy(session.id);
  else if (deed === "unplace") commit(session, { room_id: null, at: null, minutes: session.minutes }, seen);
  else {
    const its = days.find(one => one.date === date.value);
    commit(session, { room_id: where.value || null, at: instant(date.value, start.value), minutes: +minutes.value }, seen);
    if (its !== day) turn(its);
  }
});
dialog.querySelector("[value=close]").addEventListener("click", event => { event.preventDefault(); dialog.close(); });
dialog.addEventListener("close", () => find(asked.session.id)?.focus());

$("shift").addEventListener("submit", event => {
  const { day: date, since, minutes, room: where } = event.target.elements;
  const by = +minutes.value.replace("\u2212", "-");
  if (!Number.isInteger(by) || !by) return; // the page comes again, and says what is wrong
  event.preventDefault();
  const until = days.find(one => one.date === date.value).ends;
  draft.shift(instant(date.value, since.value), until, by, where.value ? [where.value] : null);
});

/* What the draft tells */

draft.addEventListener("change", render);
draft.addEventListener("stored", ({ detail: { change, from: which } }) => {
  if (!change || held) return;
  const word = { done: "undone", undone: "redone" }[which] ?? "stored";
  const wrong = draft.conflicts.filter(one => marks(one) && change.edits.some(edit => [one.session_id, one.other_id].includes((edit.after ?? edit.before).content.id)));
  const told = wrong.length ? wrong.map(one => one.said).join(" ") : say("free");
  const done = which ? say(word, { said: change.said }) : `${say(word)} ${change.said}`;
  announce(`${done}. ${told}`, wrong.length > 0);
});
draft.addEventListener("refused", ({ detail }) => announce(say("refused", detail), true));
draft.addEventListener("theirs", ({ detail }) => announce(detail.changes.map(one => `${say("theirs", one)}.`).join(" ")));
draft.addEventListener("waiting", ({ detail }) => {
  $("cut").hidden = false;
  $("cut").textContent = say(detail.signedOut ? "signed_out" : "waiting", { n: draft.waiting.length });
});
draft.addEventListener("back", () => {
  if ($("cut").hidden) return;
  $("cut").hidden = true;
  announce(say("back"));
});
addEventListener("beforeunload", event => { if (draft.waiting.length > 1 || !$("cut").hidden) event.preventDefault(); });

/* Beginning */

grid = tag("div", "", "grid");
box.replaceChildren(grid);
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
$("undo").addEventListener("click", () => draft.undo());
$("redo").addEventListener("click", () => draft.redo());
$("small").addEventListener("change", event => grid.classList.toggle("small", event.target.checked));
$("search").addEventListener("submit", event => event.preventDefault());
$("q").addEventListener("input", render);
render();
document.body.dataset.ready = "1";
draft.run();
