// "Prepare this phone": what must be here before the doors open, each with whether it is, and else the mend.

import * as store from "./store.js";

const LOW_PERCENT = 40;
const OFF_MS = 2000;
const FRESH_MS = 10 * 60_000;

const MARKS = { true: "✓", false: "✕", null: "?" };

export async function show(link, files, { words, element, make, say, hour }) {
  const colon = document.documentElement.lang === "fr" ? "\u00a0:" : ":";
  const found = await checks(link, files);
  element("checks").replaceChildren(...found.map(({ name, good, say: word, values }) => {
    const row = make("li");
    row.dataset.check = name;
    row.dataset.good = good;
    const time = values.time && hour(values.time);
    const text = `${words[name]}${colon} ${say(words[word], { ...values, time })}`;
    row.append(make("span", { textContent: MARKS[good], ariaHidden: "true" }), make("p", { textContent: text }));
    return row;
  }));
  element("prepared").textContent = found.some(one => one.good === false) ? words.not_ready : words.ready;
}

// Each check: {name, good, say, values}; `good` null is "look yourself". `say` is a word of the page.
async function checks(link, files) {
  const rules = await store.get("rules");
  return Promise.all([
    manifest(rules), keys(rules), assets(files), storage(), camera(), clock(link.clock), battery(), queue(link.held),
  ]);
}

const result = (name, good, state, values = {}) => ({ name, good, say: `${name}_${state}`, values });

function manifest(rules) {
  if (!rules) return result("manifest", false, "mend");
  const old = Date.now() - rules.taken_at > FRESH_MS;
  return result("manifest", old ? null : true, "ok", { count: rules.count, time: rules.taken_at });
}

async function keys(rules) {
  if (!rules || !Object.keys(rules.keys ?? {}).length) return result("keys", false, "mend");
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return result("keys", true, "ok");
  } catch {
    return result("keys", true, "weak");
  }
}

async function assets(files) {
  const kept = navigator.serviceWorker?.controller && await Promise.all(files.map(file => caches.match(file)));
  return result("assets", Boolean(kept?.every(Boolean)), kept?.every(Boolean) ? "ok" : "mend");
}

async function storage() {
  const kept = await navigator.storage?.persist?.().catch(() => false);
  return result("storage", kept ? true : null, kept ? "ok" : "mend");
}

async function camera() {
  const devices = await navigator.mediaDevices?.enumerateDevices?.().catch(() => []);
  const state = await navigator.permissions?.query({ name: "camera" }).then(one => one.state, () => "prompt");
  const there = devices?.some(one => one.kind === "videoinput");
  if (there && state === "granted") return result("camera", true, "ok");
  return there && state === "prompt" ? result("camera", null, "ask") : result("camera", false, "mend");
}

function clock({ offset_ms }) {
  if (offset_ms === null) return result("clock", false, "mend");
  const off = Math.abs(offset_ms);
  const seconds = Math.ceil(off / 1000);
  return result("clock", off < OFF_MS ? true : null, off < OFF_MS ? "ok" : "off", { seconds });
}

async function battery() {
  const found = await navigator.getBattery?.().catch(() => null);
  if (!found) return result("battery", null, "unknown");
  const percent = Math.round(found.level * 100);
  const good = found.charging || percent >= LOW_PERCENT;
  return result("battery", good, good ? "ok" : "mend", { percent });
}

async function queue(refused) {
  const waiting = await store.all("queue");
  const held = waiting.filter(one => refused.has(one.seq)).length;
  if (held) return result("queue", false, "held", { count: held });
  return result("queue", waiting.length ? null : true, waiting.length ? "waiting" : "ok", { count: waiting.length });
}
