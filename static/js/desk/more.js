/** Pieces of the desk that come later: older takes at the end, and what lies in a stack. */
const BY_ITSELF = 5;

async function piece(address, part) {
  const url = new URL(address, location.href);
  url.searchParams.set("part", part);
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const holder = document.createElement("template");
  holder.innerHTML = (await answer.text()).trim();
  return holder.content;
}

/**
 * Older takes follow as one scrolls, five times by themselves. Then "Older" is a link like any other, to a page that
 * begins there: a page of thousands of pictures is slow in every browser. Whoever has chosen takes keeps them in sight.
 */
export function continueAtEnd(board) {
  let times = 0;
  let busy = false;
  const seen = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && times < BY_ITSELF) go();
  }, { root: board.stage ? board.list : null, rootMargin: "1200px" });
  const watch = () => {
    const end = board.list.querySelector("[data-more]");
    if (end) seen.observe(end);
  };

  async function go() {
    const end = board.list.querySelector("[data-more]");
    if (!end || busy) return;
    busy = true;
    end.setAttribute("aria-busy", "true");
    try {
      const more = await piece(end.querySelector("a").href, "page");
      times += 1;
      const focused = end.contains(document.activeElement);
      const first = more.querySelector(".desk-tile__open");
      seen.unobserve(end);
      end.replaceWith(more);
      if (focused) first?.focus({ preventScroll: true });
      watch();
    } catch {
      end.removeAttribute("aria-busy"); // the link is still there
    } finally {
      busy = false;
    }
  }

  board.list.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more] a") || event.ctrlKey || event.metaKey) return;
    if (times >= BY_ITSELF && !board.ticked.length) return;
    event.preventDefault();
    go();
  });
  watch();
}

/** The takes below the top of a stack, in its place. */
export async function toggleStack(board, link) {
  const tile = link.closest(".desk-tile");
  if (link.getAttribute("aria-expanded") === "true") {
    while (tile.nextElementSibling?.matches(".desk-tile--inside")) tile.nextElementSibling.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  if (link.hasAttribute("aria-busy")) return; // it is on its way
  link.setAttribute("aria-busy", "true");
  try {
    const url = new URL(location.href);
    url.searchParams.set("open", link.dataset.stack);
    tile.after(await piece(url, "stack"));
    link.setAttribute("aria-expanded", "true");
  } catch {
    location.assign(link.href);
  } finally {
    link.removeAttribute("aria-busy");
  }
}
