import assert from "node:assert/strict";
import { test } from "node:test";

import { believed, meaningOf, saveQueue, sequencer } from "../../static/baeum/attempt/save-queue.js";
import { SignedOut } from "../../static/baeum/attempt/server.js";

const state = (sequence) => ({ sequence, fields: [] });
const saved = (sequence) => ({ status: 200, sequence });

// A queue whose server answers from a list; a function in it runs first and returns the answer.
const made = (...answers) => {
  const said = [];
  const queue = saveQueue({
    send: async (question, { sequence }) => {
      said.push(`send ${question} ${sequence}`);
      const answer = answers.shift();
      const given = typeof answer === "function" ? await answer() : answer;
      if (given instanceof Error) throw given;
      return given;
    },
    wait: async (delay) => { said.push(`wait ${delay}`); },
    renew: async () => { said.push("renew"); },
    tell: {
      saving: () => {},
      failed: (question, isSignedOut) => said.push(`failed ${question} ${isSignedOut}`),
      decided: (question, { sequence }, decision) => said.push(`decided ${question} ${sequence} ${decision.status}`),
    },
  });
  return { queue, said };
};

test("answers are sent one after the other, the oldest question first", async () => {
  const { queue, said } = made(saved(1), saved(2));
  queue.put("q1", state(1));
  queue.put("q2", state(2));
  await Promise.all([queue.flush(), queue.flush()]);
  assert.deepEqual(said, ["send q1 1", "decided q1 1 200", "send q2 2", "decided q2 2 200"]);
  assert.equal(queue.size, 0);
});

test("a save is repeated, later each time, until the server has decided", async () => {
  const { queue, said } = made(new Error("500"), new TypeError("network"), saved(1), new Error("500"), saved(2));
  queue.put("q1", state(1));
  queue.put("q2", state(2));
  await queue.flush();
  assert.deepEqual(said, [
    "send q1 1", "failed q1 false", "wait 1000", "send q1 1", "failed q1 false", "wait 2000", "send q1 1", "decided q1 1 200",
    "send q2 2", "failed q2 false", "wait 1000", "send q2 2", "decided q2 2 200",
  ]);
});

test("somebody who is signed out gets a new token before the next try", async () => {
  const { queue, said } = made(new SignedOut(), saved(1));
  queue.put("q1", state(1));
  await queue.flush();
  assert.deepEqual(said, ["send q1 1", "failed q1 true", "wait 1000", "renew", "send q1 1", "decided q1 1 200"]);
});

test("what is typed during a request is sent after it", async () => {
  const { queue, said } = made(() => { queue.put("q1", state(2)); return saved(1); }, saved(2));
  queue.put("q1", state(1));
  await queue.flush();
  assert.deepEqual(said, ["send q1 1", "decided q1 1 200", "send q1 2", "decided q1 2 200"]);
});

test("a refused answer leaves the queue", async () => {
  const { queue } = made({ status: 400 });
  queue.put("q1", state(1));
  await queue.flush();
  assert.deepEqual([queue.size, queue.has("q1"), queue.questions()], [0, false, []]);
});

test("an answer that waits for the reader's choice leaves the queue", async () => {
  const { queue, said } = made();
  queue.put("q1", state(1));
  queue.drop("q1");
  await queue.flush();
  assert.deepEqual([queue.has("q1"), said], [false, []]);
});

test("a page that leaves sends nothing more and says nothing", async () => {
  const { queue, said } = made(() => { queue.stop(); return new Error("aborted"); });
  queue.put("q1", state(1));
  await queue.flush();
  await queue.flush();
  assert.deepEqual(said, ["send q1 1"]);
  assert.equal(queue.get("q1").sequence, 1);
});

test("numbers follow the clock and never go back", () => {
  let now = 1000;
  const sequence = sequencer(() => now, 5);
  assert.deepEqual([sequence.next(), sequence.next()], [1000, 1001]);
  now = 900;
  assert.equal(sequence.next(), 1002);
  sequence.seen(5000);
  sequence.seen(10);
  assert.equal(sequence.next(), 5001);
  assert.equal(sequencer(() => 1, 10 ** 15 - 1).next(), 10 ** 15);
});

test("a stored number of a wrong clock counts as older than what this browser kept", () => {
  const now = 1_000_000;
  assert.equal(believed(now + 60_000, now), now + 60_000);
  assert.equal(believed(now + 60_001, now), 0);
});

test("an answer that the server stored under its own time is saved", () => {
  assert.equal(meaningOf(saved(1000), state(31_536_001_000)), "saved");
});

test("what a decision means", () => {
  assert.equal(meaningOf(saved(3), state(3)), "saved");
  assert.equal(meaningOf(saved(4), state(3)), "overtaken");
  assert.equal(meaningOf({ status: 409, slug: "deadline-passed" }, state(3)), "late");
  assert.equal(meaningOf({ status: 409, slug: "attempt-closed" }, state(3)), "closed");
  assert.equal(meaningOf({ status: 409, slug: "answer-changed" }, state(3)), "changed");
  assert.equal(meaningOf({ status: 400, slug: "bad-answer" }, state(3)), "refused");
  assert.equal(meaningOf({ status: 400 }, state(3)), "refused");
});
