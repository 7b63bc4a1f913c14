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

test("what the server has decided about is no longer kept, and its words are shown", async () => {
  const kept = holding();
  const said = [];
  await sendLate({ kept, send: async (question) => ({ title: question === "q1" ? "Kept" : undefined }), say: (title) => said.push(title) });
  assert.deepEqual([said, kept.all()], [["Kept", ""], []]);
});

test("without a network the rest stays", async () => {
  const kept = holding();
  const send = async (question) => { if (question === "q2") throw new TypeError("network"); return {}; };
  await assert.rejects(sendLate({ kept, send, say: () => {} }));
  assert.deepEqual(kept.all().map(([question]) => question), ["q2"]);
});
