// Keeps the list of questions up to date, and flags questions without leaving the page.

import { isAnswered } from "./fields.js";

export const wordsOf = (states, words) => Object.keys(words).filter((state) => states[state]).map((state) => words[state]).join(", ");

export const navigator = ({ form, text, allFields, isUnsaved, token, unflagged, say, fetch = globalThis.fetch }) => {
  const list = form.querySelector(".navigator");
  const words = { answered: text.answeredWord, flagged: text.flaggedWord, unsaved: text.unsavedWord };
  const flagOf = (field) => field.closest("li").querySelector(".flag");
  const isFlagged = (field) => flagOf(field)?.getAttribute("aria-pressed") === "true";
  let isWaiting = false;

  const show = () => {
    isWaiting = false;
    allFields().forEach((field) => {
      const link = list.querySelector(`[href="#${CSS.escape(field.id)}"]`);
      if (!link) return;
      const states = { answered: isAnswered(field), flagged: isFlagged(field), unsaved: isUnsaved(field.dataset.question) };
      Object.entries(states).forEach(([state, holds]) => link.classList.toggle(`is-${state}`, holds));
      link.querySelector("span").textContent = ` ${wordsOf(states, words)}`;
    });
  };
  const press = (button, isPressed) => {
    button.setAttribute("aria-pressed", String(isPressed));
    button.name = isPressed ? "unflag" : "flag";
  };
  const toggle = async (button) => {
    const field = button.closest("li").querySelector("fieldset[data-question]");
    const data = new FormData();
    data.append(button.name, button.value);
    const isPressed = button.name === "flag";
    press(button, isPressed);
    show();
    const headers = { "X-CSRFToken": token(), Accept: "application/json" };
    const answer = await fetch(button.formAction, { method: "POST", body: data, headers, redirect: "manual" }).catch(() => null);
    if (answer?.status === 200) {
      if (!isPressed) unflagged(field);
      return;
    }
    press(button, !isPressed);
    say(field.dataset.question, text.flagFailed);
    show();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest(".flag");
    if (button) {
      event.preventDefault();
      toggle(button);
    } else if (event.target.closest(".navigator a")) list.open = false;
  });
  // Typing changes the list at most once a frame.
  return { update: () => { if (!isWaiting) { isWaiting = true; requestAnimationFrame(show); } } };
};
