// Connects an attempt's page with its modules: each answer is saved as it changes and stays in this browser until the server
// has it; the time is counted down; a submission waits for the network. The page works without any of this.

import { asClock, countdown } from "./countdown.js";
import { keptAnswers } from "./kept-answers.js";
import { believed, meaningOf, saveQueue, sequencer } from "./save-queue.js";
import { sendAnswer, sendSubmission } from "./server.js";
import { submission } from "./submit.js";

const FIELDS = "input:not([type=file]), select, textarea";
const WRITTEN = "input[type=text], textarea";
const TICKED = new Set(["radio", "checkbox"]);
const SAVE_AFTER = 600; // ms without a keystroke

const form = document.querySelector("form[data-save-url]");
const text = form.dataset;
const submitState = document.querySelector("[data-submit-state]");
const allFields = () => [...form.querySelectorAll("fieldset[data-question]")];
const fieldOf = (question) => form.querySelector(`fieldset[data-question="${CSS.escape(question)}"]`);
const inputsOf = (field) => [...field.querySelectorAll(FIELDS)];
const tokenOf = (place) => place.querySelector("[name=csrfmiddlewaretoken]").value;
let left = false;
const leave = (address) => { left = true; location.assign(address); };
// It is time to try again after a while, or as soon as the network or the reader is back.
const wait = (delay) => new Promise((wake) => {
  setTimeout(wake, delay);
  ["online", "focus"].forEach((event) => addEventListener(event, wake, { once: true }));
});

// --- What the page says
const say = (question, message, failed = false) => {
  const state = form.querySelector(`[data-state="${question}"]`);
  if (state && state.textContent !== message) state.textContent = message;
  state?.classList.toggle("failed", failed);
};
const count = () => {
  const isAnswered = (input) => (TICKED.has(input.type) ? input.checked : input.value.trim());
  // A question that has been checked has no inputs left, and had an answer.
  const answered = allFields().filter((field) => "checked" in field.dataset || inputsOf(field).some(isAnswered)
    || field.querySelector(".files li"));
  const bar = document.querySelector("[data-answered]");
  if (bar) bar.textContent = answered.length;
  // The page may ask about questions that have been answered since.
  const asked = document.querySelector("[data-unanswered]");
  answered.forEach((field) => asked?.querySelector(`[href="#${CSS.escape(field.id)}"]`)?.closest("li").remove());
  if (asked && !asked.querySelector("li")) asked.remove();
};

// --- Saving
// The result's address leads to the open attempt as the server has it now. Null: the server cannot be asked.
const pageNow = async () => {
  try {
    return new DOMParser().parseFromString(await (await fetch(text.resultUrl)).text(), "text/html");
  } catch { return null; }
};
const skew = Date.parse(text.now) - Date.now();
const serverNow = () => Date.now() + skew;
const kept = keptAnswers(text.attempt);
const refused = new Set(); // questions whose answer, as it stands, the server did not take
const storedSequence = (field) => believed(Number(field.dataset.sequence), serverNow());
// What is typed into this page is later than what it was loaded with.
const sequence = sequencer(serverNow, Math.max(0, ...allFields().map(storedSequence)));

const settle = {
  saved: (question) => { if (!queue.has(question)) say(question, text.saved); },
  overtaken: (question) => { if (!queue.has(question)) say(question, text.overtaken, true); },
  // The server has kept it as evidence, and the result says so. What is still waiting is sent first.
  late: (question, title) => {
    say(question, title, true);
    if (!queue.size) leave(text.resultUrl);
  },
  // The attempt was submitted elsewhere. What was typed here stays on the screen.
  closed: (question, title) => {
    const notice = document.querySelector("[data-closed]");
    notice.querySelector("span").textContent = title;
    notice.hidden = false;
    say(question, title, true);
  },
  refused: (question, title) => {
    refused.add(question);
    say(question, title || text.refused, true);
  },
};
const queue = saveQueue({
  send: (question, state, signal) => sendAnswer(text.saveUrl, tokenOf(form), question, state, { signal }),
  wait,
  // Somebody who has signed in again in another tab has another token.
  renew: async () => {
    const page = await pageNow();
    if (page) form.querySelector("[name=csrfmiddlewaretoken]").value = tokenOf(page);
  },
  tell: {
    saving: (question) => say(question, text.saving),
    failed: (question, isSignedOut) => {
      say(question, isSignedOut ? text.signedOut : text.failed, true);
      if (submitting.isRunning) submitState.textContent = isSignedOut ? text.signedOut : text.waiting;
    },
    decided: (question, state, decision) => {
      kept.drop(question, state.sequence);
      if (decision.status === 200) sequence.seen(decision.sequence);
      settle[meaningOf(decision, state)](question, decision.title);
    },
  },
});
const keep = (field) => {
  const { question } = field.dataset;
  const fields = inputsOf(field).filter((input) => !TICKED.has(input.type) || input.checked);
  const state = { sequence: sequence.next(), fields: fields.map((input) => [input.name, input.value]) };
  refused.delete(question);
  queue.put(question, state);
  kept.put(question, state);
  say(question, "");
  count();
};
let typing = 0;
form.addEventListener("change", (event) => {
  const field = event.target.closest("fieldset[data-question]");
  if (!field || event.target.type === "file") return;
  // Leaving a text field changes nothing: its last keystroke has been kept already.
  if (event.target.matches(WRITTEN)) clearTimeout(typing);
  else keep(field);
  queue.flush();
});
form.addEventListener("input", (event) => {
  if (!event.target.matches(WRITTEN)) return;
  // It is kept in this browser at once, and sent to the server when the typing pauses.
  keep(event.target.closest("fieldset[data-question]"));
  clearTimeout(typing);
  typing = setTimeout(queue.flush, SAVE_AFTER);
});
// Enter in a field presses no button. From a radio button, Chromium would press the first button that does something.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
});
addEventListener("beforeunload", (event) => { if (queue.size && !left) event.preventDefault(); });

