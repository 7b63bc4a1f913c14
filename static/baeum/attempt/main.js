// Connects an attempt's page with its modules: each answer is saved as it changes and stays in this browser until the server
// has it; the time is counted down; a submission waits for the network. The page works without any of this.

import { arrange } from "./arrange.js";
import { conflicts } from "./conflicts.js";
import { asClock, countdown } from "./countdown.js";
import { WRITTEN, fill, inputsOf, isAnswered, isSame, readable, valuesOf } from "./fields.js";
import { handIns } from "./hand-ins.js";
import { navigator } from "./navigator.js";
import { keptAnswers } from "./kept-answers.js";
import { counted, worded } from "./limits.js";
import { believed, meaningOf, saveQueue, sequencer } from "./save-queue.js";
import { sendAnswer, sendSubmission } from "./server.js";
import { submission } from "./submit.js";
import { meaningOfKept, versions } from "./versions.js";

const SAVE_AFTER = 600; // ms without a keystroke
const LOOK_AFTER = 5000; // ms between two looks at what other tabs have stored

const form = document.querySelector("form[data-save-url]");
const pieces = document.querySelector("template[data-words]");
const text = { ...pieces.dataset, ...form.dataset };
const language = document.documentElement.lang;
const reader = document.querySelector("[data-reader]")?.dataset.reader;
const submitState = document.querySelector("[data-submit-state]");
const fieldsIn = (place) => [...place.querySelectorAll("fieldset[data-question]")];
const fieldIn = (place, question) => place.querySelector(`fieldset[data-question="${CSS.escape(question)}"]`);
const allFields = () => fieldsIn(form);
const fieldOf = (question) => fieldIn(form, question);
const tokenOf = (place) => place.querySelector("[name=csrfmiddlewaretoken]").value;
const piece = (selector) => pieces.content.querySelector(selector).cloneNode(true);
let left = false;
const leave = (address) => { left = true; location.assign(address); };
// It is time to try again after a while, or as soon as the network or the reader is back.
const wait = (delay) => new Promise((wake) => {
  setTimeout(wake, delay);
  ["online", "focus"].forEach((event) => addEventListener(event, wake, { once: true }));
});

// --- What the page says
const failed = new Set(); // questions whose last message says that something is not saved
const say = (question, message, isFault = false) => {
  const state = form.querySelector(`[data-state="${question}"]`);
  if (state && state.textContent !== message) state.textContent = message;
  state?.classList.toggle("failed", isFault);
  if (isFault) failed.add(question);
  else failed.delete(question);
  guide.update();
};
const count = () => {
  const answered = allFields().filter(isAnswered);
  const bar = document.querySelector("[data-answered]");
  if (bar) bar.textContent = answered.length;
  // The page may ask about questions that have been answered since.
  answered.forEach((field) => stopAsking("[data-no-answer]", field));
  guide.update();
};
const stopAsking = (list, field) => {
  const place = document.querySelector(list);
  place?.querySelector(`[href="#${CSS.escape(field.id)}"]`)?.closest("li").remove();
  if (place && !place.querySelector("li")) place.remove();
  const asked = document.querySelector("[data-unanswered]");
  if (asked && !asked.querySelector("li")) asked.remove();
};
const showClosed = (message, isLost) => {
  const notice = piece("[data-closed]");
  notice.querySelector("[data-closed-said]").textContent = message;
  notice.querySelector("[data-closed-lost]").hidden = !isLost;
  notice.querySelector("a").href = text.resultUrl;
  document.querySelector("[data-closed-place]").replaceChildren(notice);
};

