import assert from "node:assert/strict";
import test from "node:test";

import { placeAt } from "../../static/baeum/workspace/outline.js";
import { dropForm, isNewer, keepForm, keptForm } from "../../static/baeum/workspace/writing.js";

class Storage {
  values = new Map();
  getItem(name) {
    return this.values.get(name) ?? null;
  }
  setItem(name, value) {
    this.values.set(name, value);
  }
  removeItem(name) {
    this.values.delete(name);
  }
}

test("a form is kept for its page only, until it is dropped", () => {
  const storage = new Storage();
  const values = [["body_ko", "글"], ["required", ["on", true]]];
  keepForm(storage, "/a/", values);
  assert.deepEqual(keptForm(storage, "/a/"), values);
  assert.equal(keptForm(storage, "/b/"), null);
  dropForm(storage, "/a/");
  assert.equal(keptForm(storage, "/a/"), null);
});

test("a storage that is full or forbidden loses nothing else", () => {
  const broken = {
    getItem() {
      throw new Error("forbidden");
    },
    setItem() {
      throw new Error("full");
    },
    removeItem() {
      throw new Error("forbidden");
    },
  };
  keepForm(broken, "/a/", []);
  assert.equal(keptForm(broken, "/a/"), null);
  dropForm(broken, "/a/");
});

test("what the server has is not offered again", () => {
  const shown = [["body", "one\ntwo"], ["box", ["on", true]]];
  assert.equal(isNewer([["body", "one\r\ntwo\n"], ["box", ["on", true]]], shown), false);
  assert.equal(isNewer([["body", "one\nthree"], ["box", ["on", true]]], shown), true);
  assert.equal(isNewer([["body", "one\ntwo"], ["box", ["on", false]]], shown), true);
});

test("what the server completed or tidied is not offered again", () => {
  const typed = [["title_ko", " 평균  이란 "], ["body_ko", "# 왜 평균인가\r\n\r\n## 다음\n\n글 "]];
  const stored = [["title_ko", "평균 이란"], ["body_ko", "## 왜 평균인가 {#part-1}\n\n## 다음 {#part-2}\n\n글"]];
  assert.equal(isNewer(typed, stored), false);
  assert.equal(isNewer([typed[0], ["body_ko", "# 왜 중앙값인가\n\n## 다음\n\n글"]], stored), true);
  assert.equal(isNewer([typed[0], ["body_ko", "#왜 평균인가\n\n## 다음\n\n글"]], stored), true);
  assert.equal(isNewer([["body_ko", "\u1100\u1161"]], [["body_ko", "가"]]), false);
});

test("an entry belongs before the first one whose middle is below", () => {
  assert.equal(placeAt(5, [10, 20, 30]), 0);
  assert.equal(placeAt(15, [10, 20, 30]), 1);
  assert.equal(placeAt(99, [10, 20, 30]), 3);
  assert.equal(placeAt(5, []), 0);
});
