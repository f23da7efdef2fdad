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
  let asked, timer, chosen = -1;

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
  function take(option) {
    input.value = option.dataset.name;
    show(false);
  }
  async function suggest() {
    asked?.abort();
    const { signal } = asked = new AbortController();
    const typed = input.value.trim();
    let found = [];
    if (typed.length > 1) {
      try {
        const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal });
        if (answer.ok) found = (await answer.json()).organisations;
      } catch (error) {
        if (error.name === "AbortError") return; // a newer question took its place
      }
    }
    list.replaceChildren(...found.map((one, number) => {
      const option = make("li", { id: list.id + number, role: "option", "aria-selected": false }, one.name);
      option.dataset.name = one.name;
      if (one.place) option.append(make("small", {}, one.place));
      return option;
    }));
    said.textContent = `${box.dataset.found} ${found.length}`;
    show(found.length > 0);
  }

  box.append(list, said);
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false });
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(suggest, 150); });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); show(false); });
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const many = list.children.length;
    if (step && list.hidden) suggest();
    else if (step) mark(chosen < 0 && step < 0 ? many - 1 : (chosen + step + many) % many);
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else if (event.key === "Escape" && !list.hidden) show(false);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", event => { event.preventDefault(); take(event.target.closest("li")); });
}
