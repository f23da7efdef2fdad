// The phone and the server: scans go, manifest and numbers come. What has no answer of ours (cut, timeout, captive
// portal) is sent again, and nothing counts twice.

import { Clock } from "./clock.js";
import { showAlone, takeAnswers, takeCounters } from "./door.js";
import * as store from "./store.js";

const BATCH = 200;
const ANSWER_MS = 8000;
const PATIENCE_MS = 400;
const MANIFEST_EVERY_MS = 20_000;
const STATE_EVERY_MS = 30_000;
const BEAT_MS = 1000;
const SOONEST_MS = 2000;
const LATEST_MS = 30_000;
const HELD_MS = 600_000;
const NOW = { held: 0, scans: 0, manifest: 0, state: 0 };
const LOCK = "forum scanner";

export class Unreachable extends Error {}
class Dismissed extends Error {}

// Events: changed, clashes (detail: scans), moved (to another gate), revoked, wiped, stranger.
export class Link extends EventTarget {
  constructor({ version }) {
    super();
    this.version = version;
    this.reachable = false;
    this.revoked = false;
    this.closed = false; // revoked, and no verdict is on its way any more
    this.turn = Promise.resolve();
    this.size = BATCH;
    this.asking = new Set();
    this.held = new Set();
    this.last = [];
    this.due = { ...NOW };
    this.pause = 0;
    this.busy = null;
  }

  async open() {
    this.device = await store.get("device") ?? null;
    this.revoked = await store.get("revoked") ?? false;
    this.clock = new Clock(await store.get("clock"));
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  start() {
    const beat = async () => {
      await this.look();
      this.work();
      setTimeout(beat, BEAT_MS);
    };
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.reach(false));
    document.addEventListener("visibilitychange", () => {
      this.clock.slept();
      if (!document.hidden) this.hurry();
    });
    beat();
  }

  async look() {
    if (document.hidden) return this.clock.slept();
    const jump = this.clock.jump();
    if (!jump) return;
    await store.shiftClock(jump, this.clock.kept());
    this.due.state = 0;
  }

  async hurry() {
    await this.busy; // it may hang on a network that is gone
    this.pause = 0;
    this.due = { ...NOW };
    return this.work();
  }

  // Answers {status, body}; throws Unreachable where no answer of ours came.
  async call(method, path, body, { key, patience_ms = ANSWER_MS, token = this.device?.token } = {}) {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const asked_at = performance.now();
    const signal = AbortSignal.timeout(patience_ms);
    let answer;
    try {
      const sent = await fetch(path, { method, headers, signal, cache: "no-store", body: JSON.stringify(body) });
      if (!/\bjson\b/.test(sent.headers.get("content-type") ?? "")) throw new Error("not our server");
      answer = { status: sent.status, body: await sent.json(), asked_at };
      if (answer.status >= 500 || answer.status === 429) throw new Error("not now");
      this.measure(answer.body?.now, sent.headers.get("date"), asked_at);
    } catch (error) {
      this.reach(false);
      throw new Unreachable(error.message);
    }
    this.pause = 0;
    this.reach(true);
    await this.heed(answer, token);
    return answer;
  }

  measure(now, date, asked_at) {
    const [said, extra] = now ? [Date.parse(now), 0] : [Date.parse(date), 500]; // a Date header is of whole seconds
    if (!Number.isNaN(said) && this.clock.measure(said, asked_at, extra)) store.put("clock", this.clock.kept()).catch(() => {});
  }

  reach(there) {
    if (this.reachable === there) return;
    this.reachable = there;
    this.tell("changed");
  }

  async heed({ status, body }, token) {
    if (token !== this.device?.token || !token) return;
    if (body?.revoked || body?.code === "device_revoked") {
      if (this.revoked) return;
      this.revoked = true;
      await store.put("revoked", true);
      this.tell("revoked");
    } else if (status === 401 && body?.code === "unauthenticated") {
      this.device = null;
      await store.put("device", null);
      this.tell("stranger");
    }
  }

  async work() {
    if (this.busy || !this.device || performance.now() < this.pause) return this.busy;
    this.busy = navigator.locks.request(LOCK, () => this.round()).catch(error => this.failed(error));
    try {
      return await this.busy;
    } finally {
      this.busy = null;
    }
  }

  failed(error) {
    if (!(error instanceof Unreachable || error instanceof Dismissed)) console.error(error);
    this.wait_ms = Math.min(Math.max(this.wait_ms ?? 0, SOONEST_MS / 2) * 2, LATEST_MS);
    this.pause = performance.now() + this.wait_ms;
  }

  async round() {
    const now = performance.now();
    if (this.due.held <= now) {
      this.held.clear();
      this.due.held = now + HELD_MS;
    }
    if (!this.revoked && this.due.scans <= now) await this.sendScans();
    if (this.revoked) return this.leave();
    if (this.due.state <= now) await this.sendState();
    if (this.device && !this.revoked && this.due.manifest <= now) await this.getManifest();
    if (this.revoked) return this.leave();
    this.wait_ms = 0;
  }

  async sendScans() {
    while (this.device && this.revoked === this.closed) {
      const scans = (await this.left()).filter(one => !this.asking.has(one.seq));
      if (!scans.length) break;
      await this.send(scans.slice(0, this.size));
    }
    this.due.scans = performance.now() + STATE_EVERY_MS;
  }

  async left() {
    const all = await store.all("queue");
    return all.filter(one => one.edition === this.device?.edition_id && !this.held.has(one.seq));
  }

