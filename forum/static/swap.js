// Live search without a library: <form data-swap="#count,#list"> asks for its own page as one types,
// takes the named parts out of the answer, and says so by an event "swapped". Without JavaScript the
// form is sent as any form.
const form = document.querySelector("form[data-swap]");
let request;
let timer;

async function swap() {
  clearTimeout(timer);
  request?.abort();
  const mine = request = new AbortController();
  const address = form.action + "?" + new URLSearchParams(new FormData(form));
  const parts = form.dataset.swap.split(",");
  const mark = busy => parts.forEach(part => document.querySelector(part).toggleAttribute("aria-busy", busy));
  mark(true);
  try {
    const answer = await fetch(address, { signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || parts.some(part => !page.querySelector(part))) throw new Error(answer.status);
    for (const part of parts) document.querySelector(part).replaceChildren(...page.querySelector(part).childNodes);
    document.dispatchEvent(new Event("swapped"));
    history.replaceState(null, "", address);
    mark(false);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

form.addEventListener("submit", event => { event.preventDefault(); swap(); });
form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(swap, 250); });
