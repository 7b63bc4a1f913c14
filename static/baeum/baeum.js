// What a page does beyond its HTML. Each page works without it.

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

// --- The theme changes at once. The server remembers it in a cookie, for the next page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  document.documentElement.dataset.theme = chosen;
  for (const button of document.querySelectorAll(".themes button")) {
    if (button.value === chosen) button.setAttribute("aria-pressed", "true");
    else button.removeAttribute("aria-pressed");
  }
  fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual", keepalive: true }).catch(() => {});
});

// --- Passkeys: offered where the browser has them and the site has a name; a refusal is said in words.
const isNamed = !/^(\d+\.){3}\d+$|^\[/.test(location.hostname);
if (window.PublicKeyCredential && isSecureContext && isNamed) {
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
}
document.addEventListener("allauth.error", (event) => {
  const texts = document.querySelector("[data-passkey-messages]")?.dataset;
  const place = document.querySelector("[data-passkey-error]");
  if (!texts || !place) return;
  event.preventDefault();
  place.textContent = texts[event.detail.exception.name.toLowerCase()] ?? texts.other;
  place.hidden = false;
});

// --- Menus close on Escape and on a click elsewhere.
const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});

// --- An outline that is a disclosure on small screens stands open on large ones. It is in a column of its own: no text moves.
const wide = matchMedia("(min-width: 64rem)");
const outline = document.querySelector("details[data-open-wide]");
const fit = () => { if (outline) outline.open = wide.matches; };
wide.addEventListener("change", fit);
fit();
