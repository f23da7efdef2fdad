// Lists and the help desk on a device with the right: who has no badge is found by name, registered, corrected, let in,
// and given a badge; who is in the building is listed. Lists in clear are kept until they expire, and no longer.

const SOON_MS = 250;
const MOST = 20;
const LOOK_MS = 1000;
const KEPT = { people: "/api/device/people", present: "/api/device/present" };
const FIELDS = ["family_name", "given_name", "organisation", "job_title"];

const bare = text => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/œ/gi, "oe").replace(/æ/gi, "ae").toLowerCase();
const wordsOf = text => bare(text).replace(/[^0-9a-z@.]+/g, " ").trim().split(" ").filter(Boolean);

/** Return those whom all the words begin a word of, in any order: as the server finds them. */
export function among(people, typed) {
  const wanted = wordsOf(typed);
  if (!wanted.length) return [];
  const joined = wanted.join("");
  return people.filter(one => {
    const own = wordsOf([one.family_name, one.given_name, one.organisation ?? "", one.reference].join(" "));
    return wanted.every(word => own.some(each => each.startsWith(word))) || bare(one.reference).replace("-", "") === joined;
  });
}

const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text ?? "", ...more });
const say = (word, values) => word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export function start({ api, store, device, panel, scan }) {
  const told = JSON.parse(document.getElementById("desk-words").textContent);
  const own = () => ({ Authorization: `Bearer ${device().token}` });
  const may = right => Boolean(device()?.[right]);
  let categories = {};
  let latest = 0;
  let soon;

  const status = make("p", "", { id: "desk-status" });
  status.setAttribute("role", "status");
  const label = make("p", "", { id: "desk-label" });
  label.setAttribute("role", "status");
  const found = make("ul", "", { id: "desk-found" });
  const form = make("form", "", { id: "desk-form", hidden: true });
  const present = make("section", "", { id: "desk-present", hidden: true });

  function button(text, act, label = text) {
    const made = make("button", text, { type: "button", ariaLabel: label });
    made.addEventListener("click", act);
    return made;
  }

  /* Lists in clear: fetched again when they can be, else as they are kept, until they expire */
  async function list(name) {
    const kept = await store.get(`list:${name}`);
    const good = kept && kept.device === device()?.id && Date.parse(kept.expires_at) > Date.now() ? kept : null;
    if (kept && !good) await store.put(`list:${name}`, null);
    try {
      const { status: code, body } = await api("GET", KEPT[name]);
      if (code !== 200) {
        await store.put(`list:${name}`, null);
        return null;
      }
      const fresh = { ...body, device: device()?.id };
      await store.put(`list:${name}`, fresh);
      return fresh;
    } catch {
      return good;
    }
  }

  /* Finding */
  async function search(typed) {
    const turn = ++latest;
    let people;
    let more = false;
    let offline = false;
    try {
      const { status: code, body } = await api("GET", `/api/device/registrations?q=${encodeURIComponent(typed)}`);
      if (code !== 200) throw new Error("refused");
      ({ items: people, more } = body);
    } catch {
      offline = true;
      people = among((await list("people"))?.people ?? [], typed);
      more = people.length > MOST;
    }
    if (turn !== latest) return;
    if (!offline && !printers) readPrinters();
    showFound(typed, people.slice(0, MOST), more, offline);
  }

  let again = () => {};
  function showFound(typed, people, more, offline) {
    again = () => found.replaceChildren(...people.map(one => row(one, offline)));
    const parts = [people.length ? say(told.found, { n: people.length }) : typed ? told.nobody : ""];
    if (more) parts.push(told.more);
    if (offline && typed) parts.push(told.offline);
    status.textContent = parts.filter(Boolean).join(" ");
    again();
  }

  function row(one, offline) {
    const name = `${one.family_name} ${one.given_name}`;
    const item = make("li");
    const state = told.statuses[one.status] ?? one.status;
    const text = [name, one.organisation, categories[one.category] ?? one.category, state].filter(Boolean).join(" · ");
    item.append(make("p", text), button(told.admit, () => scan(one.reference), say(told.one, { deed: told.admit, name })));
    if (may("may_desk") && !offline) {
      item.append(button(told.correct, () => correct(one), say(told.one, { deed: told.correct, name })));
      if (one.status === "confirmed" && here("label")) item.append(button(told.label, event => printLabel(one, event.currentTarget), say(told.one, { deed: told.label, name })));
      if (one.status === "confirmed") item.append(button(told.print, () => print(one), say(told.one, { deed: told.print, name })));
    }
    return item;
  }

  /* The form: somebody new, or a name put right */
  function fields(one) {
    const rows = FIELDS.map(name => {
      const label = make("label", told.fields[name]);
      const input = make("input", "", { name, value: one[name] ?? "", autocomplete: "off", id: `desk-${name}` });
      input.required = name.endsWith("_name");
      label.htmlFor = input.id;
      const fault = make("p", "", { id: `desk-${name}-fault`, className: "fault" });
      input.setAttribute("aria-describedby", fault.id);
      return [label, input, fault];
    });
    return rows.flat();
  }

  function openForm(title, one, extra, send) {
    const fault = make("p", "", { id: "desk-fault" });
    fault.setAttribute("role", "alert");
    const store_ = make("button", told.store);
    const back = button(told.back, closeForm);
    const acts = make("div", "", { className: "row" });
    acts.append(store_, back);
    form.replaceChildren(make("h2", title), fault, ...fields(one), ...extra, acts);
    form.onsubmit = async event => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(form));
      store_.disabled = true;
      try {
        await send(values, fault);
      } catch {
        fault.textContent = told.no_server;
      } finally {
        store_.disabled = false;
      }
    };
    form.hidden = false;
    form.querySelector("input").focus();
  }

  function closeForm() {
    form.hidden = true;
    form.replaceChildren();
    input.focus();
  }

  function faults(body, fault) {
    const named = Object.entries(body.fields ?? {}).filter(([name]) => form.elements[name]);
    for (const each of form.querySelectorAll(".fault")) each.textContent = "";
    for (const [name, message] of named) form.querySelector(`#desk-${name}-fault`).textContent = message;
    fault.textContent = told.problems[body.code] ?? body.title ?? told.refused;
  }

  async function correct(one) {
    openForm(told.correct, one, [], async (values, fault) => {
      const changed = Object.fromEntries(FIELDS.filter(name => values[name] !== (one[name] ?? "")).map(name => [name, values[name]]));
      const answer = await fetch(`/api/device/registrations/${one.reference}`, {
        method: "PATCH",
        headers: { ...own(), "Content-Type": "application/json", "If-Match": `"${one.revision}"` },
        body: JSON.stringify(changed),
      });
      const body = await answer.json();
      if (!answer.ok) {
        faults(body, fault);
        return;
      }
      closeForm();
      showFound("", [body], false, false);
      status.textContent = told.corrected;
    });
  }

  async function walkIn(typed) {
    await readCategories();
    const [family_name = "", ...given] = typed.split(/\s+/).filter(Boolean);
    const label = make("label", told.fields.category, { htmlFor: "desk-category" });
    const choice = make("select", "", { name: "category", id: "desk-category" });
    choice.append(...Object.entries(categories).map(([value, text]) => make("option", text, { value })));
    const wrong = make("p", "", { id: "desk-category-fault", className: "fault" });
    const twin = make("label", "", { hidden: true });
    const tick = make("input", "", { type: "checkbox", name: "another_person", value: "yes" });
    twin.append(tick, ` ${told.another}`);
    let key = crypto.randomUUID();
    let before = "";
    openForm(told.walk_in, { family_name, given_name: given.join(" ") }, [label, choice, wrong, twin], async (values, fault) => {
      const { another_person, ...typed_ } = values;
      const sent = { ...typed_, organisation: values.organisation || null, job_title: values.job_title || null };
      if (another_person) sent.another_person = true;
      const now = JSON.stringify(sent);
      if (before && before !== now) key = crypto.randomUUID(); // another deed than the one that may have been done
      before = now;
      const { status: code, body } = await api("POST", "/api/device/registrations", sent, { key });
      if (code !== 201) {
        twin.hidden = body.code !== "namesakes";
        faults(body, fault);
        return;
      }
      closeForm();
      showFound("", [body], false, false);
      status.textContent = told.registered;
      await scan(body.token);
    });
  }

  async function readCategories() {
    if (Object.keys(categories).length || !may("may_desk")) return;
    const language = document.documentElement.lang;
    try {
      const { status: code, body } = await api("GET", "/api/device/categories");
      if (code !== 200) return;
      categories = Object.fromEntries(Object.entries(body).map(([slug, text]) => [slug, text[language] ?? Object.values(text)[0]]));
    } catch { /* asked again with the next form */ }
  }

  /* The printer of this desk: chosen once, kept on this phone */
  let printers = null;
  let chosen = "";
  const choice = make("select", "", { id: "desk-printer" });
  const choosing = make("label", `${told.printer} `, { htmlFor: "desk-printer", className: "grow" });
  const picking = make("div", "", { className: "row", hidden: true });
  choosing.append(choice);
  picking.append(choosing);
  choice.addEventListener("change", async () => {
    chosen = choice.value;
    await store.put("printer", { device: device()?.id, id: chosen });
    again();
  });
  const here = kind => (printers ?? []).find(one => one.id === chosen && one.kind === kind);
  const language = () => `lang=${document.documentElement.lang}`;

  async function readPrinters() {
    if (!may("may_desk")) return;
    try {
      const { status: code, body } = await api("GET", `/api/device/printers?${language()}`);
      if (code !== 200) return;
      printers = body.items;
    } catch {
      return; // asked again with the next search
    }
    const kept = await store.get("printer");
    const labels = printers.filter(one => one.kind === "label");
    chosen = kept?.device === device()?.id ? kept.id : labels.length === 1 ? labels[0].id : "";
    const gone = chosen && !printers.some(one => one.id === chosen);
    if (gone) {
      label.textContent = told.problems.printer_not_found;
      chosen = "";
    }
    choice.replaceChildren(
      make("option", told.no_printer, { value: "" }),
      ...printers.map(one => make("option", one.kind === "label" ? `${one.name} (${told.label})` : one.name, { value: one.id })),
    );
    choice.value = chosen;
    picking.hidden = !printers.length;
    again();
  }

  /* A label: asked for with one press, and followed until it is printed or somebody has to mend it */
  const asked = new Map(); // keys of what was asked for and not answered: asked again, it is the same label
  let followed = 0;
  async function printLabel(one, pressed) {
    const printer = here("label");
    const name = `${one.family_name} ${one.given_name}`;
    const what = `${one.reference} ${printer.id}`;
    if (!asked.has(what)) asked.set(what, crypto.randomUUID());
    const turn = ++followed;
    pressed.disabled = true;
    label.textContent = told.asking;
    try {
      const path = `/api/device/registrations/${one.reference}/labels?${language()}`;
      const { status: code, body } = await api("POST", path, { printer: printer.id }, { key: asked.get(what) });
      asked.delete(what);
      if (code === 202) {
        follow(turn, name, body);
        return;
      }
      if (body.code === "printer_not_found") await readPrinters();
      label.textContent = told.problems[body.code] ?? Object.values(body.fields ?? {})[0] ?? body.title ?? told.refused;
    } catch {
      label.textContent = told.no_server;
    } finally {
      pressed.disabled = false;
    }
  }

  function follow(turn, name, one) {
    if (turn !== followed) return;
    const state = `${say(told.one, { deed: told.label, name })}, ${one.printer}, ${one.said}.`;
    const text = [state, one.wrong, one.mend].filter(Boolean).join(" ");
    if (label.textContent !== text) label.textContent = text;
    if (!one.under_way) return;
    setTimeout(async () => {
      let now = one;
      try {
        const { status: code, body } = await api("GET", `/api/device/labels/${one.id}?${language()}`);
        if (code !== 200) {
          label.textContent = told.problems[body.code] ?? body.title ?? told.refused;
          return;
        }
        now = body;
      } catch { /* the network is away for a moment: the next look tells */ }
      follow(turn, name, now);
    }, LOOK_MS);
  }

  /* A badge again: where files can be shared (to a printer's app) they are, else the PDF is opened */
  async function print(one) {
    status.textContent = told.drawing;
    try {
      const printer = here("sheets");
      const answer = await fetch(`/api/device/registrations/${one.reference}/badge.pdf${printer ? `?printer=${printer.id}` : ""}`, { headers: own(), cache: "no-store" });
      if (answer.status === 404 && printer) {
        status.textContent = told.problems.printer_not_found;
        readPrinters();
        return;
      }
      if (!answer.ok) throw new Error("refused");
      const file = new File([await answer.blob()], `badge-${one.reference}.pdf`, { type: "application/pdf" });
      status.textContent = told.drawn;
      if (navigator.canShare?.({ files: [file] })) {
        await navigator.share({ files: [file] }).catch(() => {});
        return;
      }
      const address = URL.createObjectURL(file);
      const link = make("a", say(told.open_badge, { name: `${one.family_name} ${one.given_name}` }), { href: address, target: "_blank", id: "desk-badge" });
      status.append(" ", link);
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 600_000);
    } catch {
      status.textContent = told.no_server;
    }
  }

  /* Who is in the building */
  async function showPresent() {
    present.hidden = false;
    present.replaceChildren(make("p", told.asking));
    const kept = await list("present");
    if (!kept) {
      present.replaceChildren(make("p", told.no_list));
      return;
    }
    const at = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    const until = new Date(kept.expires_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const people = make("ol");
    people.append(...kept.people.map((one, number) => {
      const item = make("li");
      const label = make("label");
      label.append(
        make("input", "", { type: "checkbox", id: `desk-here-${number}` }),
        ` ${[`${one.family_name} ${one.given_name}`, one.organisation, one.category].filter(Boolean).join(" · ")}`,
      );
      item.append(label);
      return item;
    }));
    const count = say(told.present_count, { n: kept.people.length, at, until });
    present.replaceChildren(make("h2", told.present), make("p", count, { id: "desk-count" }), people);
    setTimeout(forget, Math.min(2 ** 31 - 1, Date.parse(kept.expires_at) - Date.now()));
  }

  async function forget() {
    for (const name of Object.keys(KEPT)) {
      const kept = await store.get(`list:${name}`);
      if (kept && Date.parse(kept.expires_at) <= Date.now()) await store.put(`list:${name}`, null);
    }
    const kept = await store.get("list:present");
    if (!kept) {
      present.hidden = true;
      present.replaceChildren();
    }
  }

  /* The panel */
  const searching = make("form", "", { id: "desk-search" });
  searching.setAttribute("role", "search");
  const finding = make("label", told.find, { htmlFor: "desk-q" });
  const input = make("input", "", { id: "desk-q", type: "search", autocomplete: "off", enterKeyHint: "search" });
  const register = button(told.walk_in, () => walkIn(input.value.trim()));
  const evacuation = button(told.present, showPresent);
  searching.append(finding, input);
  searching.addEventListener("submit", event => {
    event.preventDefault();
    clearTimeout(soon);
    search(input.value.trim());
  });
  input.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(() => search(input.value.trim()), SOON_MS);
  });
  const acts = make("div", "", { className: "row" });
  acts.append(register, evacuation);
  panel.replaceChildren(searching, acts, picking, status, label, form, found, present);

  function rights() {
    searching.hidden = !may("may_search");
    register.hidden = !may("may_desk");
    evacuation.hidden = !may("may_evacuate");
    if (!may("may_desk")) picking.hidden = true;
  }
  rights();
  readCategories();
  readPrinters();
  forget();
  if (may("may_search")) list("people"); // for when there is no network
  return { rights };
}
