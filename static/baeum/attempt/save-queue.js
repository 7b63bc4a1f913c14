// Saves answers one after the other, the oldest first, and repeats each until the server has decided about it.

import { FIRST_RETRY, SignedOut, longer } from "./server.js";

// Numbers the answers by the server's clock in milliseconds, so that the answers of two tabs or two devices are in one order.
// A second answer within one millisecond still gets a higher number, and so does the next one after `atLeast`.
export const sequencer = (now, atLeast = 0) => {
  let last = atLeast;
  return {
    next: () => { last = Math.max(last + 1, now()); return last; },
    seen: (sequence) => { last = Math.max(last, sequence); },
  };
};

// A stored number that is more than a minute ahead of the server's clock is from a wrong clock. The server lets any answer
// replace that one, so here it counts as older than all others.
export const believed = (sequence, now) => (sequence > now + 60000 ? 0 : sequence);

// What a decision means for the answer that was sent. The server returns a lower number than the one it was sent if that was
// too far ahead of its clock; the answer is saved.
export const meaningOf = (decision, state) => {
  if (decision.status === 200) return decision.sequence > state.sequence ? "overtaken" : "saved";
  return { "deadline-passed": "late", "attempt-closed": "closed", "answer-changed": "changed" }[decision.slug] ?? "refused";
};

// `send(question, state, signal)` returns a decision or throws; `wait(ms)` resolves when it is time to try again;
// `renew()` fetches a new token after somebody has signed in again. `tell` has saving(question), failed(question,
// isSignedOut) and decided(question, state, decision).
export const saveQueue = ({ send, wait, renew, tell }) => {
  const pending = new Map(); // question → the newest answer that the server does not have
  const leaving = new AbortController();
  let running = null;

  const drain = async () => {
    let delay = FIRST_RETRY;
    while (pending.size && !leaving.signal.aborted) {
      const [question, state] = pending.entries().next().value;
      tell.saving(question);
      let decision;
      try {
        decision = await send(question, state, leaving.signal);
      } catch (error) {
        if (leaving.signal.aborted) return;
        const isSignedOut = error instanceof SignedOut;
        tell.failed(question, isSignedOut);
        await wait(delay);
        if (isSignedOut) await renew();
        delay = longer(delay);
        continue;
      }
      delay = FIRST_RETRY;
      // What was typed while the request was under way stays in the queue.
      if (pending.get(question) === state) pending.delete(question);
      tell.decided(question, state, decision);
    }
  };

  return {
    put: (question, state) => { pending.set(question, state); },
    drop: (question) => { pending.delete(question); },
    get: (question) => pending.get(question),
    has: (question) => pending.has(question),
    get size() { return pending.size; },
    questions: () => [...pending.keys()],
    // One run at a time: whoever asks during a run waits for its end.
    flush: () => { running ??= drain().finally(() => { running = null; }); return running; },
    stop: () => leaving.abort(),
  };
};
