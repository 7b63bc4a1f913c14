// Sends the answers that this browser still holds of attempts that are not open here: typed without a network, for example, in a
// tab that was closed since. The pages of an attempt and of its result send their own (static/baeum/attempt). The site serves this file
// with the modules that it imports as one: see `offline.scripts`.

import { allKept, keptAnswers } from "../attempt/kept-answers.js";
import { meaningOf } from "../attempt/save-queue.js";
import { sendAnswer } from "../attempt/server.js";

// After these the server needs nothing more of this browser. What is left to decide stays for the page of the attempt.
const SETTLED = new Set(["saved", "overtaken", "late"]);

// Sends the answers of `reader`, one after the other, until the network is gone. Returns [{attempt, saved, late, open}]: how many
// are stored, how many came after the deadline, and how many wait for a decision. An answer of somebody else is not touched.
export const sendKept = async ({ reader, kept, send, drop }) => {
  const outcomes = new Map();
  for (const { attempt, question, state } of kept.filter((each) => each.state.by === reader)) {
    const decision = await send(attempt, question, state).catch(() => null);
    if (!decision) break;
    const meaning = meaningOf(decision, state);
    if (SETTLED.has(meaning)) drop(attempt, question, state.sequence);
    const outcome = outcomes.get(attempt) ?? { attempt, saved: 0, late: 0, open: 0 };
    outcomes.set(attempt, outcome);
    if (meaning === "late") outcome.late += 1;
    else if (SETTLED.has(meaning)) outcome.saved += 1;
    else outcome.open += 1;
  }
  return [...outcomes.values()];
};

// What one attempt's outcome says, and where it leads: to the answers as long as something is open, else to the result.
export const told = ({ attempt, saved, late, open }, words) => {
  const parts = [[saved, words.saved], [late, words.late], [open, words.open]].filter(([number]) => number);
  return { text: parts.map(([number, sentence]) => sentence.replace("{number}", number)).join(" "), address: `/attempts/${attempt}/` };
};

// Starts on a page. Returns a function that asks before somebody signs out with answers that are kept.
export const start = (page, words) => {
  const { reader } = page.querySelector("[data-reader]").dataset;
  const mine = () => allKept().filter(({ state }) => state.by === reader);
  const show = (outcome) => {
    const { text, address } = told(outcome, words);
    const notice = page.createElement("p");
    notice.className = "notice";
    notice.setAttribute("role", "status");
    const link = page.createElement("a");
    link.href = address;
    link.textContent = words.look;
    notice.append(`${text} `, link);
    page.querySelector("main .wrap").prepend(notice);
  };
  // These pages send what belongs to them, and show it.
  if (!page.querySelector("form[data-save-url], [data-attempt-over]")) {
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    sendKept({
      reader, kept: mine(),
      send: (attempt, question, state) => sendAnswer(`/attempts/${attempt}/answers/`, token, question, state, { base: state.base }),
      drop: (attempt, question, sequence) => keptAnswers(attempt).drop(question, sequence),
    }).then((outcomes) => outcomes.forEach(show));
  }
  return () => !mine().length || confirm(words.leave);
};
