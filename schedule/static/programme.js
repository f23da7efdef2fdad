// Sessions that a reader stars, kept in this browser alone; the programme kept for when there is no
// network; what is on now, looked at again each minute. Without JavaScript none of it is there.
const said = JSON.parse(document.querySelector("#programme-words").textContent);
const KEY = `programme:${said.base}`;
const EVERY_MS = 60_000;
const MOST = 100; // an address holds the last so many stars

function stars() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(one => /^[\w-]+$/.test(one)) : [];
  } catch {
    return []; // what another program wrote there is no list of ours
  }
}

function storable() {
  try {
    localStorage.setItem(KEY, JSON.stringify(stars()));
    return true;
  } catch {
    return false; // this browser keeps nothing: then there are no stars
  }
}

const listed = slugs => slugs.slice(-MOST).join(",");
const mine = slugs => `${said.base}/programme?view=mine${slugs.length ? `&sessions=${listed(slugs)}` : ""}`;

function show() {
  const kept = stars();
  for (const place of document.querySelectorAll("[data-session]")) {
    const slug = place.dataset.session;
    let button = place.querySelector(".star");
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "star";
      if (place.dataset.title) { // on its own page the star says what it does
        button.classList.add("btn");
        button.textContent = said.own;
      }
      const title = place.dataset.title ?? place.querySelector("a").textContent;
      button.setAttribute("aria-label", said.star.replace("{title}", () => title));
      button.addEventListener("click", () => turn(slug));
      place.append(button);
    }
    button.setAttribute("aria-pressed", kept.includes(slug));
  }
  for (const place of document.querySelectorAll("[data-mine]")) {
    place.hidden = false;
    place.href = mine(kept);
  }
  const take = document.querySelector("#take");
  if (take) take.hidden = !said.shown.some(slug => !kept.includes(slug));
}

function keep(slugs) {
  localStorage.setItem(KEY, JSON.stringify(slugs));
  show();
  if (navigator.serviceWorker?.controller) fetch(mine(slugs)).catch(() => {}); // kept when it can be
}

function turn(slug) {
  const before = stars();
  const after = before.includes(slug) ? before.filter(one => one !== slug) : [...before, slug];
  const own = said.shown && said.shown.join() === before.join();
  keep(after);
  if (after.length > before.length && navigator.serviceWorker?.controller) {
    fetch(`${said.base}/sessions/${encodeURIComponent(slug)}`).catch(() => {}); // to be read offline
  }
  if (own) { // the page is the reader's own programme: its addresses follow, the session stays to be taken back
    said.shown = after;
    history.replaceState(null, "", mine(after));
    const calendar = document.querySelector("#calendar");
    if (calendar) calendar.href = `${said.base}/programme.ics?sessions=${listed(after)}`;
  }
}

if (storable()) {
  if (said.shown && !said.shown.length && stars().length) location.replace(mine(stars()));
  show();
  document.addEventListener("swapped", show);
  addEventListener("storage", show);
  document.querySelector("#take")?.addEventListener("click", () => {
    keep([...new Set([...stars(), ...said.shown])]);
  });
}

const copy = document.querySelector("#copy-address");
if (copy && navigator.clipboard && said.shown.length) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    document.querySelector("#said").textContent = said.copied;
  });
}

async function look() {
  const here = document.querySelector("#now");
  if (!here) return;
  if (!document.hidden && !here.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const there = page.querySelector("#now");
      if (answer.ok && there) here.replaceWith(document.adoptNode(there));
    } catch {
      // The network is away for a moment: the next look tries again.
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);

if ("serviceWorker" in navigator) {
  // A browser that refuses it (a private window, an address without https) reads online alone.
  navigator.serviceWorker
    .register(`${said.base}/programme-worker.js`, { scope: `${said.base}/` })
    .catch(() => {});
}
