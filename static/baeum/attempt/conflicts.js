// Shows an answer that another tab or device has stored beside the one of this page, and lets the reader choose.

import { inputsOf, readable } from "./fields.js";

// `notice()` returns a new element with [data-there], [data-take] and [data-keep]; `take(question, there)` and
// `keep(question, there)` are called with the reader's choice. `there` is the question on the server's page.
export const conflicts = ({ fieldOf, notice, nothing, take, keep }) => {
  const open = new Map(); // question → its notice

  const close = (question) => {
    open.get(question)?.remove();
    open.delete(question);
  };
  const show = (question, there) => {
    close(question);
    const field = fieldOf(question);
    const shown = notice();
    shown.lang = document.documentElement.lang;
    shown.querySelector("[data-there]").textContent = readable(there) || nothing;
    const decide = (choice) => () => {
      close(question);
      choice(question, there);
      inputsOf(field)[0]?.focus();
    };
    shown.querySelector("[data-take]").addEventListener("click", decide(take));
    shown.querySelector("[data-keep]").addEventListener("click", decide(keep));
    open.set(question, shown);
    field.querySelector("[data-state]").before(shown);
  };
  return { show, close, has: (question) => open.has(question) };
};
