// Uploads the files of hand-ins from the open page: with a bar of progress, a way to cancel, and errors at the question.

import { upload } from "./uploads.js";

export const handIns = ({ form, text, piece, pageNow, fieldIn, token, changed, say }) => {
  const running = new Set(); // questions whose files are on their way
  const partOf = (field) => field.querySelector("[data-hand-in]");

  // The list of files as the server has it now.
  const refresh = async (field) => {
    const page = await pageNow();
    const fresh = page && fieldIn(page, field.dataset.question)?.querySelector("[data-hand-in]");
    if (fresh) partOf(field).replaceWith(document.importNode(fresh, true));
    changed();
    return Boolean(fresh);
  };
  const showFault = (field, message) => {
    field.querySelectorAll("[data-upload-fault], [data-refusal]").forEach((each) => each.remove());
    if (!message) return;
    const shown = piece("[data-upload-fault]");
    shown.lang = document.documentElement.lang;
    shown.textContent = message;
    partOf(field).after(shown);
  };
  const send = async (field) => {
    const { question } = field.dataset;
    const input = field.querySelector("input[type=file]");
    const button = field.querySelector("[data-upload]");
    if (running.has(question)) return false;
    showFault(field, "");
    running.add(question);
    const leaving = new AbortController();
    const bar = piece("[data-uploading]");
    const cancel = bar.querySelector("[data-cancel]");
    cancel.addEventListener("click", () => leaving.abort());
    partOf(field).append(bar);
    [input, button].forEach((each) => { each.hidden = true; });
    cancel.focus();
    const names = [...input.files].map((file) => file.name).join(", ");
    const outcome = await upload(button.formAction, token(), input.name, [...input.files], {
      signal: leaving.signal,
      progress: (percent) => {
        bar.querySelector("progress").value = percent;
        bar.querySelector("[data-percent]").textContent = `${percent} %`;
      },
    });
    running.delete(question);
    bar.remove();
    [input, button].forEach((each) => { each.hidden = false; });
    if (outcome.isStored) {
      await refresh(field);
      say(question, text.uploaded);
      partOf(field).querySelector(".files li:last-child a")?.focus();
      return true;
    }
    if (outcome.isCancelled || outcome.title) {
      // The server may have had all of it already, or some of the files. What it does not accept is no longer chosen.
      if (!await refresh(field)) input.value = "";
      if (outcome.isCancelled) say(question, text.uploadCancelled);
      else showFault(field, `${names}: ${outcome.title}`);
    } else showFault(field, text.uploadFailed);
    field.querySelector("input[type=file]")?.focus();
    return false;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload]");
    if (!button) return;
    event.preventDefault();
    const field = button.closest("fieldset[data-question]");
    if (field.querySelector("input[type=file]").files.length) send(field);
    else showFault(field, text.chooseFirst);
  });
  return {
    // Uploads what was chosen and not uploaded yet. Returns whether all of it was stored.
    sendAll: async () => {
      let isComplete = !running.size;
      for (const input of form.querySelectorAll("fieldset[data-question] input[type=file]")) {
        if (isComplete && input.files.length) isComplete = await send(input.closest("fieldset[data-question]"));
      }
      return isComplete;
    },
  };
};
