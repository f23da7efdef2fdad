// What tells one reading from another, and what a keyboard scanner typed.

import { TOKEN } from "./manifest.js";

const SAME_CODE_MS = 4000;
const TYPED_MS = 1000;

// One badge in front of a reader is one scan, however often it is read, and however slowly this phone looks.
export class Glance {
  constructor() {
    this.forget();
  }

  // Whether this is a reading of its own.
  fresh(code, now) {
    const still = code === this.code && (code === this.view || now - this.at < SAME_CODE_MS);
    Object.assign(this, { code, at: now });
    return !still;
  }

  // What the camera sees in this picture ("" for nothing).
  see(code) {
    this.view = code;
  }

  touch(now) {
    this.at = now;
  }

  forget() {
    Object.assign(this, { code: "", at: -Infinity, view: "" });
  }
}

// Known by its form, never by its speed. A scanner set to US on an AZERTY host types "&" for 1: event.code tells.
export function readKeys(target, onToken) {
  let typed = { keys: "", codes: "" };
  let pause;
  const finish = () => {
    const token = [typed.keys, typed.codes].map(text => TOKEN.exec(text.toUpperCase())?.[0]).find(Boolean);
    typed = { keys: "", codes: "" };
    if (token) onToken(token);
    return Boolean(token);
  };
  target.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    clearTimeout(pause);
    if (event.key === "Enter" || event.key === "Tab") {
      if (finish()) event.preventDefault();
    } else if (event.key?.length === 1) {
      typed.keys += event.key;
      typed.codes += /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? "";
      pause = setTimeout(finish, TYPED_MS);
    }
  }, true);
}
