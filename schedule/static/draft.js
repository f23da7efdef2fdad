// The draft in the browser: what the server told, and what waits to be stored. Deeds are sent one after
// the other, each with a key of its own, until each is answered: whatever the network does, none is lost
// and none is done twice. In between, what others changed is asked for every two seconds.

const EVERY_MS = 2000;
const PATIENCE_MS = 10000;
const LATER = [401, 408, 425, 429];

class Later extends Error {
  constructor(status) {
    super(status);
    this.signedOut = status === 401;
  }
}

const read = session => ({ ...session, at: session.starts_at === null ? null : Date.parse(session.starts_at) });
const whole = part => ({ ...part.content, ...part.backstage });
const spans = part => part.availability.map(span => [Date.parse(span.starts_at), Date.parse(span.ends_at)]);
const byId = parts => new Map(parts.map(part => [part.id, part]));
const end = session => session.at + session.minutes * 60000;
const meet = (one, other) => one.at < end(other) && other.at < end(one);

// Events: "change" when something is to be drawn again; "stored", "refused", "theirs" and "waiting" with
// what there is to say.
export class Draft extends EventTarget {
  constructor(told) {
    super();
    this.api = told.api;
    this.number = told.number;
    this.levels = told.levels;
    this.conflicts = told.conflicts;
    this.edited = new Map(Object.entries(told.edited));
    this.parts = { room: byId(told.rooms), track: byId(told.tracks), speaker: byId(told.speakers) };
    this.sessions = byId(told.sessions.map(read));
    this.slot = `${told.api} ${told.who}`;
    const kept = JSON.parse(sessionStorage.getItem(this.slot) ?? "{}");
    this.waiting = kept.waiting ?? [];
    this.done = kept.done ?? [];
    this.undone = kept.undone ?? [];
    this.mine = new Set([...this.done, ...this.undone]);
    this.followed = new Map(); // which change of ours came after which, by "session change"
    this.#combine();
    for (const name of ["online", "focus"]) addEventListener(name, () => this.#wake?.());
    document.addEventListener("visibilitychange", () => this.#wake?.());
  }

  #wake;

  get rooms() { return [...this.parts.room.values()].sort((one, other) => one.position - other.position); }

  // Where a session is to go; `seen` is as of which change whoever moves it saw it.
  place(session, { room_id, at, minutes }, seen) {
    const starts_at = at === null ? null : new Date(at).toISOString();
    this.#take("placements", { session, room: room_id, starts_at, minutes, seen: { [session]: seen } });
  }

  swap(session, other) { this.#take("swaps", { session, other, seen: this.#seen(session, other) }); }
  copy(session) { this.#take("copies", { session, seen: this.#seen(session) }); }
  shift(since, until, minutes, rooms) {
    this.#take("shifts", { since: new Date(since).toISOString(), until: new Date(until).toISOString(), minutes, rooms });
  }
  undo() { this.#take("undos", null, "done"); }
  redo() { this.#take("undos", null, "undone"); }

  #seen(...ids) { return Object.fromEntries(ids.map(id => [id, this.edited.get(id) ?? 0])); }

  // Whoever took a session in hand before their own last change of it was answered has seen that one too.
  #follow(seen = {}) {
    for (const id of Object.keys(seen)) {
      while (this.followed.has(`${id} ${seen[id]}`)) seen[id] = this.followed.get(`${id} ${seen[id]}`);
    }
  }

  #take(path, body, from) {
    this.#follow(body?.seen);
    this.waiting.push({ key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, path, body, from });
    this.#keep();
    this.#wake?.();
  }

  // What waits outlives the page: a reload goes on with it.
  #keep() {
    const { waiting, done, undone } = this;
    sessionStorage.setItem(this.slot, JSON.stringify({ waiting, done, undone }));
    this.#combine();
    this.#tell("change");
  }

  #combine() {
    this.now = new Map(this.sessions);
    for (const { path, body } of this.waiting) {
      const session = path === "placements" && this.now.get(body.session);
      if (!session) continue;
      const { starts_at, room: room_id, minutes } = body;
      this.now.set(session.id, read({ ...session, starts_at, room_id, minutes }));
    }
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  async run() {
    for (;;) {
      try {
        if (!this.waiting.length) await this.#rest();
        if (this.waiting.length) await this.#send(this.waiting[0]);
        else if (!document.hidden) await this.#ask();
        if (this.cut && !this.waiting.length) {
          this.cut = false;
          this.#tell("back");
        }
      } catch (error) {
        if (!(error instanceof Later)) throw error;
        this.cut = true;
        if (this.waiting.length) this.#tell("waiting", { signedOut: error.signedOut });
        await this.#rest();
      }
    }
  }

  #rest() {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, EVERY_MS);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  async #fetch(path, options) {
    let answer, told;
    try {
      answer = await fetch(`${this.api}/${path}`, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
      told = await answer.json();
    } catch {
      throw new Later(); // no network, or something on the way that answers in our place
    }
    if (answer.status >= 500 || LATER.includes(answer.status)) throw new Later(answer.status);
    return [answer.ok, told];
  }

  async #send(deed) {
    if (deed.from && !deed.body) {
      const number = this[deed.from].pop();
      if (number === undefined) return this.#leave();
      deed.body = { number };
      this.#keep();
    }
    const headers = { "content-type": "application/json", "idempotency-key": deed.key };
    const body = JSON.stringify(deed.body);
    const [ok, told] = await this.#fetch(deed.path, { method: "POST", headers, body, keepalive: true });
    if (ok) return this.#stored(deed, told);
    this.#leave();
    this.#tell("refused", { why: [told.said ?? told.title, ...(told.conflicts ?? told.changes ?? []).map(one => one.said)].join(" ") });
    await this.#ask();
  }

  #leave() {
    this.waiting.shift();
    this.#keep();
  }

  #stored(deed, { change, conflicts }) {
    this.waiting.shift();
    if (change) {
      this.mine.add(change.number);
      for (const { id } of ids(change)) {
        if (deed.body.seen && id in deed.body.seen) this.followed.set(`${id} ${deed.body.seen[id]}`, change.number);
      }
      for (const { body } of this.waiting) this.#follow(body?.seen);
      this[deed.from === "done" ? "undone" : "done"].push(change.number);
      if (!deed.from) this.undone = [];
      this.#apply(change);
    }
    this.conflicts = conflicts;
    this.#keep();
    this.#tell("stored", { change, from: deed.from });
  }

