// The scanner: what a volunteer sees and presses.

import { newId, read as readCode, undo as takeBack } from "./door.js";
import { Glance, readKeys } from "./inputs.js";
import { normalise } from "./manifest.js";
import * as store from "./store.js";
import { Link, settle } from "./sync.js";

const element = id => document.getElementById(id);
const words = JSON.parse(element("words").textContent);
const own = element("scanner");
const language = document.documentElement.lang;

const ENROLMENT = "forum.enrolment";
const CHECKING_MS = 150;
const CALM_MS = { pass: 2000, look: 5000, stop: 5000 };
const LOOK = ["already_in", "not_yet", "too_late", "wrong_day", "not_on_list", "waiting"];
const PASS = ["admitted", "left"];
const ICONS = { pass: "✓", look: "!", stop: "✕", idle: "●" };
const NOTES = { pass: [[880, .12]], look: [[520, .12], [520, .12]], stop: [[200, .45]] };
const SHAKES = { pass: 80, look: [80, 60, 80], stop: 300 };

const link = new Link({ version: own.dataset.version.split("/")[2] });
const glance = new Glance();
let camera = null;
const names = new Map(); // who was scanned, while this page is open: names are kept nowhere
let rules = null;
let about = null;
let direction = "in";
let undoable;
let panel = "scan";
let settings = { muted: false, sun: false };
let sound = null;

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
const say = (word, values = {}) => word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const pick = text => text?.[language] ?? Object.values(text ?? {})[0] ?? "";
const gateName = slug => pick(rules?.rules.gates[slug]?.name) || slug;

function hour(instant) {
  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: about?.timezone };
  return new Date(instant).toLocaleTimeString(language, style);
}

const placed = ({ at, gate }) => gate ? say(words.at_gate, { time: hour(at), gate: gateName(gate) }) : hour(at);

/* Verdict: colour, icon, word, sound and vibration, so that none is needed alone */
let calm;
function verdict(kind, word, who = "", detail = "") {
  clearTimeout(calm);
  document.body.dataset.verdict = kind;
  element("icon").textContent = ICONS[kind];
  element("verdict").textContent = word;
  element("who").textContent = who;
  element("detail").textContent = detail;
  if (kind === "idle") return;
  beep(kind);
  navigator.vibrate?.(SHAKES[kind]);
  calm = setTimeout(() => { document.body.dataset.verdict = "idle"; }, CALM_MS[kind]);
}

function beep(kind) {
  if (settings.muted || !sound) return;
  let at = sound.currentTime;
  for (const [hertz, seconds] of NOTES[kind]) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = hertz;
    tone.type = kind === "stop" ? "square" : "sine";
    volume.gain.setValueAtTime(.4, at);
    volume.gain.exponentialRampToValueAtTime(.001, at + seconds);
    tone.connect(volume).connect(sound.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + .08;
  }
}

const kindOf = (outcome, unsure) =>
  PASS.includes(outcome) ? "pass" : LOOK.includes(outcome) || unsure ? "look" : "stop";

function showOutcome({ scan, name, answer }) {
  const { outcome } = answer ?? scan;
  const unsure = !answer && scan.unsure;
  const person = answer?.name ?? (name ? [name.g, name.f].filter(Boolean).join(" ") : "");
  const category = answer?.category ?? pick(rules?.categories?.[scan.category]);
  const who = [person, category].filter(Boolean).join(" · ");
  names.set(scan.id, who);
  const before = answer ? answer.at && answer : scan.earlier;
  const help = unsure ? (rules ? words.unsure_help : words.no_rules) : before ? placed(before) : "";
  const detail = [help, answer ? "" : words.alone].filter(Boolean).join(" · ");
  verdict(kindOf(outcome, unsure), unsure ? words.unsure : words[outcome] ?? words.refused, who, detail);
}

/* One reading after the other, wherever from */
function read(raw) {
  const code = normalise(raw);
  if (!link.device || link.revoked || !code || !glance.fresh(code, performance.now())) return link.turn;
  if (panel === "prepare") {
    element("tested").textContent = words.tested;
    return link.turn;
  }
  show("scan");
  const began_at = performance.now();
  return inTurn(() => judge(code, began_at));
}

function inTurn(act) {
  link.turn = link.turn.then(() => link.device && !link.revoked ? act() : null).catch(notKept);
  return link.turn;
}

function moment() {
  const { clock, device } = link;
  return { at: clock.now(), wall: clock.wall(), offset_ms: clock.offset_ms, edition: device.edition_id };
}

async function judge(code, began_at) {
  const patience = setTimeout(() => verdict("idle", words.checking), CHECKING_MS);
  try {
    await link.look();
    const alone = !link.reachable;
    const kept = await readCode(code, { rules, gate: link.device.gate, direction, alone, ...moment() });
    const settled = await settle(link, kept);
    clearTimeout(patience);
    if (!link.revoked) showOutcome(settled);
    offerUndo(settled.scan.id);
    performance.measure("verdict", { start: began_at });
    performance.clearMeasures("verdict");
    glance.touch(performance.now());
    refresh();
    return settled;
  } finally {
    clearTimeout(patience);
  }
}

