import assert from "node:assert/strict";
import { test } from "node:test";

import { submission } from "../../static/baeum/attempt/submit.js";

const made = (outcomes, { hasLeft = () => false, flush = async () => {} } = {}) => {
  const said = [];
  const say = (word) => () => said.push(word);
  return {
    said,
    submitting: submission({
      flush: async () => { said.push("flush"); await flush(); },
      post: async () => { said.push("post"); return outcomes.shift(); },
      wait: async (delay) => { said.push(`wait ${delay}`); },
      hasLeft,
      tell: {
        submitting: say("submitting"), waiting: say("waiting"), accepted: say("accepted"), refused: say("refused"),
      },
    }),
  };
};

test("everything is saved before the form is sent, and a second press changes nothing", async () => {
  const { submitting, said } = made(["accepted"]);
  assert.equal(submitting.isRunning, false);
  await Promise.all([submitting.start(), submitting.start()]);
  assert.deepEqual(said, ["submitting", "flush", "post", "accepted"]);
  assert.equal(submitting.isRunning, true);
});

test("without a network it is sent again, later each time", async () => {
  const { submitting, said } = made(["unreachable", "unreachable", "refused"]);
  await submitting.start();
  assert.deepEqual(said, [
    "submitting", "flush", "post", "waiting", "wait 1000", "post", "waiting", "wait 2000", "post", "refused",
  ]);
});

test("a page that left while the answers were saved sends nothing", async () => {
  let left = false;
  const { submitting, said } = made([], { hasLeft: () => left, flush: async () => { left = true; } });
  await submitting.start();
  assert.deepEqual(said, ["submitting", "flush"]);
});