  async #ask() {
    const [ok, told] = await this.#fetch(`changes?after=${this.number}`);
    if (!ok) throw new Later(403);
    this.number = told.number;
    if (!told.changes.length) return;
    for (const change of told.changes) this.#apply(change);
    this.conflicts = told.conflicts;
    this.#keep();
    const theirs = told.changes.filter(change => !this.mine.has(change.number));
    if (theirs.length) this.#tell("theirs", { changes: theirs });
    if (told.more) await this.#ask();
  }

  #apply(change) {
    for (const { id, kind, after } of ids(change)) {
      if (change.number <= (this.edited.get(id) ?? 0)) continue;
      this.edited.set(id, change.number);
      const parts = kind === "session" ? this.sessions : this.parts[kind];
      if (!after) parts.delete(id);
      else parts.set(id, kind === "session" ? read(whole(after)) : whole(after));
    }
  }

  // What would be wrong with a session where it is, as far as the grid can tell: the server has the last word.
  clashes(session) {
    const found = [];
    if (session.at === null || session.cancelled) return found;
    const add = (code, word, values, level = this.levels[code]) => { if (level !== "ignore") found.push({ level, word, values }); };
    const room = this.parts.room.get(session.room_id);
    const people = new Set(session.people.map(one => one.speaker_id));
    const away = spans => spans.length && !spans.some(([from, to]) => from <= session.at && end(session) <= to);
    for (const other of this.now.values()) {
      if (other.id === session.id || other.at === null || other.cancelled || !meet(session, other)) continue;
      const values = { other: other.title, room: room?.name };
      const shared = session.overlaps || other.overlaps ? "warn" : this.levels.room_taken;
      if (room && other.room_id === room.id) add("room_taken", "taken", values, this.levels.room_taken === "block" ? shared : undefined);
      for (const { speaker_id } of other.people) {
        if (people.has(speaker_id)) add("person_in_two_places", "busy", { ...values, person: this.parts.speaker.get(speaker_id)?.name });
      }
    }
    if (room && away(spans(room))) add("room_unavailable", "closed", { room: room.name });
    const wanted = Math.max(session.expected ?? 0, session.capacity ?? 0);
    if (room?.capacity && wanted > room.capacity) add("room_too_small", "small", { room: room.name, there: room.capacity, wanted });
    for (const id of people) {
      const person = this.parts.speaker.get(id);
      if (person && away(spans(person))) add("person_unavailable", "away", { person: person.name });
    }
    return found;
  }

  // Where a session could not be: rooms and people that are not available, as [room or null, name, spans].
  closed(session) {
    const people = session.people.map(one => this.parts.speaker.get(one.speaker_id)).filter(Boolean);
    return [...this.rooms.map(room => [room.id, room.name, spans(room)]), ...people.map(one => [null, one.name, spans(one)])]
      .filter(([, , open]) => open.length);
  }
}

function ids(change) {
  return change.edits.map(({ before, after }) => {
    const part = after ?? before;
    return { id: part.content.id, kind: part.part, after };
  });
}
