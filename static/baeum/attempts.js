// Owns what an attempt's pages do beyond their HTML: each answer is saved as it changes, and stays in this browser until
// the server has it; the countdown; and a submit that waits for the network. Each page works without this.

const FIELDS = "input:not([type=file]), select, textarea";
const WRITTEN = "input[type=text], textarea";
const TICKED = new Set(["radio", "checkbox"]);
const SAVE_AFTER = 600;      // ms without a keystroke
const RETRY_AT_MOST = 15000;

const tokenOf = (place) => place.querySelector("[name=csrfmiddlewaretoken]").value;
const awaken = (delay) => new Promise((wake) => {
  setTimeout(wake, delay);
  ["online", "focus"].forEach((event) => addEventListener(event, wake, { once: true }));
});

// Answers of one attempt that the server has not confirmed: question → {sequence, fields: [[name, value], …]}. Each
// question has an entry of its own, so that two tabs do not overwrite each other's.
const unsavedOf = (attempt) => {
  const prefix = `baeum:unsaved:${attempt}:`;
  // A browser that keeps nothing for pages, or has no room left, is one in which only the open page holds the answers.
  const safely = (act, otherwise) => { try { return act(); } catch { return otherwise; } };
  const read = (question) => safely(() => JSON.parse(localStorage.getItem(prefix + question)), null);
  return {
    put: (question, state) => safely(() => localStorage.setItem(prefix + question, JSON.stringify(state))),
    drop: (question, sequence) => {
      if ((read(question)?.sequence ?? 0) <= sequence) safely(() => localStorage.removeItem(prefix + question));
    },
    all: () => safely(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length)).map((question) => [question, read(question)])
      .filter(([, state]) => Array.isArray(state?.fields)), []),
  };
};

// One save. Returns what the server decided as {status, slug, title, sequence}; throws where it decided nothing.
const save = async (url, token, question, state, signal) => {
  const data = new FormData();
  data.append("question", question);
  data.append("sequence", state.sequence);
  state.fields.forEach(([name, value]) => data.append(name, value));
  const answer = await fetch(url, {
    method: "POST", body: data, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "manual", signal,
  });
  // A redirect leads to the sign-in page, and 403 is a token from before it: nothing was saved.
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("signed out");
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  const told = await answer.json().catch(() => ({}));
  return { status: answer.status, slug: told.type?.split("/").pop(), title: told.title, sequence: told.sequence };
};

