import assert from "node:assert/strict";
import { test } from "node:test";

import { meaningOfKept, versions } from "../../static/baeum/attempt/versions.js";

test("a page knows the last stored answer that it has seen", () => {
  const seen = versions();
  assert.equal(seen.base("q1"), 0);
  seen.see("q1", 7);
  assert.deepEqual([seen.base("q1"), seen.base("q2")], [7, 0]);
});

test("a number that this page has sent is its own, even if no answer came back", () => {
  const seen = versions();
  seen.remember("q1", [5]);
  seen.remember("q1", [6]);
  assert.deepEqual([seen.isOwn("q1", 5), seen.isOwn("q1", 7), seen.isOwn("q2", 5)], [true, false, false]);
});

test("only the last numbers are remembered", () => {
  const seen = versions();
  seen.remember("q1", Array.from({ length: 60 }, (_none, index) => index));
  assert.deepEqual([seen.sentOf("q1").length, seen.sentOf("q1")[0]], [50, 10]);
});

test("what a kept answer means beside the stored one", () => {
  assert.equal(meaningOfKept({ sequence: 9, base: 5 }, 9), "saved");
  assert.equal(meaningOfKept({ sequence: 9, base: 5 }, 5), "newer");
  assert.equal(meaningOfKept({ sequence: 9, base: 5, sent: [7] }, 7), "newer");
  assert.equal(meaningOfKept({ sequence: 9, base: 5, sent: [7] }, 8), "changed");
  assert.equal(meaningOfKept({ sequence: 9, base: 5 }, 12), "changed");
});

test("an answer that an earlier release has kept does not say what it was based on", () => {
  assert.equal(meaningOfKept({ sequence: 9 }, 5), "newer");
  assert.equal(meaningOfKept({ sequence: 9 }, 12), "changed");
});
