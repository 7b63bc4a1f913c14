// Grades by one key a decision, and shows the next answer without loading a page. Without this script everything is a plain form.

// --- What can be tested without a page

const TYPED = "input:not([type=checkbox]), textarea, select, [contenteditable]";

// The name of the key of an event, as the buttons have it in data-keys; null: none of ours. Letters are found by their place on the
// keyboard if the key writes another script: with Korean input on, the key of f writes ㄹ.
export const keyOf = ({ key, code, shiftKey, ctrlKey, altKey, metaKey }) => {
  if (ctrlKey || altKey || metaKey) return null;
  if (/^[0-9]$/.test(key)) return key;
  if (shiftKey) return /^Digit[1-9]$/.test(code) ? `shift+${code.slice(5)}` : null;
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^Key[A-Z]$/.test(code) && !/^[\x20-\x7e]$/.test(key) ? code.slice(3).toLowerCase() : null;
};

// A comment with a saved one behind it.
export const withComment = (comment, saved) => [comment.trimEnd(), saved].filter(Boolean).join("\n");

// --- The page

const NAME = "baeum-grading-keys";
const REST = 240_000;

const stored = () => {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
};

const page = () => document.querySelector("[data-grading]");
const rowsOf = (root) => [...root.querySelectorAll("[data-row]")];
let areKeysOn = true;
let renewed = 0;

function choose(root, row) {
  for (const each of rowsOf(root)) each.classList.toggle("is-current", each === row);
}

// Shows what needs the script, and begins where the grader continues.
function equip(root) {
  for (const part of root.querySelectorAll("[data-script]")) part.hidden = false;
  root.classList.toggle("has-keys", areKeysOn);
  const box = root.querySelector("[data-switch]");
  if (box) box.checked = areKeysOn;
  const rows = rowsOf(root);
  for (const row of rows) mark(row);
  choose(root, rows.find((row) => !row.querySelector("input").value) ?? rows[0]);
  renewed = Date.now();
}

function mark(row) {
  const { value } = row.querySelector("input");
  for (const button of row.querySelectorAll("[data-value]")) button.setAttribute("aria-pressed", button.dataset.value === value);
}

// Gives the points of a button to its line of the rubric and goes to the next line, or to the button that saves.
function give(root, button) {
  const row = button.closest("[data-row]");
  row.querySelector("input").value = button.dataset.value;
  mark(row);
  const rows = rowsOf(root);
  const next = rows[rows.indexOf(row) + 1];
  choose(root, next);
  if (!next) root.querySelector("[data-save]").focus();
}

function insert(root, button) {
  const field = root.querySelector("[name=comment]");
  field.value = withComment(field.value, button.dataset.insert);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(event) {
  const root = page();
  if (!root || root.hasAttribute("aria-busy")) return;
  const isTyping = event.target.closest?.(TYPED);
  if (isTyping && event.key === "Escape") isTyping.blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) root.querySelector("[data-save]")?.click();
  // Without the tick no key alone does anything, also not those of the admin itself.
  if (!isTyping && !areKeysOn && keyOf(event)) event.stopPropagation();
  if (isTyping || !areKeysOn || event.repeat || event.isComposing) return;
  const current = root.querySelector("[data-row].is-current");
  const rows = rowsOf(root);
  if (rows.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(root, rows[Math.min(Math.max(rows.indexOf(current) + step, 0), rows.length - 1)]);
    event.preventDefault();
    return;
  }
  const key = keyOf(event);
  if (!key) return;
  const find = (where) => [...where.querySelectorAll("[data-keys]")].find(
    (each) => each.dataset.keys.split(" ").includes(key) && (!each.dataset.value || where === current),
  );
  const found = (current && find(current)) || find(root);
  if (!found) return;
  event.preventDefault();
  if (found.matches("textarea")) found.focus();
  else found.click();
}

// Puts the page that was answered in the place of this one. Any other page, such as the sign-in, is opened as a page.
async function show(response) {
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  const root = next.querySelector("[data-grading]");
  if (!root) {
    location.assign(response.url);
    return;
  }
  count(next);
  page().replaceWith(document.adoptNode(root));
  document.title = next.title;
  if (response.url !== location.href) history.pushState({}, "", response.url);
  equip(root);
  scrollTo(0, 0);
  (root.querySelector("[role=alert]") ?? root.querySelector(".desk-title"))?.scrollIntoView({ block: "nearest" });
  root.querySelector(".desk-title")?.focus({ preventScroll: true });
}

// The number beside the link to what waits.
function count(next) {
  const linksIn = (where) => [...where.querySelectorAll("a[href$='/attempt/queue/']")].filter((link) => !link.closest("[data-grading]"));
  const links = linksIn(next);
  for (const [place, link] of linksIn(document).entries()) link.innerHTML = links[place]?.innerHTML ?? link.innerHTML;
}

async function request(address, options) {
  const root = page();
  root.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, options);
    if (response.status >= 500) throw new Error(response.statusText);
    await show(response);
  } catch {
    root.removeAttribute("aria-busy");
    root.querySelector("[data-failed-alert]")?.remove();
    const alert = document.createElement("p");
    alert.className = "desk-alert";
    alert.setAttribute("role", "alert");
    alert.dataset.failedAlert = "";
    alert.textContent = root.dataset.failed;
    root.prepend(alert);
  }
}

function submit(event) {
  const root = page();
  if (!root?.contains(event.target)) return;
  event.preventDefault();
  if (root.hasAttribute("aria-busy")) return;
  const button = event.submitter;
  if (button?.dataset.insert !== undefined) {
    insert(root, button);
    return;
  }
  request(event.target.action, { method: "POST", body: new FormData(event.target, button) });
}

function click(event) {
  const root = page();
  const found = event.target.closest?.("[data-value], [data-keys]");
  if (!root || !found || !root.contains(found)) return;
  if (found.dataset.value !== undefined) give(root, found);
  if (found.matches("a:not([target], [data-leaves])") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    request(found.href);
  }
}

// Whoever writes a long comment keeps the answer.
function keep(event) {
  const root = page();
  const form = event.target.closest?.("[data-decision]");
  const row = event.target.closest?.("[data-row]");
  if (row) mark(row);
  if (!root || !form || Date.now() - renewed < REST) return;
  renewed = Date.now();
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("keep", "1");
  // If that fails, saving says so.
  fetch(form.action, { method: "POST", body }).catch(() => {});
}

function toggle(event) {
  if (!event.target.matches?.("[data-switch]")) return;
  areKeysOn = event.target.checked;
  page().classList.toggle("has-keys", areKeysOn);
  try {
    localStorage.setItem(NAME, areKeysOn ? "on" : "off");
  } catch {
    // It holds until the page is left.
  }
}

if (typeof document !== "undefined" && page()) {
  areKeysOn = stored();
  equip(page());
  document.addEventListener("keydown", press);
  document.addEventListener("submit", submit);
  document.addEventListener("click", click);
  document.addEventListener("input", keep);
  document.addEventListener("change", toggle);
  addEventListener("popstate", () => location.reload());
}