function notKept(error) {
  console.error(error);
  glance.forget();
  verdict("stop", words.not_kept, "", words.not_kept_help);
}

async function undo(id) {
  await link.look();
  const scan = await takeBack(id, moment());
  if (!scan) return;
  glance.forget();
  if (!link.revoked) verdict("idle", words.undone, names.get(id));
  link.due.scans = 0;
  link.work();
  await refresh();
}

async function refresh() {
  const [counters, waiting, last, clashes] = await Promise.all([
    store.get("counters"), store.waiting(), store.lastScans(), store.conflicts(),
  ]);
  rules = await store.get("rules") ?? null;
  about = await store.get("about") ?? null;
  document.body.dataset.tickets = rules?.count ?? "";
  document.body.dataset.net = link.reachable ? "on" : "off";
  setText("net", link.reachable ? words.connected : words.cut);
  showDevice();
  const numbers = counters?.[rules?.rules.gates[link.device?.gate]?.check_in_list] ?? {};
  for (const name of ["entered", "inside", "expected"]) setText(`n-${name}`, numbers[name] ?? "–");
  setText("n-waiting", waiting);
  showLast(last);
  showClashes(clashes);
}

function setText(id, text) {
  const found = element(id);
  if (found.textContent !== String(text)) found.textContent = text;
}

function showDevice() {
  const { device } = link;
  element("enrol").hidden = Boolean(device) || link.revoked;
  element("door").hidden = !device || link.revoked;
  setText("device", device ? `${device.name} · ${gateName(device.gate)}` : "");
  if (!device) return;
  const gates = device.gates?.length ? device.gates : [device.gate];
  const select = element("gate");
  const shown = gates.map(gateName).join("\n");
  if (select.dataset.shown !== shown) select.replaceChildren(...gates.map(slug => new Option(gateName(slug), slug)));
  select.dataset.shown = shown;
  select.value = device.gate;
  select.disabled = gates.length < 2;
  const ways = rules?.rules.gates[device.gate]?.directions ?? "in";
  element("directions").hidden = ways !== "both";
  setDirection(ways === "both" ? direction : ways);
  showRights(device);
}

function setDirection(way) {
  direction = way;
  element("go-in").setAttribute("aria-pressed", way === "in");
  element("go-out").setAttribute("aria-pressed", way === "out");
}

function offerUndo(id) {
  undoable = id;
  element("undo").disabled = !id;
}

function showLast(scans) {
  offerUndo(scans.find(one => !one.undone)?.id);
  const rows = scans.map(one => {
    const kind = kindOf(one.outcome, one.unsure);
    const row = make("li");
    const way = one.direction === "out" ? words.out : words.in;
    const what = [hour(one.at), words[one.outcome] ?? words.refused, who(one)].filter(Boolean).join(" · ");
    const text = make("p", { textContent: `${what} · ${gateName(one.gate)}, ${way}` });
    row.append(make("span", { textContent: ICONS[kind], ariaHidden: "true" }), text);
    if (one.undone) {
      text.className = "gone";
      row.append(words.undone);
    } else row.append(button(words.undo, say(words.undo_this, { what }), () => inTurn(() => undo(one.id))));
    return row;
  });
  element("last").replaceChildren(...rows.length ? rows : [make("li", { textContent: words.nothing_yet })]);
}

const who = scan => names.get(scan.id) || pick(rules?.categories?.[scan.category]);

function button(text, label, act) {
  const made = make("button", { type: "button", textContent: text, ariaLabel: label });
  made.addEventListener("click", act);
  return made;
}

function showClashes(clashes) {
  element("clashes").hidden = !clashes.length;
  element("clash-list").replaceChildren(...clashes.map(one => {
    const row = make("li");
    const what = [placed(one), who(one), words[one.conflict] ?? one.conflict].filter(Boolean).join(" · ");
    row.append(
      make("p", { textContent: what }),
      button(words.seen, `${words.seen} : ${what}`, async () => {
        await store.acknowledge(one.id);
        await refresh();
      }),
    );
    return row;
  }));
}

function show(name) {
  if (panel === name) return;
  panel = name;
  for (const each of document.querySelectorAll("nav [data-panel]")) {
    const here = each.dataset.panel === name;
    element(`panel-${each.dataset.panel}`).hidden = !here;
    if (here) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  if (name === "prepare") prepare();
}

async function prepare() {
  const { show } = await import("./prepare.js");
  await show(link, [own.src, own.dataset.reader, own.dataset.wasm, "/scan"], { words: words.prepare, element, make, say, hour });
}

/* Lists and help desk: a module of their own */
let desk;
function showRights(device) {
  const may = device.may_search || device.may_desk || device.may_evacuate;
  document.querySelector("nav [data-panel=desk]").hidden = !may;
  if (!may || desk) return;
  desk = import("./desk.js").then(module => module.start({
    api: (method, path, body, options) => link.call(method, path, body, options),
    store, device: () => link.device, panel: element("panel-desk"),
    scan: reference => { glance.forget(); return read(reference); },
  })).catch(() => { desk = null; });
}

// A code whose answer was lost goes again with the same key, even after a reload.
function enrolmentKey(code) {
  const kept = JSON.parse(sessionStorage.getItem(ENROLMENT) ?? "null");
  if (kept?.code === code) return kept.key;
  const key = newId();
  sessionStorage.setItem(ENROLMENT, JSON.stringify({ code, key }));
  return key;
}

async function enrol(code) {
  setText("enrol-error", "");
  try {
    if (!await link.enrol(code, enrolmentKey(code))) {
      setText("enrol-error", words.wrong_code);
      return;
    }
  } catch {
    setText("enrol-error", words.no_server);
    return;
  }
  sessionStorage.removeItem(ENROLMENT);
  await link.hurry();
  setText("leaving", "");
  element("leaving").hidden = true;
  navigator.storage?.persist?.();
  await refresh();
  element("start").focus({ preventScroll: true });
}

// A code in the address is used at once, and leaves it.
async function takeOffer() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  element("enrol-code").value = code;
  await enrol(code);
}

