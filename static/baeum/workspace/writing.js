// Makes a form of the workspace safe and smooth: what is typed survives a lost session, the text is shown beside it, figures are
// dropped or pasted into it. Everything works without this script, too.

// --- What can be tested without a page

const NAME = "baeum-writing:";

export function keepForm(storage, address, values) {
  try {
    storage.setItem(NAME + address, JSON.stringify(values));
  } catch {
    // The storage is full or forbidden. The form itself still has the text.
  }
}

export function keptForm(storage, address) {
  try {
    return JSON.parse(storage.getItem(NAME + address));
  } catch {
    return null;
  }
}

export function dropForm(storage, address) {
  try {
    storage.removeItem(NAME + address);
  } catch {
    // Nothing can be kept, so nothing is.
  }
}

// A text without what the server completes or tidies when it saves: the ids of headings and their highest level, spaces, composed
// letters.
function plain(text) {
  return text
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(/^( {0,3})#(?=[ \t])/gm, "$1##")
    .replace(/^( {0,3}#.*?)[ \t]+\{#[^}]*\}[ \t]*$/gm, "$1")
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .trim();
}

// Whether the kept values say something that the form does not.
export function isNewer(kept, shown) {
  const text = (values) => JSON.stringify(values.map(([name, value]) => [name, typeof value === "string" ? plain(value) : value]));
  return text(kept) !== text(shown);
}

// --- The page

const form = typeof document === "undefined" ? null : document.querySelector("form[data-writing]");
const address = form ? location.pathname : "";

function fields() {
  return [...form.elements].filter((field) => field.name && !/^(csrfmiddlewaretoken|seen)/.test(field.name) && field.type !== "file" && field.type !== "submit");
}

function values() {
  return fields().map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
}

// --- what is typed survives -----------------------------------------------------------------------------------

let isChanged = false;
let keeping = 0;
const loaded = form ? JSON.stringify(values()) : "";

function keepSoon() {
  isChanged = true;
  clearTimeout(keeping);
  keeping = setTimeout(() => keepForm(localStorage, address, values()), 400);
}

function offerKept() {
  const kept = keptForm(localStorage, address);
  if (!kept || !isNewer(kept, JSON.parse(loaded))) {
    dropForm(localStorage, address);
    return;
  }
  const note = document.createElement("div");
  note.className = "desk-note ws-kept";
  note.setAttribute("role", "status");
  note.append(form.dataset.kept || "");
  for (const [label, act] of [
    [form.dataset.take, () => take(kept)],
    [form.dataset.drop, () => dropForm(localStorage, address)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "desk-button is-small";
    button.textContent = label;
    button.addEventListener("click", () => {
      act();
      note.remove();
    });
    note.append(button);
  }
  form.before(note);
}

function take(kept) {
  const byName = new Map();
  for (const [name, value] of kept) {
    byName.set(Array.isArray(value) ? `${name}\n${value[0]}` : name, value);
  }
  for (const field of fields()) {
    const isBox = field.type === "checkbox" || field.type === "radio";
    const value = byName.get(isBox ? `${field.name}\n${field.value}` : field.name);
    if (value !== undefined) {
      if (isBox) field.checked = value[1];
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

// --- the text beside the form ---------------------------------------------------------------------------------

function previewOf(frame) {
  const area = document.getElementById(frame.dataset.preview);
  const button = form.querySelector(`button[formtarget="${frame.name}"]`);
  let waiting = 0;
  let running = null;
  async function show() {
    running?.abort();
    running = new AbortController();
    const data = new FormData(form);
    const sent = new FormData();
    sent.set(area.name, area.value);
    sent.set("csrfmiddlewaretoken", data.get("csrfmiddlewaretoken"));
    try {
      const answer = await fetch(button.formAction, { method: "POST", body: sent, signal: running.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = frame.contentDocument?.getElementById("text");
      const fresh = page.getElementById("text");
      if (shown && fresh) shown.replaceWith(frame.contentDocument.adoptNode(fresh));
    } catch {
      // Without a connection the last preview stays. The text itself is kept in this browser.
    }
  }
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 500);
  });
}

// --- tools and figures ----------------------------------------------------------------------------------------

function insert(area, before, after = "") {
  const { selectionStart: start, selectionEnd: end, value } = area;
  area.focus();
  area.setRangeText(before + value.slice(start, end) + after, start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function insertAtLine(area, mark) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  area.focus();
  area.setRangeText(mark, start, start, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// The fields of a figure: a file that is chosen, pasted or dropped, and what it shows, in words. Without this script the same form
// opens the page of all figures.
function figureOf(area) {
  const panel = document.querySelector(`[data-figure="${area.id}"]`);
  const sending = panel.querySelector("button[form]").form;
  const [file, alt] = ["file", "alt"].map((name) => panel.querySelector(`[name=${name}]`));
  const error = panel.querySelector("[data-error]");
  const status = document.getElementById("writing-status");

  function say(problem) {
    error.textContent = problem;
    error.hidden = !problem;
  }
  function close() {
    sending.reset();
    say("");
    panel.open = false;
    area.focus();
  }
  async function send() {
    status.textContent = panel.dataset.uploading;
    say("");
    const problem = await uploaded().catch(() => panel.dataset.failed);
    if (problem) status.textContent = "";
    say(problem);
  }
  // Returns what is wrong, or "".
  async function uploaded() {
    const answer = await fetch(sending.action, { method: "POST", body: new FormData(sending), headers: { Accept: "application/json" } });
    // The page of the sign-in may be JSON as well.
    if (answer.redirected) return panel.dataset.ended;
    const result = await answer.json();
    if (!answer.ok) return result.error;
    close();
    insert(area, `\n\n${result.markdown}\n\n`);
    status.textContent = result.notes.join(" ");
    return "";
  }

  sending.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  alt.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  const cancel = panel.querySelector("[data-cancel]");
  cancel.hidden = false;
  cancel.addEventListener("click", close);
  // Shows a picture that was pasted or dropped as if it had been chosen, and asks what it shows.
  return (picture) => {
    const files = new DataTransfer();
    files.items.add(picture);
    file.files = files.files;
    panel.open = true;
    alt.focus();
  };
}

function equip(tools) {
  const area = document.getElementById(tools.dataset.tools);
  const ask = figureOf(area);
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const { wrap, line } = event.target.dataset;
    if (wrap) insert(area, wrap, wrap);
    if (line) insertAtLine(area, line);
  });
  area.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
    if (file) {
      event.preventDefault();
      ask(file);
    }
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      const isFile = [...(event.dataTransfer?.types || [])].includes("Files");
      if (!isFile) return;
      event.preventDefault();
      area.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) ask(event.dataTransfer.files[0]);
    });
  }
}

if (form) {
  form.addEventListener("input", keepSoon);
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("formtarget")) isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && JSON.stringify(values()) !== loaded) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".ws-save .is-main"));
    }
  });
  for (const frame of document.querySelectorAll("iframe[data-preview]")) previewOf(frame);
  for (const tools of document.querySelectorAll("[data-tools]")) equip(tools);
  offerKept();
}