const form = document.querySelector("form[data-save-url]");
if (form) {
  const text = form.dataset;
  const unsaved = unsavedOf(text.attempt);
  const pending = new Map();   // question → the newest state that the server does not have
  const refused = new Set();   // questions whose answer, as it stands, the server did not take
  const leaving = new AbortController();
  const fieldOf = (question) => form.querySelector(`fieldset[data-question="${CSS.escape(question)}"]`);
  const inputsOf = (field) => [...field.querySelectorAll(FIELDS)];
  const submitState = document.querySelector("[data-submit-state]");
  let submitting = false;
  let left = false;
  const leave = (address) => { left = true; location.assign(address); };

  const say = (question, message, failed = false) => {
    const state = form.querySelector(`[data-state="${question}"]`);
    if (state && state.textContent !== message) state.textContent = message;
    state?.classList.toggle("failed", failed);
  };
  const count = () => {
    const isAnswered = (input) => (TICKED.has(input.type) ? input.checked : input.value.trim());
    const fields = [...form.querySelectorAll("fieldset[data-question]")];
    // A question that has been checked has no inputs left, and had an answer.
    const answered = fields.filter((field) => "checked" in field.dataset || inputsOf(field).some(isAnswered)
      || field.querySelector(".files li"));
    const bar = document.querySelector("[data-answered]");
    if (bar) bar.textContent = answered.length;
    // What the page asks about has been answered since.
    const asked = document.querySelector("[data-unanswered]");
    answered.forEach((field) => asked?.querySelector(`[href="#${CSS.escape(field.id)}"]`)?.closest("li").remove());
    if (asked && !asked.querySelector("li")) asked.remove();
  };

  // --- Saving, oldest first, again and again until the server has decided.
  let flushing = null;
  const flush = () => { flushing ??= drain().finally(() => { flushing = null; }); return flushing; };
  const drain = async () => {
    let delay = 1000;
    while (pending.size && !leaving.signal.aborted) {
      const [question, state] = pending.entries().next().value;
      say(question, text.saving);
      let told;
      try {
        told = await save(text.saveUrl, tokenOf(form), question, state, leaving.signal);
      } catch (error) {
        if (leaving.signal.aborted) return;
        const isSignedOut = error.message === "signed out";
        say(question, isSignedOut ? text.signedOut : text.failed, true);
        if (submitting) submitState.textContent = isSignedOut ? text.signedOut : text.waiting;
        await awaken(delay);
        if (isSignedOut) await renewToken();
        delay = Math.min(delay * 2, RETRY_AT_MOST);
        continue;
      }
      delay = 1000;
      settle(question, state, told);
    }
  };
  // The page as the server has it now, to which the result of an open attempt leads; null: nobody knows.
  const pageNow = async () => {
    try {
      return new DOMParser().parseFromString(await (await fetch(text.resultUrl)).text(), "text/html");
    } catch { return null; }
  };
  // Whoever has signed in again, in another tab, has another token.
  const renewToken = async () => {
    const page = await pageNow();
    if (page) form.querySelector("[name=csrfmiddlewaretoken]").value = tokenOf(page);
  };
  const settle = (question, state, told) => {
    if (pending.get(question) === state) pending.delete(question);
    unsaved.drop(question, state.sequence);
    if (told.status === 200) {
      last = Math.max(last, told.sequence);
      const isOvertaken = told.sequence > state.sequence;
      if (!pending.has(question)) say(question, isOvertaken ? text.overtaken : text.saved, isOvertaken);
    } else if (told.slug === "deadline-passed") {
      // The server has kept it as evidence; the result says so. What is still waiting goes the same way first.
      say(question, told.title, true);
      if (!pending.size) leave(text.resultUrl);
    } else if (told.slug === "attempt-closed") {
      // Submitted elsewhere. What was typed here stays on the screen.
      const notice = document.querySelector("[data-closed]");
      notice.querySelector("span").textContent = told.title;
      notice.hidden = false;
      say(question, told.title, true);
    } else {
      refused.add(question);
      say(question, told.title || text.refused, true);
    }
  };

  // Milliseconds by the server's clock order the states of two tabs and two devices; a second change within one still
  // counts up.
  const skew = Date.parse(text.now) - Date.now();
  // What this page was loaded with is older than what is typed into it, whatever a clock has said.
  let last = Math.max(0, ...[...form.querySelectorAll("fieldset[data-question]")].map((field) => Number(field.dataset.sequence)));
  const keep = (field) => {
    last = Math.max(last + 1, Date.now() + skew);
    const fields = inputsOf(field).filter((input) => !TICKED.has(input.type) || input.checked);
    const state = { sequence: last, fields: fields.map((input) => [input.name, input.value]) };
    refused.delete(field.dataset.question);
    pending.set(field.dataset.question, state);
    unsaved.put(field.dataset.question, state);
    say(field.dataset.question, "");
    count();
  };
  let typing = 0;
  form.addEventListener("change", (event) => {
    const field = event.target.closest("fieldset[data-question]");
    if (!field || event.target.type === "file") return;
    // Leaving a text field changes nothing that its last keystroke did not.
    if (event.target.matches(WRITTEN)) clearTimeout(typing);
    else keep(field);
    flush();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches(WRITTEN)) return;
    // In this browser at once, with the server when the typing pauses.
    keep(event.target.closest("fieldset[data-question]"));
    clearTimeout(typing);
    typing = setTimeout(flush, SAVE_AFTER);
  });
  // Enter in a field presses no button: Chromium looks past the one that does nothing, from a radio button.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=file])")) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => { if (pending.size && !left) event.preventDefault(); });

  // --- What a crash, a closed tab or a lost network left in this browser: into the fields, and to the server.
  unsaved.all().forEach(([question, state]) => {
    const field = fieldOf(question);
    if (!field || "checked" in field.dataset || state.sequence <= Number(field.dataset.sequence)) {
      // The server has this one, or a later one.
      unsaved.drop(question, state.sequence);
      return;
    }
    const given = (input) => state.fields.filter(([name]) => name === input.name).map(([, value]) => value);
    inputsOf(field).forEach((input) => {
      if (TICKED.has(input.type)) input.checked = given(input).includes(input.value);
      else input.value = given(input)[0] ?? "";
    });
    last = Math.max(last, state.sequence);
    pending.set(question, state);
  });
  flush();
  count();

  // --- A form that leaves holds only what this page changed and has not saved: another tab may know better of the rest.
  form.addEventListener("formdata", ({ formData }) => {
    const changed = new Set([...pending.keys(), ...refused]);
    formData.append("changed", "");
    form.querySelectorAll("fieldset[data-question]").forEach((field) => {
      const question = field.dataset.question;
      if (!changed.has(question)) inputsOf(field).forEach((input) => formData.delete(input.name));
      else {
        formData.append("changed", question);
        if (pending.has(question)) formData.append(`${question}:sequence`, pending.get(question).sequence);
      }
    });
  });
  // The server asks back when a question has no answer, unless that has been seen, or nobody is there to be asked.
  const askNoMore = () => form.querySelector("[name=asks]")?.remove();
  const submitButtons = () => [...form.querySelectorAll("button[name=submit]")];
  const submit = async () => {
    submitting = true;
    submitButtons().forEach((button) => { button.disabled = true; });
    clearTimeout(typing);
    submitState.textContent = text.submitting;
    await flush();
    for (let delay = 1000; !left; delay = Math.min(delay * 2, RETRY_AT_MOST)) {
      // No network: the page stays, and so does everything in it.
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-CSRFToken": tokenOf(form) }, redirect: "manual",
      }).catch(() => null);
      if (answer?.type === "opaqueredirect") { leave(text.resultUrl); return; }
      if (answer && answer.status < 500) {
        // A refusal is a page of its own; sent once more, so that the browser shows it. (A button named "submit" hides the
        // form's own method.)
        left = true;
        HTMLFormElement.prototype.submit.call(form);
        return;
      }
      submitState.textContent = text.waiting;
      await awaken(delay);
    }
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.name !== "submit") {
      // Check, upload, remove: the form goes along. A save that came after it would be refused.
      left = true;
      leaving.abort();
      return;
    }
    event.preventDefault();
    if (event.submitter?.value === "anyway") askNoMore();
    if (!submitting) submit();
  });

  // --- The server's clock counts; this page's only measures how long it has been open, also through sleep.
  if (text.deadline) {
    const shown = document.querySelector("[data-countdown]");
    const said = document.querySelector("[data-countdown-said]");
    let end = Date.parse(text.deadline);
    let ticking = 0;
    const remaining = () => Math.max(0, Math.ceil((end - Date.now() - skew) / 1000));
    const tell = () => {
      const seconds = remaining();
      shown.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      shown.classList.toggle("soon", seconds <= 60);
      // A screen reader is told each five minutes and at the last one, not each second.
      if (seconds && seconds % 60 === 0 && (seconds % 300 === 0 || seconds === 60)) {
        said.textContent = shown.dataset.minutes.replace("{minutes}", seconds / 60);
      }
      if (seconds > 0 || !ticking) return;
      clearInterval(ticking);
      ticking = 0;
      runOut();
    };
    // An instructor may have given more time since the page was loaded, or taken the limit away. Null: nobody knows.
    const deadlineNow = async () => {
      const now = (await pageNow())?.querySelector("form[data-save-url]");
      return now ? Date.parse(now.dataset.deadline) || Infinity : null;
    };
    const runOut = async () => {
      const later = await deadlineNow();
      if (later === Infinity) { left = true; location.reload(); return; }
      if (later > end) { end = later; run(); return; }
      said.textContent = shown.dataset.over;
      askNoMore();
      if (!submitting) submit();
    };
    const run = () => { ticking = setInterval(tell, 1000); tell(); };
    document.addEventListener("visibilitychange", () => { if (ticking) tell(); });
    run();
  }
  addEventListener("pageshow", (event) => {
    // Back from the result: a page kept by the browser would still look open.
    if (event.persisted) location.reload();
  });
}

// --- The attempt is over, and this browser still holds answers of it: the server keeps them as evidence.
const over = document.querySelector("[data-attempt-over]");
if (over) {
  const unsaved = unsavedOf(over.dataset.attemptOver);
  const send = async () => {
    for (const [question, state] of unsaved.all()) {
      const told = await save(over.dataset.lateUrl, tokenOf(over), question, state);
      unsaved.drop(question, state.sequence);
      const said = over.querySelector("[data-late-said]");
      said.textContent = told.title ?? "";
      said.hidden = !told.title;
    }
  };
  // Without a network they stay for the next look.
  send().catch(() => {});
}
