// Reads the blocks of a lesson and what is marked there, and finds quotations in them.

// The blocks of a text by their anchors: `courses.lessons.blocks` counts in the same way.
export const readBlocks = (prose) => {
  const blocks = new Map();
  const anchorOf = new Map();
  let [heading, count] = ["", 0];
  for (const element of prose?.children ?? []) {
    const parts = element.matches("ul, ol") ? element.children : element.matches("hr") ? [] : [element];
    for (const part of parts) {
      if (part.matches("h2, h3, h4, h5, h6") && part.id) [heading, count] = [part.id, 0];
      blocks.set(`${heading}.${count}`, part);
      anchorOf.set(part, `${heading}.${count}`);
      count += 1;
    }
  }
  return { blocks, anchorOf };
};

// What apps mark in the lesson, {notes: […], questions: […]}, or null without a network. All modules share one request.
let shared = null;
export const readMarks = (article, { again = false } = {}) => {
  if (again) article.dataset.marked = "";
  if (again || !shared) {
    shared = !("marked" in article.dataset) ? Promise.resolve({ notes: [], questions: [] }) : fetch(article.dataset.marksUrl, { headers: { "HX-Request": "true" }, redirect: "manual" })
      .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  }
  return shared;
};

// --- Quotations. Spaces do not count: the server stores a quotation with single ones.

// Returns [start, end] of a quotation in a text, or null. Of several places it is the one behind `prefix`.
export const findQuote = (text, quote, prefix = "") => {
  const [plain, places] = squeeze(text);
  const wanted = squeeze(quote)[0];
  if (!wanted) return null;
  const before = squeeze(prefix)[0];
  let found = -1;
  let likeness = -1;
  for (let at = plain.indexOf(wanted); at >= 0; at = plain.indexOf(wanted, at + 1)) {
    const same = countSame(plain.slice(0, at), before);
    if (same > likeness) [found, likeness] = [at, same];
  }
  return found < 0 ? null : [places[found], places[found + wanted.length - 1] + 1];
};

// Returns what stands in a text before and behind a place, for finding it again.
export const around = (text, start, end, length = 40) => ({
  prefix: text.slice(Math.max(0, start - length), start), suffix: text.slice(end, end + length),
});

const squeeze = (text) => {
  let plain = "";
  const places = [];
  for (let at = 0; at < text.length; at += 1) {
    if (/\s/.test(text[at])) continue;
    plain += text[at];
    places.push(at);
  }
  return [plain, places];
};

const countSame = (text, ending) => {
  let same = 0;
  while (same < ending.length && same < text.length && text[text.length - 1 - same] === ending[ending.length - 1 - same]) same += 1;
  return same;
};
