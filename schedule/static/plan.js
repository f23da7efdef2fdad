// Markers of rooms on a plan: choose a room, press its place on the picture. What is typed is drawn at once,
// and stays what the form sends; without JavaScript typing does all of it.
const SVG = "http://www.w3.org/2000/svg";
const plan = document.getElementById("plan");
const rows = [...document.querySelectorAll("tr[data-marker]")].filter(row => row.dataset.marker);

if (plan && rows.length) {
  const drawing = plan.querySelector("svg");
  const fieldsOf = row => row.querySelectorAll("input[inputmode=decimal]");
  const placeOf = row => [...fieldsOf(row)].map(field => {
    const text = field.value.trim().replace(",", ".");
    const share = Number(text);
    return text && share >= 0 && share <= 100 ? share : null;
  });
  const made = (name, attributes, text = "") => {
    const one = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.textContent = text;
    return one;
  };

  const draw = () => drawing.replaceChildren(...rows.flatMap(row => {
    const [x, y] = placeOf(row);
    if (x === null || y === null) return [];
    return [
      made("circle", { cx: `${x}%`, cy: `${y}%`, r: 11 }),
      made("text", { x: `${x}%`, y: `${y}%`, dy: ".35em" }, row.dataset.marker),
    ];
  }));

  const buttons = rows.map(row => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = plan.dataset.label.replace("{room}", row.querySelector("th").firstChild.data.trim());
    row.querySelector("th").append(document.createElement("br"), button);
    return button;
  });
  let chosen = null;
  const choose = n => {
    chosen = n;
    buttons.forEach((button, m) => button.setAttribute("aria-pressed", m === n));
  };
  const unplaced = () => rows.findIndex(row => placeOf(row).includes(null));

  buttons.forEach((button, n) => button.addEventListener("click", () => {
    choose(n);
    plan.scrollIntoView({ block: "nearest" });
  }));
  plan.querySelector("img").addEventListener("click", event => {
    const row = rows[chosen ?? Math.max(0, unplaced())];
    const box = event.currentTarget.getBoundingClientRect();
    const shares = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    fieldsOf(row).forEach((field, n) => {
      field.value = Math.min(100, Math.max(0, 100 * shares[n])).toFixed(1);
    });
    draw();
    choose(unplaced() < 0 ? null : unplaced());
  });
  for (const row of rows) for (const field of fieldsOf(row)) field.addEventListener("input", draw);
  document.getElementById("click-hint").hidden = false;
  plan.classList.add("placing");
  choose(unplaced() < 0 ? null : unplaced());
  draw();
}