function ended(word) {
  camera?.stop();
  cameraOff();
  names.clear();
  verdict("idle", words.ready);
  element("leaving").hidden = !word;
  setText("leaving", word);
}

link.addEventListener("changed", refresh);
link.addEventListener("moved", () => verdict("look", words.moved, gateName(link.device.gate)));
link.addEventListener("clashes", ({ detail }) => {
  for (const { id, answer } of detail) if (answer.name) names.set(id, [answer.name, answer.category].filter(Boolean).join(" · "));
  navigator.vibrate?.(SHAKES.look);
});
link.addEventListener("revoked", () => { ended(words.revoked_device); refresh(); });
link.addEventListener("wiped", async () => {
  link.revoked = false;
  sessionStorage.clear();
  ended(words.wiped);
  await stillKept();
});
link.addEventListener("stranger", async () => {
  ended("");
  setText("enrol-error", words.dismissed);
  await stillKept();
});

async function stillKept() {
  setText("kept", await store.waiting() ? words.still_waiting : "");
  await refresh();
}

function cameraOff() {
  element("camera-note").hidden = false;
  element("torch").hidden = true;
  setText("start", words.start);
}

async function startCamera() {
  sound ??= new AudioContext();
  sound.resume();
  if (camera?.stream) {
    camera.stop();
    cameraOff();
    return;
  }
  try {
    const { Camera } = await import("./camera.js");
    camera ??= new Camera(element("video"), own.dataset, glance);
    await camera.start(read);
  } catch (error) {
    cameraOff();
    setText("camera-note", error.name === "NoCamera" ? words.no_camera : words.no_reader);
    return;
  }
  element("camera-note").hidden = true;
  element("torch").hidden = !camera.hasTorch;
  setText("start", words.stop);
}

/* A new version waits until somebody asks for it */
async function keepPage() {
  if (!navigator.serviceWorker) return;
  const kept = await navigator.serviceWorker.register("/scan-worker.js", { scope: "/scan" });
  const offer = () => { element("update").hidden = !(kept.waiting && navigator.serviceWorker.controller); };
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", offer));
  offer();
  element("renew").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    kept.waiting?.postMessage("take over");
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) kept.update().catch(() => {}); });
}

function toggle(id, name, change) {
  const apply = on => {
    element(id).setAttribute("aria-pressed", on);
    change?.(on);
  };
  apply(settings[name]);
  element(id).addEventListener("click", () => {
    settings = { ...settings, [name]: !settings[name] };
    store.put("settings", settings);
    apply(settings[name]);
  });
}

element("enrol").addEventListener("submit", event => {
  event.preventDefault();
  enrol(element("enrol-code").value.trim());
});
element("typed").addEventListener("submit", event => {
  event.preventDefault();
  const code = element("code").value;
  element("code").value = "";
  glance.forget();
  read(code);
});
readKeys(window, token => {
  element("code").value = "";
  read(token);
});
element("start").addEventListener("click", startCamera);
element("undo").addEventListener("click", () => {
  const id = undoable;
  inTurn(() => undo(id));
});
element("go-in").addEventListener("click", () => { setDirection("in"); glance.forget(); });
element("go-out").addEventListener("click", () => { setDirection("out"); glance.forget(); });
element("gate").addEventListener("change", event => { glance.forget(); link.stand(event.target.value); });
element("check-again").addEventListener("click", async () => { await link.hurry(); await prepare(); });
element("torch").addEventListener("click", ({ currentTarget }) => {
  const on = currentTarget.getAttribute("aria-pressed") !== "true";
  currentTarget.setAttribute("aria-pressed", on);
  camera?.torch(on);
});
document.querySelector("nav").addEventListener("click", event => {
  const { panel: name } = event.target.closest("button")?.dataset ?? {};
  if (name) show(name);
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) camera?.keepAwake(); });

await link.open();
settings = { ...settings, ...await store.get("settings") };
toggle("mute", "muted");
toggle("sun", "sun", on => { document.documentElement.dataset.sun = on ? "yes" : "no"; });
await refresh();
addEventListener("hashchange", takeOffer);
await takeOffer();
link.start();
document.body.dataset.ready = "yes";
keepPage().catch(error => console.error(error));
