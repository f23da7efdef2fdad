// At the desk, Enter goes to the next field, and sends the form from the last one. Without JavaScript
// it sends the form from any field, and what is missing is asked for.
const form = document.querySelector("form[data-steps]");

form?.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.target.type === "submit") return;
  const fields = [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select")];
  const next = fields[fields.indexOf(event.target) + 1];
  event.preventDefault();
  if (next) {
    next.focus();
    next.select?.();
  } else {
    form.querySelector("button").click();
  }
});
