import assert from "node:assert/strict";
import test from "node:test";

import { keyOf, withComment } from "../../static/baeum/review/grading.js";

const pressed = (key, code, more = {}) => keyOf({ key, code, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("digits and letters are keys of their own", () => {
  assert.equal(pressed("3", "Digit3"), "3");
  assert.equal(pressed("3", "Numpad3"), "3");
  assert.equal(pressed("f", "KeyF"), "f");
});

test("with Korean input on, letters are found by their place on the keyboard", () => {
  assert.equal(pressed("ㄹ", "KeyF"), "f");
  assert.equal(pressed("Process", "KeyU"), "u");
});

test("another layout of Latin letters means what is printed on its keys", () => {
  assert.equal(pressed("a", "KeyQ"), "a");
  assert.equal(pressed("3", "Digit3", { shiftKey: true }), "3");
});

test("shift and a digit insert a comment", () => {
  assert.equal(pressed("!", "Digit1", { shiftKey: true }), "shift+1");
  assert.equal(pressed(")", "Digit0", { shiftKey: true }), null);
  assert.equal(pressed("F", "KeyF", { shiftKey: true }), null);
});

test("keys of the browser and of screen readers are left alone", () => {
  for (const modifier of ["ctrlKey", "altKey", "metaKey"]) assert.equal(pressed("f", "KeyF", { [modifier]: true }), null);
  for (const key of ["Enter", "Tab", " ", "ArrowDown", "F5"]) assert.equal(pressed(key, key), null);
  assert.equal(pressed(";", "KeyZ"), null);
});

test("a saved comment stands behind what was written", () => {
  assert.equal(withComment("", "Why?"), "Why?");
  assert.equal(withComment("Good.\n", "Why?"), "Good.\nWhy?");
});
