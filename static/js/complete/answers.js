/** What the server said before, so that going back and forth in a word asks nothing twice. */
const KEPT = 200;
const SECONDS = 60;
const kept = new Map(); // address → { at, answer }; the one used longest ago comes first

/** The answer for what was typed if it is still at hand, else undefined. */
export function remembered(address) {
  const entry = kept.get(address);
  if (!entry) return undefined;
  kept.delete(address);
  if (Date.now() - entry.at > SECONDS * 1000) return undefined;
  kept.set(address, entry);
  return entry.answer;
}

/** Asks the server. Rejects as fetch does; an answer that is no list counts as an empty one. */
export async function ask(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) return { completions: [], status: "" };
  const said = await answer.json();
  kept.set(address, { at: Date.now(), answer: said });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return said;
}

/** The address that answers for this box. */
export function addressFor(box, mode, typed) {
  const address = new URL(box.dataset.complete, location.href);
  address.searchParams.set("q", typed.normalize("NFKC"));
  address.searchParams.set("box", mode);
  return address.href;
}
