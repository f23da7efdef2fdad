// The door: what a reading comes to, kept before anybody is told; and how it is taken back.

import { decide, ownClaim, place, refusal, standingOf } from "./decide.js";
import { claimOf, holderOf, identify, openName } from "./manifest.js";
import { transact, wait } from "./store.js";

const LET_IN = ["admitted", "left"];
const NO_REFUSAL = [...LET_IN, "already_in"];

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 0x0f | 0x40;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// What a scan changes in the numbers of its list.
function effect(scan) {
  const { before, direction, let_in, undone } = scan;
  if (!before || !let_in || undone) return { entered: 0, inside: 0 };
  if (direction === "out") return { entered: 0, inside: before.inside ? -1 : 0 };
  return { entered: before.entered ? 0 : 1, inside: before.inside ? 0 : 1 };
}

function count(counters, list, was, is) {
  const numbers = counters?.[list];
  if (!numbers) return counters;
  const changed = { ...numbers };
  for (const name of ["entered", "inside"]) changed[name] = Math.max(0, changed[name] + is[name] - was[name]);
  return { ...counters, [list]: changed };
}

// The server's numbers, with what it cannot know yet.
export const takeCounters = told => transact(["meta", "queue", "scans"], "readwrite", async ({ meta, queue, scans }) => {
  let counters = told;
  for (const one of await wait(queue.getAll())) {
    const scan = await wait(scans.get(one.undoes ?? one.id));
    if (!scan) continue;
    const nothing = { entered: 0, inside: 0 };
    counters = one.undoes
      ? count(counters, scan.l, effect({ ...scan, undone: false }), nothing)
      : count(counters, scan.l, nothing, effect(scan));
  }
  meta.put(counters, "counters");
  return counters;
});

// Read a code: the scan is on the disk once this returns. `at` is the server's time, `wall` the phone's; `alone`:
// nobody will be asked.
export async function read(code, { rules, gate, direction, at, wall, offset_ms, edition, alone }) {
  const who = rules ? await identify(code, rules.salt) : { kind: "nothing", text: code.trim() };
  const found = await transact(["entries"], "readonly", stores => lookUp(stores.entries, who));
  const claim = who.kind === "token" && rules ? await claimOf(who, rules.keys, found) : null;
  const scan = { id: newId(), at, gate, direction, undone: false, acked_at: null };
  const kept = await transact(["meta", "entries", "check_ins", "scans", "queue"], "readwrite", async stores => {
    const entry = await lookUp(stores.entries, who);
    Object.assign(scan, await judged(stores, scan, { rules: rules?.rules, who, claim, entry }));
    const sent = { id: scan.id, token: who.text, gate, direction, scanned_at: wall, edition };
    if (offset_ms !== null) sent.clock_offset_ms = offset_ms;
    if (alone) sent.shown = scan.outcome;
    scan.seq = sent.seq = await wait(stores.queue.add(sent));
    stores.scans.put(told(scan));
    const counters = await wait(stores.meta.get("counters"));
    stores.meta.put(count(counters, scan.l, { entered: 0, inside: 0 }, effect(scan)), "counters");
    return { scan, sent, entry };
  });
  kept.name = who.kind === "token" ? await openName(kept.entry?.n, who.text, rules.salt) : null;
  return kept;
}

// Kept is neither the token nor a name.
const told = ({ earlier, unsure, ...scan }) => scan;

async function lookUp(entries, who) {
  if (who.kind === "reference") return wait(entries.index("r").get(who.r));
  if (who.kind !== "token") return undefined;
  return await wait(entries.index("h").get(who.h)) ?? (who.k ? wait(entries.get(who.k)) : undefined);
}

