import assert from "node:assert/strict";
import { test } from "node:test";

import { keptAnswers } from "../../static/baeum/attempt/kept-answers.js";
import { sendLate } from "../../static/baeum/attempt/late.js";
import { Storage } from "./fakes.mjs";

const holding = () => {
  const storage = new Storage();
  const kept = keptAnswers("a1", () => storage);
  kept.put("q1", { sequence: 1, fields: [] });
  kept.put("q2", { sequence: 2, fields: [] });
  return kept;
};

test("what the server keeps as evidence is no longer kept here, and its words are shown", async () => {
  const kept = holding();
  const said = [];
  const send = async (question) => ({ slug: "deadline-passed", title: question === "q1" ? "Kept" : undefined });
  await sendLate({ kept, send, say: (title) => said.push(title) });
  assert.deepEqual([said, kept.all()], [["Kept", ""], []]);
});

test("what the server does not keep stays in this browser and is shown", async () => {
  const kept = holding();
  const shown = [];
  const slug = { q1: "attempt-closed", q2: "too-long" };
  await sendLate({
    kept, send: async (question) => ({ slug: slug[question], title: "No" }), say: () => {},
    show: (question, state, title) => shown.push([question, state.sequence, title]),
  });
  assert.deepEqual(shown, [["q1", 1, "No"], ["q2", 2, "No"]]);
  assert.equal(kept.all().length, 2);
});

test("without a network the rest stays", async () => {
  const kept = holding();
  const send = async (question) => { if (question === "q2") throw new TypeError("network"); return { slug: "deadline-passed" }; };
  await assert.rejects(sendLate({ kept, send, say: () => {} }));
  assert.deepEqual(kept.all().map(([question]) => question), ["q2"]);
});
