// The server's time by the phone's clock: what is missing from it, and whether somebody put it right meanwhile.

const MOVED_MS = 2000;

export class Clock {
  // `kept` is what an earlier page knew: {offset_ms, unsure_ms}.
  constructor(kept, { wall = () => Date.now(), steady = () => performance.now() } = {}) {
    this.offset_ms = kept?.offset_ms ?? null;
    this.unsure_ms = kept?.unsure_ms ?? Infinity;
    this.wall = wall;
    this.steady = steady;
    this.slept();
  }

  now() {
    return Math.round(this.wall() + (this.offset_ms ?? 0));
  }

  // The server said this between `asked_at` and now. A slow answer replaces no quick one with which it agrees.
  measure(server_ms, asked_at, extra_ms = 0) {
    const unsure = (this.steady() - asked_at) / 2 + extra_ms;
    const offset = server_ms + unsure - this.wall();
    const agrees = this.offset_ms !== null && Math.abs(offset - this.offset_ms) <= unsure + this.unsure_ms;
    if (agrees && unsure > this.unsure_ms) return false;
    this.offset_ms = Math.round(offset);
    this.unsure_ms = Math.round(unsure);
    return true;
  }

  // By how much the clock was moved since the last look; `slept` says that the phone may have slept.
  jump() {
    const moved = this.wall() - this.seen.wall - (this.steady() - this.seen.steady);
    this.slept();
    if (Math.abs(moved) < MOVED_MS) return 0;
    if (this.offset_ms !== null) this.offset_ms = Math.round(this.offset_ms - moved);
    return Math.round(moved);
  }

  slept() {
    this.seen = { wall: this.wall(), steady: this.steady() };
  }

  kept() {
    return { offset_ms: this.offset_ms, unsure_ms: this.unsure_ms };
  }
}
