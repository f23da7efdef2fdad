// The picture of a badge follows what is typed: the form asks for its own page as it would look, and
// the picture and what is said of it are taken out of the answer. Without JavaScript a button does it.
const form = document.querySelector("form[data-preview]");
const picture = document.querySelector("#preview");
const remarks = document.querySelector("#remarks");
let request;
let timer;

async function draw() {
  clearTimeout(timer);
  request?.abort();
  const mine = request = new AbortController();
  picture.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#preview");
    if (!answer.ok || !fresh) throw new Error(answer.status);
    if (fresh.querySelector("img")) picture.replaceChildren(...fresh.childNodes);
    else picture.querySelector("img")?.classList.add("old"); // what is typed cannot be drawn yet
    const said = page.querySelector("#remarks");
    if (remarks.innerHTML !== said.innerHTML) remarks.replaceChildren(...said.childNodes);
  } catch (error) {
    if (error.name === "AbortError") return;
    picture.querySelector("img")?.classList.add("old");
  }
  if (request === mine) picture.removeAttribute("aria-busy");
}

form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(draw, 400); });
