import assert from "node:assert/strict";
import { test } from "node:test";

import { asClock, countdown, isSpoken, secondsLeft } from "../../static/baeum/attempt/countdown.js";
import { Clock, settled } from "./fakes.mjs";

const made = (end, ...deadlines) => {
  const clock = new Clock();
  const said = { shown: [], spoken: [], ended: [] };
  const counting = countdown({
    end, clock,
    now: () => clock.now,
    show: (seconds) => said.shown.push(seconds),
    speak: (minutes) => said.spoken.push(minutes),
    deadlineNow: async () => deadlines.shift(),
    unlimited: () => said.ended.push("unlimited"),
    over: () => said.ended.push("over"),
  });
  return { clock, counting, said };
};

test("a second that has begun still counts, and there are none after the end", () => {
  assert.deepEqual([secondsLeft(5000, 0), secondsLeft(5000, 1), secondsLeft(5000, 4999), secondsLeft(5000, 9000)], [5, 5, 1, 0]);
});

test("minutes and seconds", () => {
  assert.deepEqual([0, 9, 60, 1799, 7200].map(asClock), ["0:00", "0:09", "1:00", "29:59", "120:00"]);
});

test("a screen reader speaks every five minutes and at the last one", () => {
  assert.deepEqual([0, 1, 59, 60, 61, 120, 300, 360, 600].filter(isSpoken), [60, 300, 600]);
});

test("each second is shown, and the end is said once", async () => {
  const { clock, said } = made(3000, 3000);
  clock.advance(10_000);
  await settled();
  assert.deepEqual(said, { shown: [3, 2, 1, 0], spoken: [], ended: ["over"] });
  assert.equal(clock.size, 0);
});

test("a deadline that was moved is counted down to", async () => {
  const { clock, said } = made(1000, 121_000, 121_000);
  clock.advance(1000);
  await settled();
  assert.deepEqual([said.shown.at(-1), said.ended], [120, []]);
  clock.advance(120_000);
  await settled();
  assert.deepEqual([said.spoken, said.ended], [[1], ["over"]]);
});

test("a limit that was removed, and a server that cannot be asked", async () => {
  for (const [answer, ended] of [[Infinity, "unlimited"], [null, "over"]]) {
    const { clock, said } = made(1000, answer);
    clock.advance(1000);
    await settled();
    assert.deepEqual(said.ended, [ended]);
  }
});

test("after sleep a look shows what is left, and after the end it does nothing", async () => {
  const { clock, counting, said } = made(5000, 5000);
  clock.now = 9000;
  counting.look();
  counting.look();
  await settled();
  assert.deepEqual(said, { shown: [5, 0], spoken: [], ended: ["over"] });
});
