import assert from "node:assert/strict";
import { test } from "node:test";

import { counted, worded } from "../../static/baeum/attempt/limits.js";

test("far from the limit nothing is counted", () => {
  assert.equal(counted("x".repeat(79), 100), null);
  assert.equal(counted("long", 0), null);
});

test("near the limit the characters are counted, and those that are too many", () => {
  assert.deepEqual(counted("x".repeat(80), 100), { n: 80, limit: 100, excess: 0 });
  assert.deepEqual(counted("x".repeat(103), 100), { n: 103, limit: 100, excess: 3 });
});

test("a character outside the first plane counts once, as on the server", () => {
  assert.deepEqual(counted("😀".repeat(100), 100), { n: 100, limit: 100, excess: 0 });
});

test("numbers are written as the reader's language writes them", () => {
  assert.equal(worded("{n} of {limit}", { n: 12345, limit: 20000 }, "en"), "12,345 of 20,000");
  assert.equal(worded("questions {numbers}", { numbers: "2, 5" }, "ko"), "questions 2, 5");
});
