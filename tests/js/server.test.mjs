import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST_RETRY, SignedOut, longer, sendAnswer, sendSubmission } from "../../static/baeum/attempt/server.js";
import { decision, redirect, server } from "./fakes.mjs";

const state = { sequence: 7, fields: [["q1", "a"], ["q1", "b"]] };
const send = (answer) => sendAnswer("/save/", "token", "q1", state, { fetch: server(answer).fetch });

test("a save sends the question, its number and every field", async () => {
  const { fetch, requests } = server(decision(200, { sequence: 7 }));
  await sendAnswer("/save/", "token", "q1", state, { fetch });
  const [{ url, method, headers, body, redirect: follow }] = requests;
  assert.deepEqual([url, method, follow], ["/save/", "POST", "manual"]);
  assert.deepEqual(headers, { "X-CSRFToken": "token", Accept: "application/json" });
  assert.deepEqual([...body], [["question", "q1"], ["sequence", "7"], ["q1", "a"], ["q1", "b"]]);
});

test("a save says which stored answer the page has seen", async () => {
  const { fetch, requests } = server(decision(200, { sequence: 7 }));
  await sendAnswer("/save/", "token", "q1", state, { fetch, base: 5 });
  assert.equal(requests[0].body.get("base"), "5");
});

test("a refusal says its reason in full where it has one", async () => {
  assert.equal((await send(decision(400, { title: "Too long", detail: "It has 21 characters." }))).title, "It has 21 characters.");
});

test("a decision is the status, the kind of problem, its title and the server's number", async () => {
  assert.deepEqual(await send(decision(200, { sequence: 9 })), { status: 200, slug: undefined, title: undefined, sequence: 9 });
  assert.deepEqual(
    await send(decision(409, { type: "https://learn.example/problems/deadline-passed", title: "Too late" })),
    { status: 409, slug: "deadline-passed", title: "Too late", sequence: undefined },
  );
  assert.equal((await send(decision(400))).status, 400);
});

test("without a decision a save throws, and says whether somebody is signed out", async () => {
  for (const answer of [redirect, decision(403, {})]) await assert.rejects(send(answer), SignedOut);
  for (const answer of [decision(500, {}), decision(503, {}), decision(429, {}), new TypeError("network")]) {
    await assert.rejects(send(answer), (error) => !(error instanceof SignedOut));
  }
});

test("a submission is accepted, refused or has not arrived", async () => {
  const outcome = (answer) => sendSubmission("/submit/", "token", new FormData(), { fetch: server(answer).fetch });
  assert.equal(await outcome(redirect), "accepted");
  assert.equal(await outcome(decision(400)), "refused");
  assert.equal(await outcome(decision(200)), "refused");
  assert.equal(await outcome(decision(502)), "unreachable");
  assert.equal(await outcome(new TypeError("network")), "unreachable");
});

test("the time between two tries doubles up to a quarter of a minute", () => {
  const delays = [FIRST_RETRY];
  while (delays.length < 6) delays.push(longer(delays.at(-1)));
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 15000, 15000]);
});