  // A revoked phone is heard until it says that none waits: only a closed one does, after it sent all once more.
  async send(scans) {
    const { closed } = this;
    const waiting = Math.max(closed ? 0 : 1, (await this.left()).length - scans.length);
    if (closed) this.last = scans.map(one => one.seq);
    const sent_at = new Date(this.clock.wall()).toISOString();
    const body = { sent_at, waiting, scans: scans.map(wire) };
    const answer = await this.call("POST", "/api/device/scans", body);
    if (answer.status !== 200) return this.refused(answer, scans);
    this.size = BATCH;
    if (answer.body.revoked && !closed) return null;
    const { outcomes = [] } = answer.body;
    const clashes = await takeAnswers(scans, outcomes, performance.timeOrigin + performance.now());
    if (clashes.length) this.tell("clashes", clashes);
    this.tell("changed");
    if (scans.some(one => !outcomes.some(each => each.id === one.id))) throw new Unreachable("left out");
    return answer.body;
  }

  // Smaller batches then, down to the scan at fault, which is set aside for a while.
  async refused({ status }, scans) {
    if (status === 401) throw new Dismissed();
    if (scans.length === 1) this.held.add(scans[0].seq);
    else this.size = Math.ceil(scans.length / 2);
    return null;
  }

  async ask(sent) {
    if (!this.reachable || !this.device) return null;
    const answer = this.send([sent]).catch(() => null);
    const late = new Promise(resolve => setTimeout(resolve, PATIENCE_MS, null));
    const body = await Promise.race([answer, late]);
    return body?.outcomes?.find(one => one.id === sent.id) ?? null;
  }

  async sendState() {
    const said = await this.says();
    const { body, status } = await this.call("PUT", "/api/device/state", said);
    this.due.state = performance.now() + STATE_EVERY_MS;
    if (status === 200) await this.stands(said, body);
    if (status === 422 && body.code === "gate_not_allowed") await this.refuseGate(said, body);
  }

  async stands(said, { device, edition, counters }) {
    const chosen = this.device.gate !== said.gate;
    const moved = !chosen && device.gate !== said.gate;
    this.device = { ...this.device, ...device, gate: chosen ? this.device.gate : device.gate };
    await store.takeDevice(this.device);
    await store.put("about", edition);
    await takeCounters(counters);
    if (chosen) this.due.state = 0;
    this.tell("changed");
    if (moved) this.tell("moved");
  }

  // The gate is not this phone's (any more): it stands where the server says.
  async refuseGate(said, { gate, gates }) {
    if (!gate || this.device.gate !== said.gate) return;
    this.device = { ...this.device, gate, gates: gates ?? this.device.gates };
    await store.put("device", this.device);
    this.due.state = 0;
    this.tell("changed");
    this.tell("moved");
  }

  async says() {
    const battery = await navigator.getBattery?.().catch(() => null);
    const state = {
      sent_at: new Date(this.clock.wall()).toISOString(),
      gate: this.device.gate,
      waiting: await store.waiting(),
      version: this.version,
    };
    if (battery) Object.assign(state, { battery: Math.round(battery.level * 100), charging: battery.charging });
    if (this.clock.offset_ms !== null) state.clock_offset_ms = this.clock.offset_ms;
    return state;
  }

  async getManifest({ whole = false } = {}) {
    const asked = performance.timeOrigin + performance.now();
    const cursor = whole ? null : (await store.get("rules"))?.cursor;
    const since = cursor ? `?since=${encodeURIComponent(cursor)}` : "";
    const { status, body } = await this.call("GET", `/api/device/manifest${since}`, undefined, { patience_ms: 3 * ANSWER_MS });
    this.due.manifest = performance.now() + MANIFEST_EVERY_MS;
    if (status !== 200) return;
    const complete = await store.takeManifest(body, asked);
    if (!complete && !whole) return this.getManifest({ whole: true });
    this.tell("changed");
  }

  // A revoked phone hands over what it holds; then it knows nothing any more.
  async leave() {
    await this.turn;
    this.closed = true;
    this.held.clear();
    const { last } = this; // sent, the answer lost
    try {
      await this.sendScans();
    } catch (error) {
      if (!(error instanceof Dismissed)) throw error; // no answer: it tries again
    }
    this.device = null;
    await store.wipe([...this.held, ...last]);
    this.tell("wiped");
  }

  async stand(gate) {
    this.device = { ...this.device, gate };
    await store.put("device", this.device);
    this.due.state = 0;
    this.tell("changed");
    this.work();
  }

  async enrol(code, key) {
    const answer = await this.call("POST", "/api/devices", { code }, { key, token: null });
    if (answer.status !== 201) return false;
    const device = { ...answer.body.device, token: answer.body.token };
    await store.put("revoked", false);
    await store.takeDevice(device);
    this.device = device;
    this.revoked = this.closed = false;
    return true;
  }
}

function wire({ seq, edition, scanned_at, ...scan }) {
  return { ...scan, seq, scanned_at: new Date(scanned_at).toISOString() };
}

// Ask about a scan that is kept; without an answer in time the phone decided alone.
export async function settle(link, kept) {
  const { sent, scan } = kept;
  link.asking.add(sent.seq);
  try {
    if (sent.shown) return kept;
    const answer = await link.ask(sent);
    return { ...kept, answer, scan: answer ? scan : { ...scan, ...await showAlone(sent) } };
  } finally {
    link.asking.delete(sent.seq);
    link.due.scans = 0;
    link.work();
  }
}
