// Sends the answers that this browser still holds of an attempt that is over: the server keeps them as evidence. What it does not
// keep stays in this browser and is shown, so that nothing that was typed is lost.

import { keptAnswers } from "./kept-answers.js";
import { sendAnswer } from "./server.js";

// `show(question, state, title)` shows an answer that the server did not take.
export const sendLate = async ({ kept, send, say, show }) => {
  for (const [question, state] of kept.all()) {
    const decision = await send(question, state);
    if (decision.slug === "deadline-passed") {
      kept.drop(question, state.sequence);
      say(decision.title ?? "");
    } else show(question, state, decision.title ?? "");
  }
};

const over = globalThis.document?.querySelector("[data-attempt-over]");
if (over) {
  const said = over.querySelector("[data-late-said]");
  const lost = over.querySelector("[data-late-lost]");
  const token = over.querySelector("[name=csrfmiddlewaretoken]").value;
  const kept = keptAnswers(over.dataset.attemptOver);
  sendLate({
    kept,
    send: (question, state) => sendAnswer(over.dataset.lateUrl, token, question, state),
    say: (title) => {
      said.textContent = title;
      said.hidden = !title;
    },
    show: (question, state, title) => {
      const entry = lost.querySelector("template").content.firstElementChild.cloneNode(true);
      entry.querySelector("[data-late-number]").textContent = state.number ?? "";
      entry.querySelector("[data-late-why]").textContent = title;
      entry.querySelector("[data-late-text]").textContent = state.said ?? state.fields.map(([, value]) => value).join("\n");
      entry.querySelector("[data-late-drop]").addEventListener("click", () => {
        kept.drop(question, Infinity);
        entry.remove();
        lost.hidden = !lost.querySelector("li");
      });
      lost.querySelector("ul").append(entry);
      lost.hidden = false;
    },
  }).catch(() => {}); // Without a network the answers stay for the next visit.
}
