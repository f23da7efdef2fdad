// Suggests territories as one types an organisation (ARIA combobox with a listbox). What is typed
// stays the answer, and the server knows a territory by its name. Without it: plain text.
const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
const make = (tag, values, text = "") => {
  const element = document.createElement(tag);
  set(element, values);
  element.textContent = text;
  return element;
};

for (const box of document.querySelectorAll("[data-suggest]")) {
  const input = box.querySelector("input");
  const list = make("ul", { id: `${input.id}-list`, role: "listbox", "aria-label": box.dataset.label, hidden: "" });
  const said = make("p", { role: "status", class: "vh" });
  let asked, moving, timer, chosen = -1;

  function mark(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const option = list.children[place];
    set(input, { "aria-activedescendant": option?.id ?? "" });
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
  }
  function show(open) {
    list.hidden = !open;
    set(input, { "aria-expanded": open });
    mark(-1);
  }
  function forget() {
    clearTimeout(timer);
    asked?.stop.abort();
    asked = moving = undefined;
  }
  function close() {
    forget();
    show(false);
  }
  function take(option) {
    input.value = option.dataset.name;
    close();
  }
  // Asks for what is typed, once; a newer text, or leaving the field, ends an older question.
  function suggest() {
    const text = input.value.trim();
    if (asked?.text !== text) {
      forget();
      const stop = new AbortController();
      asked = { text, stop, done: fill(text, stop.signal) };
    }
    return asked.done;
  }
  async function fill(text, signal) {
    let found = [];
    if (text.length > 1) {
      try {
        const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal });
        found = answer.ok ? (await answer.json()).organisations : null;
      } catch {
        found = null;
      }
    }
    if (signal.aborted) return;
    if (!found) forget(); // no answer: the next arrow asks again
    list.replaceChildren(...(found ?? []).map((one, number) => {
      const option = make("li", { id: list.id + number, role: "option", "aria-selected": false }, one.name);
      option.dataset.name = one.name;
      if (one.place) option.append(make("small", {}, one.place));
      return option;
    }));
    const many = list.children.length;
    said.textContent = `${box.dataset.found} ${many}`;
    show(many > 0);
  }
  // Arrows move in the list of what is typed now: a faster finger waits for it.
  async function move(step) {
    const question = suggest();
    await question;
    const many = list.children.length;
    if (asked?.done !== question) return;
    if (!many) moving = undefined;
    else mark(chosen < 0 && step < 0 ? many - 1 : (chosen + step + many) % many);
  }

  box.append(list, said);
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false });
  input.addEventListener("input", () => { forget(); mark(-1); timer = setTimeout(suggest, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) moving = move(step);
    else if (event.key === "Enter" && moving) moving.then(() => chosen < 0 || take(list.children[chosen]));
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", event => { event.preventDefault(); take(event.target.closest("li")); });
}
