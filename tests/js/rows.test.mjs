import assert from "node:assert/strict";
import { test } from "node:test";

import { freeId, numbered, placeAt, renamed, withBlank } from "../../static/baeum/workspace/rows.js";

test("the controls of a new row are named after its id", () => {
  assert.equal(renamed("choices-new-text-ko", "7"), "choices-7-text-ko");
  assert.equal(renamed("id-choices-correct-new", "7"), "id-choices-correct-7");
  assert.equal(renamed("new", "7"), "7");
  assert.equal(renamed("news-newest", "7"), "news-newest");
});

test("a new row gets an id that no row has had after it", () => {
  assert.equal(freeId([]), "0");
  assert.equal(freeId(["4", "10", "2"]), "11");
});

test("a button says the number of its row", () => {
  assert.equal(numbered("Choice 0: move up", 12), "Choice 12: move up");
});

test("the selected words become a blank", () => {
  assert.equal(withBlank("it is overfitting.", 6, 17), "it is {{overfitting}}.");
  assert.equal(withBlank("it is overfitting.", 5, 18), "it is{{ overfitting.}}".replace("{{ ", " {{"));
  assert.equal(withBlank("nothing", 3, 3), null);
  assert.equal(withBlank("a {{b}}", 2, 7), null);
});

test("a dragged row belongs before the first row whose middle is below", () => {
  assert.equal(placeAt(5, [10, 20]), 0);
  assert.equal(placeAt(15, [10, 20]), 1);
  assert.equal(placeAt(25, [10, 20]), -1);
});
