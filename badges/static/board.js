// The board of the doors moves by itself: numbers come as server-sent events, over fetch, because
// that tells a refusal from a lost network and hears the heartbeat. Where no stream is to be had the
// numbers are asked for every few seconds. Words, curves and bars are made by the server: a part
// whose numbers changed is taken out of the page, asked for again, every five seconds at most.
const SILENCE_MS = 40_000; // the server says something every 15 s
const POLL_MS = 4000;
const PARTS_MS = 5000;
const GRACE_MS = 8000;
const SAID_MS = 60_000;

const { board: address, told } = document.querySelector("[data-board]").dataset;
const said = document.querySelector("[data-said]");
const lost = document.querySelector("[data-lost]");
const clock = document.querySelector("[data-clock]");
const wall = document.body.classList.contains("wall");
const language = document.documentElement.lang;
const wallClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock });
const pause = ms => new Promise(done => setTimeout(done, ms));

let heardAt = Date.now();
let connected = false;
let saidAt = Date.now();
let before;
let partsAt = 0;
let partsAsked;

/** Returns an instant as the server writes it: `9 h 05`, `09:05`. */
function time(at) {
  const [hour, minute] = wallClock.format(at).split(":");
  if (language !== "fr") return `${hour}:${minute}`;
  return `${Number(hour)}\u00a0h${minute === "00" ? "" : `\u00a0${minute}`}`;
}

/** Returns the number at `inside`, `last.entered` or `gates/main/entries`; undefined where there is none. */
function number(counters, path) {
  const [list, name, field] = path.split("/");
  if (field) return counters[list].find(one => (one.slug ?? one.code) === name)?.[field];
  return path.split(".").reduce((value, key) => value?.[key], counters);
}

function show(counters, id) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const text = String(number(counters, place.dataset.count) ?? "–");
    if (place.textContent !== text) place.textContent = text;
  }
  if (said && before && before.inside !== counters.inside && Date.now() - saidAt >= SAID_MS) {
    saidAt = Date.now();
    said.textContent = said.dataset.said.replace("{n}", counters.inside);
  }
  const parts = [...document.querySelectorAll("[data-part]")].map(part => part.dataset.part);
  if (before ? parts.some(part => shape(before, part) !== shape(counters, part)) : id !== told) askParts();
  before = counters;
}

/** Returns what the server must show anew when it changes: of tables only which lines there are. */
function shape(counters, part) {
  const lines = counters[part];
  return JSON.stringify(part === "gates" || part === "categories" ? lines.map(one => [one.slug ?? one.code, one.name]) : lines);
}

function askParts() {
  partsAsked ??= setTimeout(takeParts, Math.max(0, partsAt + PARTS_MS - Date.now()));
}

async function takeParts() {
  partsAsked = undefined;
  partsAt = Date.now();
  try {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const mine of document.querySelectorAll("[data-part]")) {
      const theirs = page.getElementById(mine.id);
      if (!theirs || mine.contains(document.activeElement) || mine.innerHTML === theirs.innerHTML) continue;
      theirs.querySelectorAll("details").forEach((one, n) => { one.open = mine.querySelectorAll("details")[n]?.open; });
      mine.replaceWith(document.adoptNode(theirs));
    }
  } catch {
    // The network is away: the next change asks again.
  }
}

function heard() {
  heardAt = Date.now();
}

/** Reads the stream to its end; returns how long to wait for the next one, in ms. */
async function listen() {
  const stop = new AbortController();
  let silence = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const answer = await fetch(`${address}/stream`, { headers: { accept: "text/event-stream" }, cache: "no-store", signal: stop.signal });
    if (!answer.ok) return 1000 * (Number(answer.headers.get("retry-after")) || 10);
    connected = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ;) {
      const { done, value } = await reader.read();
      if (done) return POLL_MS;
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      heard();
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events) {
        const { id, data } = Object.fromEntries(event.split("\n").map(line => line.split(/: (.*)/s)));
        if (data) show(JSON.parse(data), id);
      }
    }
  } catch {
    return 0;
  } finally {
    clearTimeout(silence);
    connected = false;
  }
}

async function poll() {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return;
    show(await answer.json());
    heard();
  } catch {
    // Told below, once it lasts.
  }
}

async function watch() {
  for (;;) {
    const again = Date.now() + await listen();
    do {
      await pause(POLL_MS / 2 * (1 + Math.random())); // not all at once after a restart
      await poll();
    } while (Date.now() < again);
  }
}

function tick() {
  clock.textContent = time(wall ? Date.now() : heardAt);
  const gone = !connected && Date.now() - heardAt > GRACE_MS;
  const text = gone ? `${lost.dataset.lost} ${time(heardAt)}` : "";
  if (lost.textContent !== text) lost.textContent = text;
  lost.hidden = !gone;
}

setInterval(tick, 1000);
watch();
