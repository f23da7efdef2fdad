// A page that moves by itself: <… data-live="#progress,#acts"> asks for its own page every three
// seconds, or as many milliseconds as data-every says, and takes the named parts out of the answer,
// until it says to be still. What holds the focus stays as it is. Without JavaScript a link loads the
// page again.
const pause = () => setTimeout(look, document.querySelector("[data-live]")?.dataset.every ?? 3000);

async function look() {
  const here = document.querySelector("[data-live]");
  if (!here) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of answer.ok ? here.dataset.live.split(",") : []) {
        const [mine, theirs] = [document, page].map(one => one.querySelector(part));
        if (theirs && !mine.contains(document.activeElement)) mine.replaceWith(document.adoptNode(theirs));
      }
    } catch {
      // The network is away for a moment: the next look tries again.
    }
  }
  pause();
}

pause();
