/** How many takes there are of each kind, said anew by the server after marks: the page's own words, not sums made here. */
const SETTLES = 400; // marks come in bursts, and one question is enough
let waiting = 0;
let asking = null;

export function recount(board) {
  clearTimeout(waiting);
  waiting = setTimeout(() => ask(board), SETTLES);
}

async function ask(board) {
  asking?.abort();
  asking = new AbortController();
  let fresh;
  try {
    const answer = await fetch(location.href, { signal: asking.signal });
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the numbers are old until the next mark
  }
  for (const place of ["h1 .count", ".desk__chips", "[data-found]"]) {
    const [old, anew] = [document.querySelector(place), fresh.querySelector(place)];
    if (!old || !anew) continue;
    // Whoever stands on a chip goes on standing there.
    const at = [...old.children].indexOf(document.activeElement);
    old.replaceChildren(...anew.childNodes);
    old.children[at]?.focus();
  }
  document.querySelector(".desk .empty")?.remove();
  const empty = fresh.querySelector(".desk .empty");
  if (empty && !board.tiles.length) board.after(empty);
}
