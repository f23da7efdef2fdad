// What the phone keeps (IndexedDB): manifest (entries, check_ins), its own scans, and the queue of those to be
// sent. No name is kept, and a token only while its scan waits.

const NAME = "forum-scanner";
const KEPT_SCANS = 10;
const STRICT = { durability: "strict" }; // on the disk before it is called done

export const wait = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function upgrade({ target: { result: database } }) {
  database.createObjectStore("meta");
  const entries = database.createObjectStore("entries", { keyPath: "k" });
  entries.createIndex("h", "h");
  entries.createIndex("r", "r");
  database.createObjectStore("check_ins", { keyPath: ["k", "l", "p"] });
  const scans = database.createObjectStore("scans", { keyPath: "id" });
  scans.createIndex("k", "k");
  scans.createIndex("seq", "seq");
  scans.createIndex("conflict", "conflict"); // of those that nobody acknowledged yet
  database.createObjectStore("queue", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id");
}

let opened;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = upgrade;
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      request.result.onclose = () => { opened = null; };
      resolve(request.result);
    };
  });
  opened.catch(() => { opened = null; });
  return opened;
}

// One transaction: `work` gets the stores by name, and awaits nothing but requests of them.
export async function transact(names, mode, work) {
  const transaction = (await database()).transaction(names, mode, STRICT);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("not stored"));
  });
  done.catch(() => {});
  const stores = Object.fromEntries(names.map(name => [name, transaction.objectStore(name)]));
  try {
    const result = await work(stores);
    transaction.commit?.();
    await done;
    return result;
  } catch (error) {
    try { transaction.abort(); } catch { /* it has ended by itself */ }
    throw error;
  }
}

export const get = name => transact(["meta"], "readonly", ({ meta }) => wait(meta.get(name)));
export const put = (name, value) => transact(["meta"], "readwrite", ({ meta }) => wait(meta.put(value, name)));

export const all = name => transact([name], "readonly", stores => wait(stores[name].getAll()));
export const waiting = () => transact(["queue"], "readonly", ({ queue }) => wait(queue.count()));

// The next scans to send, the oldest first. One that the server would not have keeps nobody else waiting.
export const next = (most, edition) => transact(["queue"], "readonly", async ({ queue }) =>
  (await wait(queue.getAll())).filter(one => !one.held && one.edition === edition).slice(0, most));

export const lastScans = () => transact(["scans"], "readonly", ({ scans }) => latest(scans));

async function latest(scans) {
  const found = [];
  const request = scans.index("seq").openCursor(null, "prev");
  for (let at = await wait(request); at && found.length < KEPT_SCANS; at = await wait(request)) {
    if (!at.value.undoes) found.push(at.value);
    at.continue();
  }
  return found;
}

export const conflicts = () => transact(["scans"], "readonly", ({ scans }) => wait(scans.index("conflict").getAll()));

export const acknowledge = id => transact(["scans"], "readwrite", async ({ scans }) => {
  const { conflict, ...one } = await wait(scans.get(id));
  await wait(scans.put(one));
});

// Take a manifest; false: what is there is not what the server counts. Scans that it had at `asked_at` are in it.
export function takeManifest(sent, asked_at) {
  return transact(["meta", "entries", "check_ins", "scans"], "readwrite", async stores => {
    const { meta, entries, check_ins, scans } = stores;
    if (sent.full) {
      entries.clear();
      check_ins.clear();
    }
    for (const one of sent.tickets) one.gone ? entries.delete(one.k) : entries.put(one);
    for (const one of sent.check_ins) one.gone ? check_ins.delete([one.k, one.l, one.p]) : check_ins.put(one);
    const whole = await wait(entries.count()) === sent.count;
    const { tickets, check_ins: _, full, ...head } = sent;
    meta.put({ ...head, cursor: whole ? sent.cursor : null, taken_at: asked_at }, "rules");
    await forget(scans, asked_at);
    return whole;
  });
}

const SETTLED_MS = 3000; // what the server answers may be so old

async function forget(scans, asked_at) {
  const known = await wait(scans.index("seq").getAll());
  const shown = new Set((await latest(scans)).map(one => one.id));
  for (const one of known) {
    if (!one.acked_at || one.acked_at > asked_at - SETTLED_MS) continue;
    if (shown.has(one.id) || one.conflict) {
      if (!one.covered) scans.put({ ...one, covered: true });
    } else scans.delete(one.id);
  }
}

// Everything of another edition goes; scans that wait stay, whoever sends them.
export const takeDevice = device => transact(["meta", "entries", "check_ins", "scans"], "readwrite", async stores => {
  const { meta, entries, check_ins, scans } = stores;
  const before = await wait(meta.get("edition"));
  if (before !== device.edition_id) {
    for (const store of [entries, check_ins, scans]) store.clear();
    for (const name of ["rules", "counters", "rights"]) meta.delete(name);
  }
  meta.put(device.edition_id, "edition");
  meta.put(device, "device");
});

// The clock was put right by `jump` ms: scans that wait are told by the new one.
export const shiftClock = (jump, clock) => transact(["meta", "queue"], "readwrite", async ({ meta, queue }) => {
  for (const one of await wait(queue.getAll())) {
    if (one.clock_offset_ms == null) continue;
    queue.put({ ...one, scanned_at: one.scanned_at + jump, clock_offset_ms: one.clock_offset_ms - jump });
  }
  meta.put(clock, "clock");
});

export async function wipe() {
  (await database()).close();
  opened = null;
  await wait(indexedDB.deleteDatabase(NAME));
}
