import assert from "node:assert/strict";
import { test } from "node:test";

import { inOrder, placeAt, scrollAt } from "../../static/baeum/attempt/arrange.js";

test("a dragged item belongs before the first one whose middle is below", () => {
  assert.deepEqual([placeAt(5, [10, 20]), placeAt(15, [10, 20]), placeAt(25, [10, 20])], [0, 1, 2]);
});

test("dragging scrolls near the edges of the window only", () => {
  assert.deepEqual([scrollAt(10, 800) < 0, scrollAt(400, 800), scrollAt(790, 800) > 0], [true, 0, true]);
});

test("items stand in order if each place is given once", () => {
  assert.deepEqual(inOrder([[2, "b"], [3, "c"], [1, "a"]]), ["a", "b", "c"]);
  assert.equal(inOrder([[2, "b"], [2, "c"], [1, "a"]]), null);
  assert.equal(inOrder([[2, "b"], [0, "c"], [1, "a"]]), null);
});
