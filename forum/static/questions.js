// Hides the questions that do not apply. Without JavaScript all are shown, each with its rule.
const form = document.querySelector("form[data-asks]");

function fit() {
  const given = new FormData(form);
  for (const part of form.querySelectorAll("[data-of], [data-when]")) {
    const { of, when, is } = part.dataset;
    part.hidden = Boolean(of && !of.split(" ").includes(given.get("category")))
      || Boolean(when && !given.getAll(when).some(one => is.split(" ").includes(one)));
    if (part.hidden) part.querySelectorAll("[name]").forEach(one => given.delete(one.name));
  }
}

form.querySelectorAll(".rule").forEach(one => { one.hidden = true; });
form.addEventListener("change", fit);
fit();
