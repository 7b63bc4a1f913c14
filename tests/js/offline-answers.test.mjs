import assert from "node:assert/strict";
import { test } from "node:test";

import { allKept, keptAnswers } from "../../static/baeum/attempt/kept-answers.js";
import { sendKept, told } from "../../static/baeum/offline/answers.js";
import { Storage } from "./fakes.mjs";

const holding = (...entries) => {
  const storage = new Storage();
  for (const [attempt, question, sequence, by] of entries) {
    keptAnswers(attempt, () => storage).put(question, { by, sequence, base: 1, fields: [["text", "x"]] });
  }
  return {
    left: () => allKept(() => storage).map(({ attempt, question }) => `${attempt}.${question}`),
    kept: allKept(() => storage),
    drop: (attempt, question, sequence) => keptAnswers(attempt, () => storage).drop(question, sequence),
  };
};

test("the answers of all attempts are found, and nothing else", () => {
  const storage = new Storage();
  storage.setItem("search-key-off", "1");
  storage.setItem("baeum:unsaved:a:broken", "no JSON");
  keptAnswers("a", () => storage).put("q", { sequence: 1, fields: [] });
  keptAnswers("b", () => storage).put("q", { sequence: 2, fields: [] });
  assert.deepEqual(allKept(() => storage).map(({ attempt, question, state }) => [attempt, question, state.sequence]),
    [["a", "q", 1], ["b", "q", 2]]);
  assert.deepEqual(allKept(() => { throw new Error("refused"); }), []);
});

test("what is stored, came too late or waits is counted for each attempt; what waits stays", async () => {
  const { kept, drop, left } = holding(["a", "q1", 5, "me"], ["a", "q2", 6, "me"], ["a", "q3", 7, "me"], ["b", "q1", 8, "me"]);
  const decisions = {
    "a.q1": { status: 200, sequence: 5 }, "a.q2": { status: 409, slug: "answer-changed" },
    "a.q3": { status: 200, sequence: 9 }, "b.q1": { status: 409, slug: "deadline-passed" },
  };
  const send = async (attempt, question) => decisions[`${attempt}.${question}`];
  assert.deepEqual(await sendKept({ reader: "me", kept, drop, send }),
    [{ attempt: "a", saved: 2, late: 0, open: 1 }, { attempt: "b", saved: 0, late: 1, open: 0 }]);
  assert.deepEqual(left(), ["a.q2"]);
});

test("an answer of another person, or of nobody known, is not sent", async () => {
  const { kept, drop, left } = holding(["a", "q1", 5, "other"], ["a", "q2", 6, undefined]);
  const sent = [];
  assert.deepEqual(await sendKept({ reader: "me", kept, drop, send: async (...given) => sent.push(given) }), []);
  assert.deepEqual([sent, left()], [[], ["a.q1", "a.q2"]]);
});

test("a network that breaks leaves the rest for later", async () => {
  const { kept, drop, left } = holding(["a", "q1", 5, "me"], ["a", "q2", 6, "me"]);
  const send = async (_attempt, question) => {
    if (question === "q2") throw new TypeError("network");
    return { status: 200, sequence: 5 };
  };
  assert.deepEqual(await sendKept({ reader: "me", kept, drop, send }), [{ attempt: "a", saved: 1, late: 0, open: 0 }]);
  assert.deepEqual(left(), ["a.q2"]);
});

test("a student is told what happened, and where to look", () => {
  const words = { saved: "sent {number}", late: "late {number}", open: "open {number}" };
  assert.deepEqual(told({ attempt: "a", saved: 2, late: 0, open: 1 }, words), { text: "sent 2 open 1", address: "/attempts/a/" });
  assert.equal(told({ attempt: "a", saved: 0, late: 3, open: 0 }, words).text, "late 3");
});
