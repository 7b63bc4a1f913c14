// Submits the attempt after everything is saved, and repeats it until the server has answered: without a network the page stays,
// and so does everything in it.

import { FIRST_RETRY, longer } from "./server.js";

// `flush()` ends when every answer is saved; `post()` returns what sendSubmission returns; `hasLeft()` is true as soon as the
// page goes elsewhere, for example because the deadline has passed.
export const submission = ({ flush, post, wait, hasLeft, tell }) => {
  let isRunning = false;
  const run = async () => {
    tell.submitting();
    await flush();
    for (let delay = FIRST_RETRY; !hasLeft(); delay = longer(delay)) {
      const outcome = await post();
      if (outcome !== "unreachable") {
        tell[outcome]();
        return;
      }
      tell.waiting();
      await wait(delay);
    }
  };
  return {
    get isRunning() { return isRunning; },
    // A second press, or the end of the time during a submission, changes nothing.
    start: async () => {
      if (isRunning) return;
      isRunning = true;
      await run();
    },
  };
};
