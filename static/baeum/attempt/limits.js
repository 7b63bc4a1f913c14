// Counts the characters of a text as the server does: by code points, with one for a line end.

const NEAR = 0.8;

// Returns null far from the limit, else {n, limit, excess}. Most texts are told apart by their length, which costs nothing.
export const counted = (text, limit) => {
  if (!limit || text.length < limit * NEAR) return null;
  const n = [...text].length;
  return n < limit * NEAR ? null : { n, limit, excess: Math.max(0, n - limit) };
};

// Puts numbers into a sentence, as the reader's language writes them.
export const worded = (sentence, numbers, language) =>
  sentence.replace(/\{(\w+)\}/g, (_all, name) => numbers[name].toLocaleString(language));
