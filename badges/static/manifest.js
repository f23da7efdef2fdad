// Tickets as a phone carries them: nothing names anybody without the badge in front (scanner/manifest.py).

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const READABLE = /^[0-9A-HJKMNP-TV-Z]{8}$/;
const IN_URL = /^https?:\/\/[^/\s]+\/(?:[^?#\s]*\/)?t\/([^/?#\s]+)/i;
const LENGTH = 122;
const SIGNED = 12;
const utf8 = text => new TextEncoder().encode(text);

export const TOKEN = /[A-Z2-7]{122}$/;

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), one => one.charCodeAt(0));
}

// What was read, in capitals, without spaces, out of its link.
export function normalise(raw) {
  const text = IN_URL.exec(raw.trim())?.[1] ?? raw;
  return text.replace(/\s+/g, "").replace(/[a-z]+/g, letters => letters.toUpperCase());
}

// "K7QM4TXV" for a reference in any spelling, null for what is none.
export function reference(text) {
  const plain = text.replaceAll("-", "");
  return READABLE.test(plain) ? plain : null;
}

export const isToken = text => text.length === LENGTH && TOKEN.test(text);

// The 76 bytes of a token; null for a spelling that is not the canonical one (RFC 4648, spare bits zero).
export function decode(token) {
  if (!isToken(token)) return null;
  const bytes = new Uint8Array(76);
  let held = 0;
  let bits = 0;
  let place = 0;
  for (const letter of token) {
    held = (held << 5 | LETTERS.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes[place++] = held >> (bits -= 8);
  }
  return held & 3 ? null : bytes;
}

// What the first twelve bytes say; null where they are of another version.
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bytes[0] >> 4 !== 1) return null;
  const number = view.getUint16(3) * 2 ** 32 + view.getUint32(5);
  return { key: String(bytes[0] & 15), edition: view.getUint16(1), number, days: bytes[10], revision: bytes[11] };
}

// true or false by the signature; null where this browser knows no Ed25519.
export async function signed(bytes, key) {
  const [message, signature] = [bytes.subarray(0, SIGNED), bytes.subarray(SIGNED)];
  try {
    const known = await crypto.subtle.importKey("raw", fromBase64url(key), { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
  } catch {
    return null;
  }
}

async function derive(token, salt, info, bytes) {
  const material = await crypto.subtle.importKey("raw", utf8(token), "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: utf8(salt), info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, material, bytes * 8));
}

export const ticketHash = async (token, salt) => base64url(await derive(token, salt, "forum manifest id", 16));

// How an entry is found by the reference under a badge (no dash), or by the number of its ticket.
export async function shortHash(text, salt) {
  const whole = await crypto.subtle.digest("SHA-256", utf8(`${salt}|${text}`));
  return base64url(new Uint8Array(whole).subarray(0, 12));
}

// {g, f, o}: the name that an entry seals, opened by the token in hand; null where it cannot be.
export async function openName(sealed, token, salt) {
  if (!sealed) return null;
  try {
    const bytes = fromBase64url(sealed);
    const raw = await derive(token, salt, "forum manifest key", 32);
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, 12) }, key, bytes.subarray(12));
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

export const holderOf = entry => ({
  status: entry.s, category: entry.c, days: entry.d, revision: entry.v,
  ended_at: entry.e ?? null, replaced_at: entry.p ?? null, seats: entry.t ?? [],
});

// Who a code speaks of: a token (h, or k for an older one of the ticket), a reference (r), or nothing.
export async function identify(raw, salt) {
  const text = normalise(raw);
  if (isToken(text)) {
    const bytes = decode(text);
    const said = bytes && unpack(bytes);
    const [h, k] = await Promise.all([ticketHash(text, salt), said ? shortHash(said.number, salt) : null]);
    return { kind: "token", text, bytes, said, h, k };
  }
  const plain = reference(text);
  if (plain) return { kind: "reference", text, r: await shortHash(plain, salt) };
  return { kind: "nothing", text };
}

// What a token claims; null for a forged one. One that the manifest holds proves itself: its hash is of all of it.
// Of others the signature is verified; where a browser cannot, only what differs from the true token is forged.
export async function claimOf({ h, bytes, said }, keys, entry) {
  if (!said || !keys[said.key]) return null;
  const { edition, days, revision } = said;
  if (entry?.h === h) return { edition, days, revision };
  const good = await signed(bytes, keys[said.key]);
  if (good === false || good === null && entry?.v === revision) return null;
  return { edition, days, revision };
}
