// What a page does beyond its HTML. Each page works without it.

// --- Glossary terms: the definition on hover or focus; the link leads to the glossary page anyway. A tap opens the definition as a
// card with this link in it. Screen readers hear a description with the term, or the card, which takes the focus.
const HIDE_AFTER = 250; // ms, for the way from the term to its definition
let card = null;
let cardOf = null;
let leaving = null;
let lastPointer = "mouse";
const hideTerm = () => {
  clearTimeout(leaving);
  if (!card) return;
  const [term, hadFocus] = [cardOf, card.contains(document.activeElement)];
  card.remove();
  term.removeAttribute("aria-describedby");
  card = cardOf = null;
  if (hadFocus) {
    term.dataset.quiet = "";
    term.focus({ preventScroll: true });
    delete term.dataset.quiet;
  }
};
const makeCard = (term, isTapped) => {
  hideTerm();
  card = document.createElement("div");
  cardOf = term;
  card.className = "term-card";
  card.id = "term-card";
  card.lang = term.closest("[lang]").lang;
  card.textContent = term.dataset.definition;
  if (!isTapped) {
    card.setAttribute("role", "tooltip");
    term.setAttribute("aria-describedby", "term-card");
    return;
  }
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-label", term.textContent);
  card.tabIndex = -1;
  const link = document.createElement("a");
  link.href = term.href;
  const label = document.querySelector("[data-glossary-label]");
  link.textContent = label?.dataset.glossaryLabel ?? term.textContent;
  link.lang = label ? document.documentElement.lang : card.lang;
  card.append(link);
};
const showTerm = (term, isTapped = false) => {
  clearTimeout(leaving);
  if (!term.dataset.definition || "quiet" in term.dataset) return;
  if (cardOf === term && !isTapped) return;
  makeCard(term, isTapped);
  (term.closest("main") ?? document.body).append(card);
  const [at, width] = [term.getBoundingClientRect(), document.documentElement.clientWidth];
  const below = at.bottom + 6 + card.offsetHeight <= innerHeight;
  card.style.setProperty("left", `${Math.max(16, Math.min(at.left, width - card.offsetWidth - 16)) + scrollX}px`);
  card.style.setProperty("top", `${(below ? at.bottom + 6 : at.top - 6 - card.offsetHeight) + scrollY}px`);
  if (isTapped) card.focus({ preventScroll: true });
};
const termOf = (event) => (event.target instanceof Element ? event.target.closest("a.term") : null);
document.addEventListener("pointerdown", (event) => { lastPointer = event.pointerType; });
document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const term = termOf(event);
  clearTimeout(leaving);
  if (term) showTerm(term);
  else if (card && !card.contains(event.target)) leaving = setTimeout(hideTerm, HIDE_AFTER);
});
document.addEventListener("focusin", (event) => {
  const term = termOf(event);
  if (term && lastPointer !== "touch") showTerm(term);
  else if (card && !card.contains(event.target)) hideTerm();
});
document.addEventListener("keydown", (event) => {
  lastPointer = "keyboard";
  if (event.key === "Escape") hideTerm();
});
document.addEventListener("click", (event) => {
  const term = termOf(event);
  if (!term) {
    if (card && !card.contains(event.target)) hideTerm();
    return;
  }
  const isTap = lastPointer === "touch" || (lastPointer !== "keyboard" && matchMedia("(hover: none)").matches);
  if (!isTap || !term.dataset.definition) return;
  event.preventDefault();
  if (cardOf === term && card.getAttribute("role") === "dialog") hideTerm();
  else showTerm(term, true);
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

// --- Search: the key / leads to the field of the page, or to the page of the search. Whoever dictates can turn it off there, and
// this browser remembers it.
const KEY_OFF = "search-key-off";
const isKeyOff = () => { try { return localStorage.getItem(KEY_OFF) !== null; } catch { return false; } };
document.addEventListener("keydown", (event) => {
  const link = document.querySelector("[data-search]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !link || isKeyOff()) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  event.preventDefault();
  const field = document.querySelector("main [role=search] input[type=search]");
  if (field) field.select();
  else location.href = link.href;
});
const shortcut = document.querySelector("[data-shortcut]");
if (shortcut) {
  shortcut.closest("[hidden]").hidden = false;
  shortcut.checked = !isKeyOff();
  shortcut.addEventListener("change", () => {
    try {
      if (shortcut.checked) localStorage.removeItem(KEY_OFF);
      else localStorage.setItem(KEY_OFF, "1");
    } catch { shortcut.checked = true; }
  });
}

// --- An outline that is a disclosure on small screens stands open on large ones. It is in a column of its own: no text moves.
const wide = matchMedia("(min-width: 64rem)");
const outline = document.querySelector("details[data-open-wide]");
const fit = () => { if (outline) outline.open = wide.matches; };
wide.addEventListener("change", fit);
fit();

// --- The place to go on: a browser may drop an autofocus, as Chromium did on a busy machine. Then a keyboard would start at the top.
const start = document.querySelector("[autofocus]");
if (start && document.activeElement === document.body && !document.querySelector(":target")) start.focus();

// --- Reading and answering without a network, for somebody who is signed in: a worker keeps lessons, and answers that an attempt has
// left in this browser are sent. A sign-out deletes them, so it asks.
const mine = document.querySelector("[data-worker]")?.dataset;
const hasKept = () => { try { return Object.keys(localStorage).some((key) => key.startsWith("baeum:unsaved:")); } catch { return false; } };
const sendKept = () => (mine && hasKept() ? import(mine.answers).catch(() => null) : null);
addEventListener("online", sendKept);
document.addEventListener("submit", async (event) => {
  if (!event.target.matches?.("[action$='/accounts/logout/']") || !hasKept()) return;
  event.preventDefault();
  const answers = await sendKept();
  if (!answers || answers.mayLeave()) event.target.submit();
});

// What a page can do without until it is shown, such as notes in a lesson: on a slow network it must not delay the text.
const loadLater = () => {
  document.querySelectorAll("[data-module]").forEach((element) => import(element.dataset.module));
  // On a slow network the worker waits for what a page loads after its text.
  if (mine) setTimeout(() => { navigator.serviceWorker?.register(mine.worker, { updateViaCache: "all" }).catch(() => {}); }, 2000);
  sendKept();
};
if (document.readyState === "complete") loadLater();
else addEventListener("load", loadLater, { once: true });
