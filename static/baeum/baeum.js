// Owns what a page does beyond its HTML. Everything here is a comfort: each page works without it.

// --- Glossary terms: the definition on hover, focus or tap; the link leads to the glossary page anyway.
let card = null;
const hideTerm = () => { card?.remove(); card = null; };
const showTerm = (term) => {
  hideTerm();
  if (!term.dataset.definition) return;
  card = document.createElement("div");
  card.className = "term-card";
  card.id = "term-card";
  card.setAttribute("role", "tooltip");
  card.textContent = term.dataset.definition;
  document.body.append(card);
  term.setAttribute("aria-describedby", "term-card");
  const at = term.getBoundingClientRect();
  const left = Math.min(Math.max(16, at.left), document.documentElement.clientWidth - card.offsetWidth - 16);
  card.style.setProperty("left", `${left + window.scrollX}px`);
  card.style.setProperty("top", `${at.bottom + window.scrollY + 6}px`);
};
const termOf = (event) => (event.target instanceof Element ? event.target.closest("a.term") : null);
document.addEventListener("pointerover", (event) => {
  const term = termOf(event);
  if (term) showTerm(term);
  else if (card && !event.target.closest?.(".term-card")) hideTerm();
});
document.addEventListener("focusin", (event) => { const term = termOf(event); if (term) showTerm(term); else hideTerm(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTerm(); });
document.addEventListener("click", (event) => {
  const term = termOf(event);
  // On a touch screen the first tap shows the definition, the second follows the link.
  if (term && matchMedia("(hover: none)").matches && term.dataset.shown !== "1") {
    event.preventDefault();
    showTerm(term);
    term.dataset.shown = "1";
  }
});

// --- Switching the language keeps the place: the heading that is in view goes along in the address.
document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("input[name=next][data-keep-place]");
  if (!next) return;
  const isSeen = (h) => h.getBoundingClientRect().top >= 0 && h.getBoundingClientRect().top < innerHeight;
  const headings = [...document.querySelectorAll(".prose :is(h2, h3, h4)[id]")];
  const named = headings.find((h) => `#${h.id}` === location.hash && isSeen(h));
  const place = (named ?? headings.filter((h) => h.getBoundingClientRect().top < innerHeight / 3).at(-1))?.id;
  if (place) next.value = `${next.value.split("#")[0]}#${place}`;
});

// --- Menus close on Escape and on a click elsewhere.
const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});

// --- An outline that is a disclosure on small screens stands open on large ones.
const wide = matchMedia("(min-width: 64rem)");
const outline = document.querySelector("details[data-open-wide]");
const fit = () => { if (outline) outline.open = wide.matches; };
wide.addEventListener("change", fit);
fit();

// --- Attempts: every answer is saved as it changes, oldest first, and tried again until it is.
const form = document.querySelector("form[data-save-url]");
if (form) {
  const FIELDS = "input:not([type=file]), select, textarea";
  const TICKED = new Set(["radio", "checkbox"]);
  const pending = new Map();   // question → sequence number of its newest unsaved state
  const text = form.dataset;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const leaving = new AbortController();
  let running = false;
  let delay = 1000;
  const stateOf = (question) => form.querySelector(`[data-state="${question}"]`);
  const say = (question, message, failed = false) => {
    const state = stateOf(question);
    if (state) { state.textContent = message; state.classList.toggle("failed", failed); }
  };
  const count = () => {
    const answered = [...form.querySelectorAll("fieldset[data-question]")].filter((field) =>
      [...field.querySelectorAll(FIELDS)].some((input) => (TICKED.has(input.type) ? input.checked : input.value.trim())));
    const bar = document.querySelector("[data-answered]");
    if (bar) bar.textContent = answered.length;
  };
  const responseOf = (field) => {
    const data = new FormData();
    data.append("question", field.dataset.question);
    field.querySelectorAll(FIELDS).forEach((input) => {
      if (!TICKED.has(input.type) || input.checked) data.append(input.name, input.value);
    });
    return data;
  };
  const flush = async () => {
    if (running) return;
    running = true;
    while (pending.size && !leaving.signal.aborted) {
      const [question, sequence] = pending.entries().next().value;
      const field = form.querySelector(`fieldset[data-question="${question}"]`);
      const data = responseOf(field);
      data.append("sequence", sequence);
      say(question, text.saving);
      try {
        const answer = await fetch(form.dataset.saveUrl, {
          method: "POST", body: data, headers: { "X-CSRFToken": token, Accept: "application/json" },
          signal: leaving.signal,
        });
        if (answer.status === 409) { location.reload(); return; }
        if (answer.status >= 500) throw new Error(String(answer.status));
        if (pending.get(question) === sequence) pending.delete(question);
        if (answer.ok) say(question, text.saved);
        else say(question, (await answer.json().catch(() => ({}))).title || text.failed, true);
        delay = 1000;
      } catch {
        if (leaving.signal.aborted) return;
        say(question, text.failed, true);
        await new Promise((wake) => { setTimeout(wake, delay); addEventListener("online", wake, { once: true }); });
        delay = Math.min(delay * 2, 15000);
      }
    }
    running = false;
  };
  let last = 0;
  const changed = (event) => {
    const field = event.target.closest("fieldset[data-question]");
    if (!field || event.target.type === "file") return;
    // Milliseconds since 1970 order the states of two tabs as well; a second change in the same one still counts up.
    last = Math.max(last + 1, Date.now());
    pending.set(field.dataset.question, last);
    count();
    flush();
  };
  let typing = 0;
  form.addEventListener("change", changed);
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=text], textarea")) return;
    clearTimeout(typing);
    typing = setTimeout(() => changed(event), 600);
  });
  addEventListener("beforeunload", (event) => { if (pending.size && !leaving.signal.aborted) event.preventDefault(); });
  form.addEventListener("submit", () => {
    // The form carries every answer. A save that came after it would be refused, and the refusal would reload the page.
    leaving.abort();
    // A second click changes nothing on the server; the button only stops looking clickable.
    setTimeout(() => form.querySelectorAll("button[name=submit]").forEach((button) => { button.disabled = true; }));
  });
  count();

  // The server's clock counts; this page's only measures how long it has been open, also through sleep.
  if (text.deadline) {
    const shown = document.querySelector("[data-countdown]");
    const said = document.querySelector("[data-countdown-said]");
    const opened = Date.now();
    const left = () => Date.parse(text.deadline) - Date.parse(text.now) - (Date.now() - opened);
    const tell = () => {
      const seconds = Math.max(0, Math.ceil(left() / 1000));
      const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      shown.textContent = clock;
      shown.classList.toggle("soon", seconds <= 60);
      // A screen reader is told each five minutes and at the last one, not each second.
      if (seconds && seconds % 60 === 0 && (seconds % 300 === 0 || seconds === 60)) {
        said.textContent = shown.dataset.minutes.replace("{minutes}", seconds / 60);
      }
      if (seconds > 0) return;
      clearInterval(ticking);
      said.textContent = shown.dataset.over;
      form.requestSubmit(form.querySelector("button[name=submit]"));
    };
    const ticking = setInterval(tell, 1000);
    document.addEventListener("visibilitychange", () => { if (left() > 0) tell(); });
    tell();
  }
}
addEventListener("pageshow", (event) => {
  // Back from the result: a page kept by the browser would still look open.
  if (event.persisted && document.querySelector("form[data-save-url]")) location.reload();
});
