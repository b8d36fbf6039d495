/**
 * The picture of a post over the whole window: arrows walk through the search, Space plays, Escape closes.
 * A link a[data-lightbox] opens it; dialog#lightbox holds links [data-lightbox-previous] and [data-lightbox-next]
 * to the neighbouring posts, which are fetched and shown in place.
 */
const SLIDE = 5000;
const dialog = document.getElementById("lightbox");
if (dialog) start(dialog);

function start(dialog) {
  let image = dialog.querySelector("[data-lightbox-image]");
  let shown = location.href;
  let playing = 0;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const playButton = dialog.querySelector("[data-lightbox-play]");

  const open = () => { if (!dialog.open) dialog.showModal(); };
  const link = (side) => dialog.querySelector(`[data-lightbox-${side}]`);

  async function go(side) {
    const target = link(side);
    if (!target || target.hidden) { stop(); return; }
    const address = target.href;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("#lightbox [data-lightbox-content]");
      if (!next) throw new Error("no picture");
      const had = document.activeElement?.closest("[data-lightbox-next], [data-lightbox-previous]");
      dialog.querySelector("[data-lightbox-content]").replaceWith(document.adoptNode(next));
      if (had) (link(side)?.hidden ? dialog.querySelector("[data-lightbox-close]") : link(side))?.focus();
      image = dialog.querySelector("[data-lightbox-image]");
      shown = address;
      history.replaceState(null, "", address);
      document.title = page.title;
    } catch {
      location.href = address;
    }
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    playButton?.setAttribute("aria-pressed", "false");
  }

  function play() {
    if (playing) return stop();
    if (calm.matches) return go("next");
    playing = setInterval(() => go("next"), SLIDE);
    playButton?.setAttribute("aria-pressed", "true");
  }

  document.addEventListener("click", (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("a[data-lightbox]")) { event.preventDefault(); open(); }
  });
  dialog.addEventListener("click", (event) => {
    const side = event.target.closest("[data-lightbox-next]") ? "next" : event.target.closest("[data-lightbox-previous]") ? "previous" : "";
    if (side && !event.ctrlKey && !event.metaKey) { event.preventDefault(); stop(); go(side); }
    else if (event.target.closest("[data-lightbox-play]")) play();
    else if (event.target.closest(".lightbox__stage, [data-lightbox-close]")) dialog.close();
  });
  // On the document: the walk replaces what had the focus, and then the dialog hears no keys.
  document.addEventListener("keydown", (event) => {
    if (!dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight" || event.key === "d") { stop(); go("next"); }
    else if (event.key === "ArrowLeft" || event.key === "a") { stop(); go("previous"); }
    else if (event.key === " " && !event.target.closest?.("button")) play();
    else return;
    event.preventDefault();
  });
  let from = null;
  dialog.addEventListener("pointerdown", (event) => { from = event.pointerType === "touch" ? event.clientX : null; });
  dialog.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const way = event.clientX - from;
    from = null;
    if (Math.abs(way) > 60) { stop(); go(way < 0 ? "next" : "previous"); }
  });
  dialog.addEventListener("close", () => {
    stop();
    // The page behind still shows the post that the walk began with.
    if (document.body.dataset.address !== undefined && shown !== document.body.dataset.address) location.href = shown;
  });
  document.body.dataset.address = location.href;
}
