// <forum-programme src="…/api/editions/<slug>/programme">: a programme inside another site's page.
// No cookie, no storage, no inline style: it works under a strict Content-Security-Policy.

const WORDS = {
  fr: {
    days: "Jours", track: "Thème", all: "Tous les thèmes", language: "Langue", off: "Annulé",
    live: "En direct", whole: "Programme complet", none: "Aucune séance.",
    one: "1 séance", many: (n) => `${n} séances`, wait: "Chargement du programme…",
    fail: "Le programme n’a pas pu être chargé.", again: "Réessayer",
  },
  en: {
    days: "Days", track: "Track", all: "All tracks", language: "Language", off: "Cancelled",
    live: "Livestream", whole: "Whole programme", none: "No session.",
    one: "1 session", many: (n) => `${n} sessions`, wait: "Loading the programme…",
    fail: "The programme could not be loaded.", again: "Try again",
  },
};
const NAMES = { fr: "Français", en: "English" };
const NIGHT = 4 * 3600e3; // until four in the morning a session belongs to the day before
const STYLE = `
:host{display:block;color:var(--forum-ink,#1b2a2f);background:var(--forum-paper,#fbfaf5);
font:inherit;line-height:1.45;padding:1rem}
:host([hidden]){display:none}
a{color:var(--forum-accent,#0a5c4a)}
[role=tablist],.bar{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 .75rem;align-items:center}
button,select{font:inherit;color:inherit;background:transparent;border:1px solid currentColor;
border-radius:.35rem;padding:.4rem .7rem;min-height:2.75rem;cursor:pointer;max-width:100%}
select option{color:#1b2a2f;background:#fff}
[aria-selected=true],[aria-pressed=true]{background:var(--forum-accent,#0a5c4a);
color:var(--forum-paper,#fbfaf5);border-color:var(--forum-accent,#0a5c4a)}
:focus-visible{outline:3px solid var(--forum-accent,#0a5c4a);outline-offset:2px}
ul{list-style:none;margin:0;padding:0}
li{display:grid;grid-template-columns:7.5rem 1fr;gap:0 1rem;padding:.6rem 0;
border-top:1px solid #8886}
li p{margin:0;grid-column:2}
time{grid-row:1/span 3;font-variant-numeric:tabular-nums}
.off a,.off b{text-decoration:line-through}
@media (max-width:30rem){li{grid-template-columns:1fr}li p{grid-column:1}time{grid-row:auto}}`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

function make(tag, values = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one !== null));
  return made;
}

const web = (address) => /^https?:/i.test(address ?? "");

class ForumProgramme extends HTMLElement {
  static observedAttributes = ["src", "lang", "track", "day"];

  #root = this.attachShadow({ mode: "open" });
  #data = null;
  #turn = 0;
  #ready = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    this.#ready = true;
    this.#load();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#ready || before === now) return;
    if (name === "src") this.#load();
    else if (this.#data) this.#show();
  }

