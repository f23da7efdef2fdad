// The scanner at the doors: camera, keyboard scanner or typed code, posted at once; nothing is
// green without the server's answer. A scan without an answer keeps its id and can be sent again.

const element = id => document.getElementById(id);
const words = JSON.parse(element("words").textContent);
const vendor = element("scanner").dataset;

const TOKEN = /[A-Z2-7]{122}$/;
const DEVICE = "forum.device";
const ENROLMENT = "forum.enrolment";
const SAME_CODE_MS = 2500;
const ANSWER_MS = 8000;
const FRAME_MS = 120;
const PATIENCE_MS = 300;
const LOOK = ["already_in", "not_yet", "too_late", "wrong_day", "not_on_list", "waiting"];
const PASS = ["admitted", "left"];
const ICONS = { pass: "✓", look: "!", stop: "✕", idle: "●" };

let device = JSON.parse(localStorage.getItem(DEVICE) || "null");
let pending = null;
let sending = false;
let muted = false;
let sound = null;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 0x0f | 0x40;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// Answers {status, body}; throws where no answer of ours came (network cut, captive portal, timeout).
async function post(address, body, { token, key } = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ANSWER_MS);
  try {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = "Bearer " + token;
    if (key) headers["Idempotency-Key"] = key;
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal: limit.signal });
    if (!/\bjson\b/.test(answer.headers.get("content-type") || "")) throw new Error("not our server");
    return { status: answer.status, body: await answer.json() };
  } finally {
    clearTimeout(timer);
  }
}

/* Enrolment */
function showDevice() {
  element("enrol").hidden = Boolean(device);
  element("door").hidden = !device;
  element("device").textContent = device ? device.name + " · " + device.gate : "";
}

// A code works once: where its answer was lost, the same code goes again with the same key, even
// after a reload, and gets the same answer.
function enrolmentKey(code) {
  const kept = JSON.parse(sessionStorage.getItem(ENROLMENT) || "null");
  if (kept?.code === code) return kept.key;
  const key = newId();
  sessionStorage.setItem(ENROLMENT, JSON.stringify({ code, key }));
  return key;
}

async function enrol(code) {
  element("enrol-error").textContent = "";
  let answer;
  try {
    answer = await post("/api/devices", { code }, { key: enrolmentKey(code) });
  } catch {
    element("enrol-error").textContent = words.no_server;
    return;
  }
  if (answer.status !== 201) {
    element("enrol-error").textContent = answer.status < 500 ? words.wrong_code : words.no_server;
    return;
  }
  device = { token: answer.body.token, name: answer.body.device.name, gate: answer.body.device.gate };
  localStorage.setItem(DEVICE, JSON.stringify(device));
  sessionStorage.removeItem(ENROLMENT);
  showDevice();
  element("start").focus();
}

function dismiss() {
  localStorage.removeItem(DEVICE);
  device = null;
  stopCamera();
  verdict("idle", words.ready);
  showDevice();
  element("enrol-error").textContent = words.dismissed;
}

/* Verdict: colour, icon, word, sound and vibration, so that none is needed alone */
let calm;
function verdict(kind, word, who = "", detail = "") {
  clearTimeout(calm);
  document.body.dataset.verdict = kind;
  element("icon").textContent = ICONS[kind];
  element("verdict").textContent = word;
  element("who").textContent = who;
  element("detail").textContent = detail;
  element("again").hidden = !(pending && !sending);
  if (kind === "idle") return;
  beep(kind);
  navigator.vibrate?.({ pass: 80, look: [80, 60, 80], stop: 300 }[kind]);
  if (!pending) calm = setTimeout(() => { document.body.dataset.verdict = "idle"; }, kind === "pass" ? 2000 : 5000);
}