async function judged(stores, scan, { rules, who, claim, entry }) {
  const rule = rules?.lists[rules.gates[scan.gate]?.check_in_list];
  if (!rule) return { outcome: "unknown", unsure: true, refusal: "unknown", let_in: false };
  const where = place(rule, rules.days, scan.at);
  const [k, l, p] = [entry?.k ?? who.k, rule.slug, where.period];
  const holder = entry ? holderOf(entry) : null;
  const known = who.kind === "token" ? claim : holder && ownClaim(holder, rules.edition);
  const question = { rules, gate: scan.gate, at: scan.at, direction: scan.direction, claim: known, holder };
  if (who.kind !== "token" && !holder) {
    return { k, l, p, outcome: "unknown", unsure: who.kind === "reference", refusal: "unknown", let_in: false };
  }
  const [checkIn, own] = await earlier(stores, k, l, p);
  const before = standingOf(checkIn, own, rule);
  const outcome = decide(question, where, before);
  return {
    k, l, p, before, outcome, category: entry?.c ?? null,
    unsure: outcome === "unknown", refusal: refusal(question, where), let_in: LET_IN.includes(outcome),
    earlier: outcome === "already_in" ? firstEntry(checkIn, own) : null,
  };
}

async function earlier({ check_ins, scans }, k, l, p) {
  if (!k) return [null, []];
  const own = await wait(scans.index("k").getAll(k));
  return [await wait(check_ins.get([k, l, p])), own.filter(one => one.l === l && one.p === p && !one.covered)];
}

function firstEntry(checkIn, own) {
  if (checkIn?.a != null) return { at: checkIn.a, gate: checkIn.g };
  const first = own.filter(one => one.direction === "in" && one.let_in && !one.undone).sort((a, b) => a.at - b.at)[0];
  return first ? { at: first.at, gate: first.gate } : null;
}

// Nobody waits for the answer any more: what is shown now counts, the answer if it came this very moment.
export const showAlone = ({ seq, id }) => transact(["queue", "scans"], "readwrite", async ({ queue, scans }) => {
  const sent = await wait(queue.get(seq));
  const scan = await wait(scans.get(id));
  if (sent && scan) queue.put({ ...sent, shown: scan.outcome });
  return scan;
});

// Take what the server answered to `sent`; return the scans that clash, to be told about.
export const takeAnswers = (sent, outcomes, acked_at) =>
  transact(["meta", "queue", "scans"], "readwrite", async ({ meta, queue, scans }) => {
    const clashes = [];
    let counters = await wait(meta.get("counters"));
    for (const one of sent) {
      const answer = outcomes.find(each => each.id === one.id);
      const waits = answer && await wait(queue.get(one.seq));
      if (!waits || waits.shown !== one.shown) continue; // amended since: it goes again
      queue.delete(one.seq);
      if (one.undoes) {
        const undone = await wait(scans.get(one.undoes));
        if (undone) scans.put({ ...undone, acked_at });
      }
      const scan = await wait(scans.get(one.id));
      if (!scan) continue;
      const is = answered(scan, one, answer, acked_at);
      scans.put(is);
      counters = count(counters, scan.l, effect(scan), effect(is));
      if (answer.conflict) clashes.push({ ...is, answer });
    }
    if (counters) meta.put(counters, "counters");
    return clashes;
  });

function answered(scan, sent, answer, acked_at) {
  const is = { ...scan, acked_at: scan.undone ? scan.acked_at : acked_at };
  if (answer.conflict) is.conflict = answer.conflict;
  if (sent.shown || sent.undoes) return is;
  const { outcome } = answer;
  return { ...is, outcome, let_in: LET_IN.includes(outcome), refusal: NO_REFUSAL.includes(outcome) ? null : outcome };
}

// Take back a scan of this phone, by a record of its own.
export const undo = (id, { at, wall, offset_ms, edition }) =>
  transact(["meta", "queue", "scans"], "readwrite", async ({ meta, queue, scans }) => {
    const scan = await wait(scans.get(id));
    if (!scan || scan.undone) return null;
    const { gate, direction } = scan;
    const record = { id: newId(), undoes: id, token: "", gate, direction, scanned_at: wall, edition };
    if (offset_ms !== null) record.clock_offset_ms = offset_ms;
    record.seq = await wait(queue.add(record));
    const is = { ...scan, undone: true, covered: false, acked_at: null };
    scans.put(is);
    scans.put({ id: record.id, seq: record.seq, at, gate, direction, undoes: id, outcome: "undone", acked_at: null });
    const counters = await wait(meta.get("counters"));
    if (counters) meta.put(count(counters, scan.l, effect(scan), effect(is)), "counters");
    return is;
  });