  get #language() {
    const said = [this.getAttribute("lang"), this.closest("[lang]")?.lang, navigator.language];
    const short = said.filter(Boolean).map((one) => one.slice(0, 2).toLowerCase());
    return short.find((one) => one in WORDS) ?? "en";
  }

  async #load() {
    const turn = ++this.#turn;
    const words = WORDS[this.#language];
    this.#data = null;
    this.#root.replaceChildren(make("p", { role: "status" }, words.wait));
    try {
      this.source = new URL(this.getAttribute("src") ?? "", document.baseURI);
      this.source.searchParams.set("brief", "1");
      const answer = await fetch(this.source, { credentials: "omit" });
      if (!answer.ok) throw new Error(answer.status);
      const data = await answer.json();
      if (turn !== this.#turn) return;
      this.#data = data;
      this.#show();
    } catch (error) {
      if (turn !== this.#turn) return;
      console.warn("forum-programme:", error);
      const again = make("button", { type: "button", onclick: () => this.#load() }, words.again);
      this.#root.replaceChildren(make("p", { role: "alert" }, words.fail), again, make("slot"));
    }
  }

  #in(text) {
    const values = text ?? {};
    return values[this.#language] || values[this.#data.languages[0]] || Object.values(values)[0] || "";
  }

  #day(session) {
    const zone = this.#data.timezone;
    const moment = new Date(Date.parse(session.starts_at) - NIGHT);
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(moment);
  }

  #show(focus = "") {
    const data = this.#data, language = this.#language, words = WORDS[language];
    const placed = data.sessions.filter((one) => one.starts_at);
    const days = [...new Set(placed.map((one) => this.#day(one)))].sort();
    const now = this.#day({ starts_at: new Date().toISOString() });
    const day = [this.getAttribute("day"), now].find((one) => days.includes(one)) ?? days[0];
    const track = data.tracks.find((one) => one.slug === this.getAttribute("track"));
    const found = placed.filter(
      (one) => this.#day(one) === day && (!track || one.track_id === track.id),
    );
    const dated = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" });
    const tabs = make("div", { role: "tablist", "aria-label": words.days }, ...days.map((one) =>
      make("button", {
        type: "button", role: "tab", id: `d${one}`, "aria-controls": "list",
        "aria-selected": String(one === day), tabindex: one === day ? 0 : -1,
        onclick: () => this.#choose("day", one, `d${one}`),
        onkeydown: (event) => this.#move(event, days, one),
      }, dated.format(new Date(`${one}T12:00Z`)))));
    const choice = make("select", {
      id: "track", onchange: (event) => this.#choose("track", event.target.value, "track"),
    }, make("option", { value: "" }, words.all), ...data.tracks.map((one) =>
      make("option", { value: one.slug, selected: one === track ? "" : null }, this.#in(one.name))));
    const tongues = data.languages.filter((one) => one in WORDS);
    const bar = make("div", { class: "bar" },
      data.tracks.length ? make("label", { for: "track" }, words.track) : null,
      data.tracks.length ? choice : null,
      ...(tongues.length > 1 ? tongues : []).map((one) => make("button", {
        type: "button", lang: one, id: `l${one}`, "aria-pressed": String(one === language),
        onclick: () => this.#choose("lang", one, `l${one}`),
      }, NAMES[one])));
    const said = found.length === 0 ? words.none : found.length === 1 ? words.one : words.many(found.length);
    const list = make("div", { id: "list", role: "tabpanel", "aria-labelledby": `d${day}`, lang: language },
      make("p", { role: "status" }, said), make("ul", {}, ...found.map((one) => this.#session(one, words))));
    const whole = make("a", { href: this.#address("/programme") }, words.whole);
    this.#root.replaceChildren(tabs, bar, list, make("p", {}, whole));
    if (focus) this.#root.getElementById(focus)?.focus();
  }

  #choose(name, value, focus) {
    if (this.getAttribute(name) !== value) this.setAttribute(name, value);
    this.#root.getElementById(focus)?.focus();
  }

  #move(event, days, day) {
    const at = days.indexOf(day), last = days.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#choose("day", days[to], `d${days[to]}`);
  }

  #address(rest) {
    return new URL(`/${encodeURIComponent(this.#data.edition)}${rest}`, this.source).href;
  }

  #session(session, words) {
    const data = this.#data;
    const clock = new Intl.DateTimeFormat(this.#language, { timeStyle: "short", timeZone: data.timezone });
    const starts = new Date(session.starts_at);
    const ends = new Date(starts.getTime() + (session.minutes ?? 30) * 60e3);
    const room = data.rooms.find((one) => one.id === session.room_id);
    const track = data.tracks.find((one) => one.id === session.track_id);
    const people = (session.people ?? []).map(
      (part) => data.speakers.find((one) => one.id === part.speaker_id)?.name).filter(Boolean);
    const title = this.#in(session.title);
    const linked = session.type === "break" ? make("b", {}, title)
      : make("a", { href: this.#address(`/sessions/${encodeURIComponent(session.slug)}`) }, title);
    const about = [session.cancelled ? words.off : "", room?.name, track && this.#in(track.name)];
    const live = web(session.livestream) && !session.cancelled
      ? make("a", { href: session.livestream, rel: "noopener" }, words.live) : null;
    const facts = make("p", {}, about.filter(Boolean).join(" · "));
    if (live) facts.append(facts.textContent ? " · " : "", live);
    return make("li", { class: session.cancelled ? "off" : null },
      make("time", { datetime: session.starts_at }, `${clock.format(starts)} – ${clock.format(ends)}`),
      make("p", {}, linked), facts, people.length ? make("p", {}, people.join(", ")) : null);
  }
}

if (!customElements.get("forum-programme")) customElements.define("forum-programme", ForumProgramme);
