/**
 * What is painted and not sent yet, kept in this browser: for each account and picture one draft, for further tabs one of
 * their own. Written after each stroke, so that a reload or a crash takes the last stroke at most.
 */
const NAME = "irodori-canvas";
const STORE = "drafts";
const KEPT = 30 * 24 * 3600 * 1000;

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  const transaction = database.transaction(STORE, mode);
  transaction.oncomplete = transaction.onabort = () => database.close();
  return transaction.objectStore(STORE);
}

/** The draft of `key`; else, where no other tab has the picture open, the newest that a tab of its own left behind. */
export async function load(key, { alone }) {
  const drafts = await store("readonly");
  const own = await answer(drafts.get(key));
  if (own || !alone) return own ?? null;
  const others = await answer(drafts.getAll(IDBKeyRange.bound(`${key}#`, `${key}#\uffff`)));
  return others.sort((one, other) => other.at - one.at)[0] ?? null;
}

export async function save(key, draft) {
  const drafts = await store("readwrite");
  await answer(drafts.put({ ...draft, at: Date.now() }, key));
}

export async function drop(key) {
  await answer((await store("readwrite")).delete(key));
}

/** Drafts that nobody touched for a month are gone. */
export async function tidy() {
  const cursor = (await store("readwrite")).openCursor();
  cursor.onsuccess = () => {
    const found = cursor.result;
    if (!found) return;
    if (found.value.at < Date.now() - KEPT) found.delete();
    found.continue();
  };
}