function beep(kind) {
  if (muted || !sound) return;
  const notes = { pass: [[880, .12]], look: [[520, .12], [520, .12]], stop: [[200, .45]] }[kind];
  let at = sound.currentTime;
  for (const [hertz, seconds] of notes) {
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

function showOutcome(outcome) {
  const kind = PASS.includes(outcome.outcome) ? "pass" : LOOK.includes(outcome.outcome) ? "look" : "stop";
  const who = [outcome.name, outcome.category].filter(Boolean).join(" · ");
  verdict(kind, words[outcome.outcome] || words.refused, who, place(outcome));
}

function place({ at, gate }) {
  if (!at) return "";
  const time = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return gate ? words.at_gate.replace("{time}", time).replace("{gate}", gate) : time;
}

/* One path for the three inputs */
let last = { code: "", at: 0 };
let inView = ""; // in the camera's last picture: still there, however slowly this phone looks
function codeOf(raw) {
  const text = raw.trim().toUpperCase().replace(/\s+/g, "");
  return TOKEN.exec(text)?.[0] || text;
}

function read(raw) {
  const code = codeOf(raw);
  const now = Date.now();
  if (!device || !code || sending) return;
  const stillThere = code === last.code && (code === inView || now - last.at < SAME_CODE_MS);
  last = { code, at: now };
  if (stillThere) return;
  if (pending?.token !== code) {
    pending = { id: newId(), token: code, gate: device.gate, direction: "in", scanned_at: new Date().toISOString() };
  }
  send();
}

async function send() {
  sending = true;
  const patience = setTimeout(() => verdict("idle", words.sending), PATIENCE_MS);
  let answer = null;
  try {
    answer = await post("/api/device/scans", { scans: [pending] }, { token: device.token });
  } catch {
    answer = null;
  }
  clearTimeout(patience);
  sending = false;
  last.at = Date.now();
  if (answer?.status === 401) {
    pending = null;
    dismiss();
    return;
  }
  const outcome = answer?.status === 200 && answer.body.outcomes?.find(one => one.id === pending.id);
  if (outcome) {
    pending = null;
    showOutcome(outcome);
  } else if (answer && answer.status < 500 && answer.status !== 429) {
    pending = null;
    verdict("stop", words.refused, "", answer.body.title || "");
  } else {
    verdict("stop", words.unsent, "", words.unsent_help);
  }
}

/* Keyboard scanners: what was typed is known by its form, never by its speed. A scanner set to a US
   keyboard on an AZERTY host types "&" for 1, so the physical keys (event.code) are read as well. */
let typed = { keys: "", codes: "" };
let pause;
function finishTyped() {
  const token = [typed.keys, typed.codes].map(text => TOKEN.exec(text.toUpperCase())?.[0]).find(Boolean);
  typed = { keys: "", codes: "" };
  if (!token) return false;
  element("code").value = "";
  read(token);
  return true;
}

addEventListener("keydown", event => {
  if (!device || event.ctrlKey || event.altKey || event.metaKey) return;
  clearTimeout(pause);
  if (event.key === "Enter" || event.key === "Tab") {
    if (finishTyped()) event.preventDefault();
    return;
  }
  if (event.key.length !== 1) return;
  typed.keys += event.key;
  typed.codes += (/^(?:Key|Digit)(.)$/.exec(event.code) || ["", ""])[1];
  pause = setTimeout(finishTyped, 1000);
}, true);

/* Camera */
let stream = null;
let awake = null;

async function nativeReader() {
  if (!window.BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async video => (await detector.detect(video))[0]?.rawValue;
}

async function ownReader() {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = vendor.reader;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  const reader = window.ZXingWASM;
  await reader.prepareZXingModule({ overrides: { locateFile: () => vendor.wasm }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async video => {
    const side = Math.min(video.videoWidth, video.videoHeight);
    const size = canvas.width = canvas.height = Math.min(side, 720);
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, size, size);
    const found = await reader.readBarcodes(context.getImageData(0, 0, size, size), { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
    return found[0]?.text;
  };
}

async function startCamera() {
  sound ||= new AudioContext();
  sound.resume();
  stopCamera();
  const note = element("camera-note");
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch {
    note.textContent = words.no_camera;
    return;
  }
  const mine = stream;
  const video = element("video");
  video.srcObject = stream;
  await video.play();
  let decode;
  try {
    decode = await nativeReader() || await ownReader();
  } catch {
    stopCamera();
    note.textContent = words.no_reader;
    return;
  }
  note.hidden = true;
  element("torch").hidden = !mine.getVideoTracks()[0].getCapabilities?.().torch;
  keepAwake();
  while (stream === mine) {
    if (document.hidden) inView = "";
    else if (!sending && video.readyState >= 2) {
      const code = await decode(video).catch(() => null);
      if (code) read(code);
      inView = code ? codeOf(code) : "";
    }
    await new Promise(resolve => setTimeout(resolve, FRAME_MS));
  }
}

function stopCamera() {
  stream?.getTracks().forEach(track => track.stop());
  stream = null;
  inView = "";
  element("camera-note").hidden = false;
  element("torch").hidden = true;
}

async function keepAwake() {
  if (!stream || awake || !navigator.wakeLock) return;
  try {
    awake = await navigator.wakeLock.request("screen");
    awake.onrelease = () => { awake = null; };
  } catch {
    awake = null; // the phone saves its battery: the screen may sleep, scanning goes on
  }
}

/* Start */
function toggle(button, change) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  change(on);
}

element("enrol").addEventListener("submit", event => {
  event.preventDefault();
  enrol(element("enrol-code").value.trim());
});
element("typed").addEventListener("submit", event => {
  event.preventDefault();
  const code = element("code").value;
  element("code").value = "";
  last.code = "";
  read(code);
});
element("again").addEventListener("click", send);
element("start").addEventListener("click", startCamera);
element("mute").addEventListener("click", event => toggle(event.target, on => { muted = on; }));
element("torch").addEventListener("click", event => toggle(event.target, on => {
  stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
}));
document.addEventListener("visibilitychange", () => { if (!document.hidden) keepAwake(); });

showDevice();
const offered = new URLSearchParams(location.hash.slice(1)).get("code");
if (offered) {
  history.replaceState(null, "", location.pathname + location.search);
  device = null;
  showDevice();
  element("enrol-code").value = offered;
  enrol(offered);
}
document.body.dataset.ready = "yes";
