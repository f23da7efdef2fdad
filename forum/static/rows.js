// Rows of a form move, leave and grow without a new page: the buttons named `arrange` ask the form's own
// page, and take the rows out of the answer. Without JavaScript they send the form, which stores nothing.
const form = document.querySelector("form:has(button[name=arrange])");

form?.addEventListener("click", async event => {
  const button = event.target.closest("button[name=arrange]");
  if (!button) return;
  event.preventDefault();
  const rows = button.closest("fieldset");
  const sent = new URLSearchParams(new FormData(form));
  sent.set("arrange", button.value);
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: sent });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(rows.id);
    if (!answer.ok || !fresh) throw new Error(answer.status);
    rows.replaceWith(fresh);
    const [group, row, way] = button.value.split(".");
    const at = Number(row) + ({ up: -1, down: 1 }[way] ?? 0);
    const again = way !== "away" && fresh.querySelector(`[value="${group}.${at}.${way}"]`);
    const lines = [...fresh.querySelectorAll("tbody tr")];
    const free = lines.find(line => [...line.querySelectorAll("input")].every(field => !field.value));
    (again || (way ? lines[at] : free).querySelector("input")).focus();
  } catch {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "arrange", value: button.value }));
    form.submit();
  }
});