// --- Submitting
// The server asks back when a question has no answer, unless the reader has seen that, or nobody is there to be asked.
const askNoMore = () => form.querySelector("[name=asks]")?.remove();
const submitting = submission({
  flush: queue.flush,
  post: () => sendSubmission(form.action, tokenOf(form), new FormData(form)),
  wait,
  hasLeft: () => left,
  tell: {
    submitting: () => {
      form.querySelectorAll("button[name=submit]").forEach((button) => { button.disabled = true; });
      clearTimeout(typing);
      submitState.textContent = text.submitting;
    },
    waiting: () => { submitState.textContent = text.waiting; },
    accepted: () => leave(text.resultUrl),
    // A refusal is a page of its own; the form is sent once more, so that the browser shows it. A button named "submit" hides
    // the form's own method.
    refused: () => { left = true; HTMLFormElement.prototype.submit.call(form); },
  },
});
form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.name !== "submit") {
    // Check, upload and remove send the form along. A save that came after it would be refused.
    left = true;
    queue.stop();
    return;
  }
  event.preventDefault();
  if (event.submitter?.value === "anyway") askNoMore();
  submitting.start();
});
// A form that is sent holds only what this page changed and has not saved: another tab may know better about the rest.
form.addEventListener("formdata", ({ formData }) => {
  const changed = new Set([...queue.questions(), ...refused]);
  formData.append("changed", "");
  allFields().forEach((field) => {
    const { question } = field.dataset;
    if (!changed.has(question)) inputsOf(field).forEach((input) => formData.delete(input.name));
    else {
      formData.append("changed", question);
      if (queue.has(question)) formData.append(`${question}:sequence`, queue.get(question).sequence);
    }
  });
});

// --- A crash, a closed tab or a lost network may have left answers in this browser: into the fields, and to the server.
kept.all().forEach(([question, state]) => {
  const field = fieldOf(question);
  if (!field || "checked" in field.dataset || state.sequence <= storedSequence(field)) {
    // The server has this answer or a later one. A request of the closed tab may have arrived after all.
    if (field && state.sequence === storedSequence(field)) say(question, text.saved);
    kept.drop(question, state.sequence);
    return;
  }
  const given = (input) => state.fields.filter(([name]) => name === input.name).map(([, value]) => value);
  inputsOf(field).forEach((input) => {
    if (TICKED.has(input.type)) input.checked = given(input).includes(input.value);
    else input.value = given(input)[0] ?? "";
  });
  sequence.seen(state.sequence);
  queue.put(question, state);
});
queue.flush();
count();

// --- The time
if (text.deadline) {
  const shown = document.querySelector("[data-countdown]");
  const said = document.querySelector("[data-countdown-said]");
  const counting = countdown({
    end: Date.parse(text.deadline),
    now: serverNow,
    show: (seconds) => {
      shown.textContent = asClock(seconds);
      shown.classList.toggle("soon", seconds <= 60);
    },
    speak: (minutes) => { said.textContent = shown.dataset.minutes.replace("{minutes}", minutes); },
    deadlineNow: async () => {
      const now = (await pageNow())?.querySelector("form[data-save-url]");
      return now ? Date.parse(now.dataset.deadline) || Infinity : null;
    },
    unlimited: () => { left = true; location.reload(); },
    over: () => {
      said.textContent = shown.dataset.over;
      askNoMore();
      submitting.start();
    },
  });
  document.addEventListener("visibilitychange", counting.look);
}
addEventListener("pageshow", (event) => {
  // After "back" from the result, a page that the browser has kept would still look open.
  if (event.persisted) location.reload();
});
