import assert from "node:assert/strict";
import { test } from "node:test";

import { keptAnswers } from "../../static/baeum/attempt/kept-answers.js";
import { Storage } from "./fakes.mjs";

const state = (sequence, value = "x") => ({ sequence, fields: [["q", value]] });

test("an answer is kept for its attempt and its question", () => {
  const storage = new Storage();
  const kept = keptAnswers("a1", () => storage);
  kept.put("q1", state(1));
  kept.put("q2", state(2));
  kept.put("q1", state(3, "y"));
  keptAnswers("a2", () => storage).put("q1", state(9));
  assert.deepEqual(new Map(kept.all()), new Map([["q1", state(3, "y")], ["q2", state(2)]]));
});

test("an answer is dropped up to what the server has, and a later one stays", () => {
  const storage = new Storage();
  const kept = keptAnswers("a1", () => storage);
  kept.put("q1", state(5));
  kept.drop("q1", 4);
  assert.equal(kept.all().length, 1);
  kept.drop("q1", 5);
  assert.deepEqual(kept.all(), []);
  assert.deepEqual(Object.keys(storage), []);
});

test("what is not an answer is passed over", () => {
  const storage = new Storage();
  storage.setItem("baeum:unsaved:a1:q1", "{");
  storage.setItem("baeum:unsaved:a1:q2", "null");
  storage.setItem("baeum:unsaved:a1:q3", '{"sequence": 1}');
  assert.deepEqual(keptAnswers("a1", () => storage).all(), []);
});

test("a browser that refuses storage, or has no room, loses nothing but the copy", () => {
  const refused = keptAnswers("a1", () => { throw new Error("SecurityError"); });
  refused.put("q1", state(1));
  refused.drop("q1", 1);
  assert.deepEqual(refused.all(), []);
  const full = new Storage();
  full.setItem("baeum:unsaved:a1:q1", JSON.stringify(state(1)));
  Object.defineProperty(full, "setItem", { value: () => { throw new Error("QuotaExceededError"); } });
  const kept = keptAnswers("a1", () => full);
  kept.put("q1", state(2));
  assert.deepEqual(kept.all(), [["q1", state(1)]]);
});
