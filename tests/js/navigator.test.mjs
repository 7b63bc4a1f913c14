import assert from "node:assert/strict";
import { test } from "node:test";

import { wordsOf } from "../../static/baeum/attempt/navigator.js";

test("an entry of the list says each state of its question in words", () => {
  const words = { answered: "answered", flagged: "look at it again", unsaved: "not saved" };
  assert.equal(wordsOf({ answered: true, flagged: false, unsaved: true }, words), "answered, not saved");
  assert.equal(wordsOf({}, words), "");
});
