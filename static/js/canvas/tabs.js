/**
 * Whether another tab has the same picture open. Tabs ask each other by a BroadcastChannel, which, unlike a lock, needs
 * no HTTPS: many sites run at home without. The older tab answers.
 */
const PATIENCE = 150;
const MAIN = "main";

/** Resolves to the name that this tab's draft has: `key` alone, or with a part of its own for a further tab. */
export async function draftName(key) {
  const slot = `canvas-tab:${key}`;
  if (!("BroadcastChannel" in window)) return { name: key, second: false };
  const channel = new BroadcastChannel("irodori-canvas");
  const me = { key, id: crypto.getRandomValues(new Uint32Array(2)).join("-"), since: performance.timeOrigin };
  let own = sessionStorage.getItem(slot) ?? ""; // the first tab's part is MAIN, and it keeps it through a reload
  const others = new Set();
  channel.addEventListener("message", ({ data }) => {
    if (data.key !== key || data.id === me.id) return;
    if (data.kind === "hello" && (me.since < data.since || (me.since === data.since && me.id < data.id))) {
      channel.postMessage({ ...me, kind: "here", own });
    } else if (data.kind === "here" && data.to === undefined) others.add(data.own);
  });
  channel.postMessage({ ...me, kind: "hello" });
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const second = others.size > 0;
  // A copied tab comes with the other's memory: it needs a name of its own all the same.
  if (second && (!own || others.has(own))) own = me.id;
  own ||= MAIN;
  sessionStorage.setItem(slot, own);
  return { name: own === MAIN ? key : `${key}#${own}`, second };
}
