// Sends the answers that this browser still holds of an attempt that is over: the server keeps them as evidence.

import { keptAnswers } from "./kept-answers.js";
import { sendAnswer } from "./server.js";

export const sendLate = async ({ kept, send, say }) => {
  for (const [question, state] of kept.all()) {
    const decision = await send(question, state);
    kept.drop(question, state.sequence);
    say(decision.title ?? "");
  }
};

const over = globalThis.document?.querySelector("[data-attempt-over]");
if (over) {
  const said = over.querySelector("[data-late-said]");
  const token = over.querySelector("[name=csrfmiddlewaretoken]").value;
  sendLate({
    kept: keptAnswers(over.dataset.attemptOver),
    send: (question, state) => sendAnswer(over.dataset.lateUrl, token, question, state),
    say: (title) => {
      said.textContent = title;
      said.hidden = !title;
    },
  }).catch(() => {}); // Without a network the answers stay for the next visit.
}
