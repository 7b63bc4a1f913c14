// Where a quotation stands in a block.
import assert from "node:assert/strict";
import { test } from "node:test";

import { around, findQuote } from "../../static/baeum/notes/places.js";

const cut = (text, quote, prefix) => {
  const found = findQuote(text, quote, prefix);
  return found && text.slice(...found);
};

test("a quotation is found whatever the spaces", () => {
  assert.equal(cut("한\n  줄의 글이에요", "한 줄의"), "한\n  줄의");
  assert.equal(cut("abc", "abc"), "abc");
  assert.equal(cut("abc", "d"), null);
  assert.equal(cut("abc", "  "), null);
});

test("of several places it is the one behind the prefix", () => {
  assert.deepEqual(findQuote("one data, two data, three data", "data", "two "), [14, 18]);
  assert.deepEqual(findQuote("one data, two data", "data", ""), [4, 8]);
  assert.deepEqual(findQuote("aXa", "a", "nothing of this"), [0, 1]);
});

test("what stands around is cut", () => {
  assert.deepEqual(around("abcdef", 2, 4, 1), { prefix: "b", suffix: "e" });
  assert.deepEqual(around("ab", 0, 2), { prefix: "", suffix: "" });
});

test("a page that nothing is marked on asks for no marks until something is written, and modules share an answer", async () => {
  const { readMarks } = await import("../../static/baeum/notes/places.js?fresh");
  const asked = [];
  globalThis.fetch = async (address) => { asked.push(address); return { ok: true, json: async () => ({ notes: [1], questions: [] }) }; };
  const article = { dataset: { marksUrl: "/marks/" } };
  assert.deepEqual(await readMarks(article), { notes: [], questions: [] });
  assert.deepEqual(asked, []);
  assert.deepEqual(await readMarks(article, { again: true }), { notes: [1], questions: [] });
  await readMarks(article);
  assert.deepEqual(asked, ["/marks/"]);
});