// --- Texts that are too long: nothing is cut, the page counts, and what is too long stays in this browser.
const lengthOf = (input) => counted(input.value, Number(input.dataset.limit));
const showLength = (input) => {
  const length = lengthOf(input);
  let counter = input.parentElement.querySelector(`[data-counter="${CSS.escape(input.name)}"]`);
  if (!counter && !length) return;
  if (!counter) {
    counter = document.createElement("span");
    counter.className = "counter";
    counter.lang = language;
    counter.dataset.counter = input.name;
    counter.id = `counter-${input.name}`;
    input.after(counter);
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${counter.id}`.trim());
  }
  counter.textContent = length ? worded(text.counted, length, language) : "";
  counter.classList.toggle("failed", Boolean(length?.excess));
  if (length?.excess) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
};
const tooLong = (field) => inputsOf(field).map((input) => input.dataset.limit && lengthOf(input)).find((each) => each?.excess);

// --- Saving
// The attempt as the server has it now: its form, or its result if it is over. Null: the server cannot be asked.
const pageNow = async () => {
  try {
    return new DOMParser().parseFromString(await (await fetch(text.pageUrl)).text(), "text/html");
  } catch { return null; }
};
const skew = Date.parse(text.now) - Date.now();
const serverNow = () => Date.now() + skew;
const kept = keptAnswers(text.attempt);
const refused = new Set(); // questions whose answer, as it stands, the server did not take
const disputed = new Set(); // questions with another answer of another tab, until the reader has chosen
const touched = new Set(); // questions that were answered on this page
const storedSequence = (field) => believed(Number(field.dataset.sequence), serverNow());
// What is typed into this page is later than what it was loaded with.
const sequence = sequencer(serverNow, Math.max(0, ...allFields().map(storedSequence)));
const seen = versions();
const see = (question, number) => { seen.see(question, number); sequence.seen(number); };
allFields().forEach((field) => seen.see(field.dataset.question, storedSequence(field)));

const settle = {
  saved: (question, decision) => {
    seen.see(question, decision.sequence);
    if (!queue.has(question)) say(question, text.saved);
  },
  overtaken: (question) => { if (!queue.has(question)) say(question, text.overtaken, true); },
  // The server has kept it as evidence, and the result says so. What is still waiting is sent first.
  late: (question, decision) => {
    say(question, decision.title, true);
    if (!queue.size) leave(text.resultUrl);
  },
  // The attempt was submitted elsewhere. What was typed here stays on the screen and in this browser.
  closed: (question, decision) => {
    showClosed(decision.title, true);
    say(question, decision.title, true);
  },
  changed: (question, decision, state) => {
    if (!seen.isOwn(question, decision.sequence)) {
      queue.drop(question);
      dispute(question);
      return;
    }
    // An earlier save of this page had arrived after all.
    see(question, decision.sequence);
    if (!queue.has(question)) queue.put(question, { ...state, sequence: sequence.next() });
  },
  refused: (question, decision) => {
    refused.add(question);
    say(question, decision.title || text.refused, true);
  },
};
const KEPT_ON = new Set(["closed", "changed", "refused"]);
const queue = saveQueue({
  send: (question, state, signal) => {
    seen.remember(question, [state.sequence]);
    return sendAnswer(text.saveUrl, tokenOf(form), question, state, { signal, base: seen.base(question) });
  },
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
      const meaning = meaningOf(decision, state);
      if (!KEPT_ON.has(meaning)) kept.drop(question, state.sequence);
      if (decision.status === 200) sequence.seen(decision.sequence);
      settle[meaning](question, decision, state);
    },
  },
});
const stateOf = (field) => {
  const { question } = field.dataset;
  return {
    by: reader, sequence: sequence.next(), base: seen.base(question), sent: seen.sentOf(question),
    fields: valuesOf(field), said: readable(field), number: field.querySelector(".no")?.textContent,
  };
};
const keep = (field) => {
  const { question } = field.dataset;
  const state = stateOf(field);
  touched.add(question);
  refused.delete(question);
  field.querySelector("[data-refusal]")?.remove();
  kept.put(question, state);
  count();
  const length = tooLong(field);
  if (length) {
    refused.add(question);
    queue.drop(question);
    say(question, worded(text.tooLong, length, language), true);
  } else if (!disputed.has(question)) {
    queue.put(question, state);
    say(question, "");
  }
};

// --- Other tabs and devices
const choosing = conflicts({
  fieldOf,
  notice: () => piece("[data-changed]"),
  nothing: text.nothingThere,
  take: (question, there) => {
    disputed.delete(question);
    takeOver(question, there);
    say(question, text.saved);
  },
  keep: (question, there) => {
    disputed.delete(question);
    see(question, storedSequence(there));
    keep(fieldOf(question));
    queue.flush();
  },
});
const takeOver = (question, there) => {
  const field = fieldOf(question);
  fill(field, valuesOf(there));
  inputsOf(field).forEach((input) => { if (input.dataset.limit) showLength(input); });
  see(question, storedSequence(there));
  refused.delete(question);
  kept.drop(question, Infinity);
  count();
};
const agree = (question, there) => {
  see(question, storedSequence(there));
  disputed.delete(question);
  kept.drop(question, Infinity);
  say(question, text.saved);
};
const dispute = async (question, page = pageNow()) => {
  disputed.add(question);
  const now = await page;
  const there = now && fieldIn(now, question);
  // Without a network the next look asks again.
  if (!there) say(question, text.failed, true);
  else if (isSame(valuesOf(there), valuesOf(fieldOf(question)))) agree(question, there);
  else {
    say(question, "");
    choosing.show(question, there);
  }
};
const compare = (there, page) => {
  const { question } = there.dataset;
  const field = fieldOf(question);
  const stored = storedSequence(there);
  if (disputed.has(question)) {
    if (!choosing.has(question)) dispute(question, page);
    return;
  }
  const isKnown = stored <= seen.base(question) || seen.isOwn(question, stored);
  // What waits here is told about by its own save.
  if (!field || isKnown || queue.has(question) || "checked" in there.dataset) return;
  if (isSame(valuesOf(there), valuesOf(field))) see(question, stored);
  else if (touched.has(question)) dispute(question, page);
  else {
    takeOver(question, there);
    say(question, text.updated);
  }
};
let looked = Date.now();
const look = async () => {
  if (document.hidden || left || submitting.isRunning || Date.now() - looked < LOOK_AFTER) return;
  looked = Date.now();
  const page = await pageNow();
  if (!page || left) return;
  if (page.querySelector("[data-attempt-over]")) showClosed(text.closedElsewhere, Boolean(kept.all().length));
  else fieldsIn(page).forEach((there) => compare(there, page));
};
addEventListener("focus", look);
document.addEventListener("visibilitychange", look);

arrange(form, { text, piece, language });

// --- The list of questions, and flags
const guide = navigator({
  form, text, allFields,
  isUnsaved: (question) => refused.has(question) || disputed.has(question) || failed.has(question),
  token: () => tokenOf(form),
  unflagged: (field) => stopAsking("[data-flagged]", field),
  say,
});

// --- Files
const files = handIns({
  form, text, piece, pageNow, fieldIn,
  token: () => tokenOf(form),
  changed: count,
  // That a text is not saved is more important.
  say: (question, message) => { if (!failed.has(question)) say(question, message); },
});

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
  showLength(event.target);
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
// Returns whether something is left that the reader must decide first, and leads there.
const isUndecided = () => {
  const fields = allFields().filter(({ dataset: { question } }) => refused.has(question) || disputed.has(question));
  if (!fields.length) return false;
  const numbers = fields.map((field) => field.querySelector(".no").textContent.replace(/\W/g, "")).join(", ");
  submitState.textContent = worded(text.unsaved, { numbers }, language);
  submitState.classList.add("failed");
  (fields[0].querySelector("[data-changed] button, [aria-invalid]") ?? inputsOf(fields[0])[0])?.focus();
  return true;
};
form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.name !== "submit") {
    // Check, upload and remove send the form along. A save that came after it would be refused.
    left = true;
    queue.stop();
    return;
  }
  event.preventDefault();
  handIn(event.submitter?.value === "anyway");
});
const handIn = async (isAsked) => {
  if (isUndecided()) return;
  submitState.classList.remove("failed");
  submitState.textContent = "";
  // A file that was not accepted must be seen.
  if (!await files.sendAll()) return;
  if (isAsked) askNoMore();
  submitting.start();
};
// A form that is sent holds only what this page changed and has not saved: another tab may know better about the rest. At the end
// of the time what the server would refuse stays in this browser.
form.addEventListener("formdata", ({ formData }) => {
  const changed = new Set([...queue.questions(), ...(submitting.isRunning ? [] : refused)]);
  formData.append("changed", "");
  allFields().forEach((field) => {
    const { question } = field.dataset;
    if (!changed.has(question)) inputsOf(field).forEach((input) => formData.delete(input.name));
    else {
      formData.append("changed", question);
      formData.append(`${question}:base`, seen.base(question));
      if (queue.has(question)) formData.append(`${question}:sequence`, queue.get(question).sequence);
    }
  });
});

// --- A crash, a closed tab or a lost network may have left answers in this browser: into the fields, and to the server.
const restore = (question, state) => {
  const field = fieldOf(question);
  if (!field || "checked" in field.dataset) {
    kept.drop(question, state.sequence);
    return;
  }
  const stored = storedSequence(field);
  const meaning = isSame(state.fields, valuesOf(field)) ? "saved" : meaningOfKept(state, stored);
  sequence.seen(state.sequence);
  seen.remember(question, state.sent ?? []);
  if (meaning === "saved") {
    // A request of the closed tab may have arrived after all.
    if (stored) say(question, text.saved);
    kept.drop(question, state.sequence);
    return;
  }
  fill(field, state.fields);
  keep(field);
  if (meaning === "changed") {
    queue.drop(question);
    dispute(question);
  }
};
kept.all().forEach(([question, state]) => restore(question, state));
// A form that was refused is a page of its own with what was typed. Going back and forward leads to the attempt, not to that form.
if (location.pathname !== text.pageUrl) history.replaceState(null, "", text.pageUrl + location.hash);
form.querySelectorAll("[data-changed], [data-refusal]").forEach((notice) => {
  const field = notice.closest("fieldset[data-question]");
  const { question } = field.dataset;
  if ("refusal" in notice.dataset && !tooLong(field)) return;
  keep(field);
  if ("changed" in notice.dataset) {
    notice.remove();
    queue.drop(question);
    dispute(question);
  }
});
form.querySelectorAll("[data-limit]").forEach(showLength);
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
