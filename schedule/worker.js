// The service worker of one edition's programme. The line before this one is written by the server:
// KEPT names the version, the pages and the files to keep of it. A page is always asked of the
// network first; only when there is no answer is the copy shown, and it says so. Nothing but the
// programme's own pages is kept: never a page of a registration or of the organisers.
const MINE = `programme ${KEPT.base} `;
const NAME = MINE + KEPT.version;
const PAGE = new RegExp(`^${KEPT.base}/(programme|speakers|rooms|(sessions|speakers)/[^/.]+)$`);
const SAYS = new Set(["view", "day", "sessions"]); // what an address may ask of a page that is kept
const WHOLE = `${location.origin}${KEPT.base}/programme`;
const MOST_VISITED = 60;
const PATIENCE_MS = 8000;

// The address under which a page is kept; null for those that are not: searches, and what is on now.
function keyOf(url) {
  if (!PAGE.test(url.pathname)) return null;
  const asked = [...url.searchParams].filter(([name, value]) => value && name !== "lang");
  if (asked.some(([name, value]) => !SAYS.has(name) || value === "now")) return null;
  const said = asked.sort().map(([name, value]) => `${name}=${value}`).join("&");
  return url.origin + url.pathname + (said && `?${said}`);
}

async function keep(cache, key, answer) {
  // Only pages of ours carry a version: no error, no page of a network that asks to sign in.
  if (!answer.ok || answer.redirected || !answer.headers.get("x-programme-version")) return false;
  const headers = new Headers(answer.headers); // the policy of the page stays with it
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  headers.set("x-kept-at", new Date().toISOString());
  await cache.delete(key);
  await cache.put(key, new Response(await answer.blob(), { headers }));
  return true;
}

async function fill(addresses) {
  const cache = await caches.open(NAME);
  for (const address of new Set(addresses)) {
    const url = new URL(address, location.origin);
    const key = keyOf(url);
    if (key) await keep(cache, key, await fetch(key, { cache: "no-cache" }));
  }
}

async function visited() {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(MINE)) continue;
    const requests = await (await caches.open(name)).keys();
    found.push(...requests.map(request => request.url));
  }
  return found.filter(address => keyOf(new URL(address))).slice(-MOST_VISITED);
}

self.addEventListener("install", event => event.waitUntil((async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT.files);
  await Promise.allSettled(KEPT.pictures.map(address => cache.add(address))); // one that was lost stops nothing
  const open = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  await fill([...KEPT.pages, ...await visited(), ...open.map(client => client.url)]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(MINE) && name !== NAME) await caches.delete(name);
  }
  await self.clients.claim();
})()));

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const named = url.pathname.startsWith("/static/") || url.pathname.startsWith(`${KEPT.base}/plans/`);
  if (named) event.respondWith(file(event.request));
  else if (PAGE.test(url.pathname)) event.respondWith(page(event, url));
});

// The address of a static file, or of a plan's picture, changes with its content: a copy is never an old one.
async function file(request) {
  return await (await caches.open(NAME)).match(request.url) ?? fetch(request);
}

async function page(event, url) {
  const asked = fetch(event.request);
  let answer;
  try {
    answer = await inTime(asked);
  } catch {
    const copy = await copyOf(url);
    if (copy) return copy;
    try {
      answer = await asked; // slow, perhaps, and nothing to show instead
    } catch {
      return nothing(event.request, url);
    }
  }
  const copy = answer.clone();
  event.waitUntil(store(url, copy));
  return answer;
}

// A network that leaves a reader waiting so long is none.
function inTime(promise) {
  const late = new Promise((_, refuse) => setTimeout(refuse, PATIENCE_MS, new Error("no answer")));
  return Promise.race([promise, late]);
}

async function store(url, answer) {
  const key = keyOf(url);
  const cache = await caches.open(NAME);
  if (key && await keep(cache, key, answer)) await tidy(cache, key);
  if (url.searchParams.has("lang")) await fill(await visited()); // the reader chose another language
}

// Of the sessions that a reader chose the last choice is kept, of pages visited the last ones.
async function tidy(cache, key) {
  const others = (await cache.keys()).map(request => request.url).filter(one => one !== key);
  const choices = key.includes("view=mine") ? others.filter(one => one.includes("view=mine")) : [];
  const always = new Set(KEPT.pages.map(one => keyOf(new URL(one, location.origin))));
  const old = others.filter(one => keyOf(new URL(one)) && !always.has(one)).slice(0, -MOST_VISITED);
  for (const one of [...choices, ...old]) await cache.delete(one);
}

async function copyOf(url) {
  const cache = await caches.open(NAME);
  const key = keyOf(url);
  if (!key) return null;
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: KEPT.timezone }).format(new Date());
  const kept = key === WHOLE && await cache.match(`${WHOLE}?day=${today}`) || await cache.match(key);
  return kept ? dressed(kept) : null;
}

// Neither network nor copy: a reader who goes there is led to the programme.
function nothing(request, url) {
  return request.mode === "navigate" && keyOf(url) !== WHOLE ? Response.redirect(WHOLE) : Response.error();
}

// The copy says that it is one, and since when; what was on then is not what is on now.
async function dressed(kept) {
  const html = await kept.text();
  const language = /<html lang="(\w+)"/.exec(html)?.[1] ?? "fr";
  const style = { dateStyle: "long", timeStyle: "short", timeZone: KEPT.timezone };
  const moment = new Date(kept.headers.get("x-kept-at"));
  const when = new Intl.DateTimeFormat(language, style).format(moment);
  const shown = html
    .replace('id="copy" hidden', 'id="copy"')
    .replace('<time id="kept-at"></time>', `<time datetime="${moment.toISOString()}">${when}</time>`)
    .replace('<section id="now"', '<section id="now" hidden');
  return new Response(shown, { headers: kept.headers });
}
