/** Tells the site once that a post's page was really looked at: not when it was opened in the background or ahead of time. */
const page = document.querySelector("[data-look]");
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

function look() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", look);
  fetch(page.dataset.look, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
}

if (page && token) {
  document.addEventListener("visibilitychange", look);
  if (document.prerendering) document.addEventListener("prerenderingchange", look, { once: true });
  else look();
}
