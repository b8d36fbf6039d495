/**
 * The word at the caret: where it stands in the text and what was typed of it. Knows no page.
 * Full-width signs are what Japanese input methods leave behind; they mean the same as the narrow ones.
 */
const LEADS = { query: /[-~(－～（]/, tags: /[-－]/, prompt: /[\s([{（［｛]/ };
const OPEN = /[([{（［｛]/;
const CLOSE = /[)\]}）］｝]/;
const QUOTED = /^[a-z][a-z_]*[:：](["'])/i;

/** `{start, end, typed}` of the word in `text` that has the caret in it or at its end, or null. */
export function wordAt(text, caret, mode) {
  const word = mode === "prompt" ? piece(text, caret) : term(text, caret, LEADS[mode] ?? LEADS.tags);
  if (!word || caret < word.start || caret > word.end) return null;
  const typed = text.slice(word.start, caret).trim();
  return typed ? { ...word, typed } : null;
}

/** Words of a search or an edit string: apart by blanks, which can stand inside a quoted value. */
function term(text, caret, lead) {
  let at = 0;
  while (at < text.length) {
    while (at < text.length && (/\s/.test(text[at]) || lead.test(text[at]))) at += 1;
    const start = at;
    at = endOfTerm(text, start, caret);
    if (caret <= at) return { start, end: closed(text, start, at) };
  }
  return null;
}

function endOfTerm(text, start, caret) {
  const quoted = text.slice(start).match(QUOTED);
  if (quoted) {
    let end = start + quoted[0].length;
    while (end < text.length && text[end] !== quoted[1]) end += text[end] === "\\" ? 2 : 1;
    if (end < text.length) return end + 1;
    // Never closed: what comes after the caret is likelier the next word than part of the value.
    end = Math.max(caret, start);
    while (end < text.length && !/\s/.test(text[end])) end += 1;
    return end;
  }
  let end = start;
  while (end < text.length && !/\s/.test(text[end])) end += text[end] === "\\" && /\s/.test(text[end + 1] ?? "") ? 2 : 1;
  return Math.min(end, text.length);
}

/** A prompt is made of pieces between commas; brackets and weights around a piece are none of it. */
function piece(text, caret) {
  const apart = /[,，、\n]/;
  let start = caret;
  while (start > 0 && !apart.test(text[start - 1])) start -= 1;
  let end = caret;
  while (end < text.length && !apart.test(text[end])) end += 1;
  while (start < caret && LEADS.prompt.test(text[start])) start += 1;
  const weight = text.slice(caret, end).search(/\s*:\s*-?\d/);
  if (weight >= 0) end = caret + weight;
  return { start, end: Math.max(caret, closed(text, start, end)) };
}

/** The end of a word that stops before a bracket which it did not open itself: `foo_(bar)` keeps its own. */
function closed(text, start, end) {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    if (OPEN.test(text[at])) depth += 1;
    else if (CLOSE.test(text[at]) && (depth -= 1) < 0) return at;
  }
  return end;
}

/** What goes into the text for a line: the word, and what parts it from the next one. */
export function written(line, mode, after) {
  if (line.unfinished) return line.insert;
  if (mode !== "prompt") return line.insert + (/^[\s)）]/.test(after) ? "" : " ");
  // `long_hair` is written with a blank in prompts; `^_^` is a face.
  const words = /[a-z0-9]/.test(line.insert) ? line.insert.replaceAll("_", " ") : line.insert;
  return words + (/^\s*[,，、):\]}]/.test(after) ? "" : ", ");
}
