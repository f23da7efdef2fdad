// The service worker of the scanner. The line before this one is written by the server: KEPT names the version,
// the pages by language, and the files of it. The page is shown from the copy, at once, whatever the network does;
// a new version waits until the page says "take over". Scans are never touched here: the page owns its queue.
const MINE = "scanner ";
const NAME = MINE + KEPT.version;
const HOME = `${location.origin}/scan`;

// Only what is ours is kept: no error, no page of a network that asks to sign in.
async function keep(cache, key, request, version) {
  const answer = await fetch(request);
  const ours = version ? answer.headers.get("x-scanner-version") === version : !/html/.test(answer.headers.get("content-type"));
  if (!answer.ok || answer.redirected || !ours) throw new Error(`not kept: ${key}`);
  const headers = new Headers(answer.headers); // the policy of the page stays with it
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  await cache.put(key, new Response(await answer.blob(), { headers }));
}

self.addEventListener("install", event => event.waitUntil((async () => {
  const cache = await caches.open(NAME);
  const pages = Object.entries(KEPT.pages);
  await Promise.all([
    ...KEPT.files.map(file => keep(cache, file, file)),
    // Without cookies: what is kept in both languages changes nobody's choice.
    ...pages.map(([language, page]) => keep(cache, page, new Request(page, { credentials: "omit", cache: "no-cache" }), KEPT.version)),
    keep(cache, HOME, new Request(HOME, { cache: "no-cache" }), KEPT.version), // in the language of whoever reads
  ]);
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith(MINE) && name !== NAME) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("message", event => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/scan") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

// The address of a static file changes with its content: a copy is never an old one.
const file = async request => await (await caches.open(NAME)).match(request.url) ?? fetch(request);

async function page(event, url) {
  const cache = await caches.open(NAME);
  const chosen = await cache.match(KEPT.pages[url.searchParams.get("lang")] ?? "");
  if (!chosen) return await cache.match(HOME) ?? fetch(event.request);
  event.waitUntil(cache.put(HOME, chosen.clone()));
  event.waitUntil(fetch(event.request).catch(() => {})); // so that the site remembers it too
  return chosen;
}
