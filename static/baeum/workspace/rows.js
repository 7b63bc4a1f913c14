// Makes the form of a question smoother: rows are added, moved and removed without loading the page, also by dragging, and the
// selected words of a text become a blank. The form's buttons do the same without any of this.

// --- What can be tested without a page
// A row's controls are named after its id: "choices-new-text-ko" becomes "choices-7-text-ko".
export const renamed = (name, id) => name === "new" ? id : name.replace(/-new(?=-|$)/g, `-${id}`);
export const freeId = (ids) => String(Math.max(-1, ...ids.map(Number)) + 1);
// "Choice 2: move up" says the number that the row has now.
export const numbered = (label, number) => label.replace(/\d+/, String(number));
// The text with braces around what is selected, without the spaces at its ends; null if nothing is selected.
export const withBlank = (text, start, end) => {
  const chosen = text.slice(start, end);
  const word = chosen.trim();
  if (!word || /[{}\n]/.test(word)) return null;
  const from = start + chosen.indexOf(word);
  return `${text.slice(0, from)}{{${word}}}${text.slice(from + word.length)}`;
};
// Before which of the rows (each with the y of its middle) a row belongs that is held at `y`; -1: after all.
export const placeAt = (y, middles) => middles.findIndex((middle) => y < middle);

// --- The page
const rowsOf = (list) => [...list.children].filter((child) => "row" in child.dataset);

const renumber = (group) => {
  const list = group.querySelector("[data-row-list]");
  rowsOf(list).forEach((row, index) => {
    row.querySelector("[data-number]").textContent = index + 1;
    for (const button of row.querySelectorAll(":scope > .qf-row-head button")) {
      button.setAttribute("aria-label", numbered(button.getAttribute("aria-label"), index + 1));
    }
  });
  const add = group.querySelector("[data-add]");
  if (!("byServer" in group.dataset)) add.disabled = rowsOf(list).length >= Number(group.dataset.most);
};

// A screen reader says where the row is now.
const say = (group, row) => {
  const head = row.querySelector(".qf-row-head strong");
  group.querySelector("[data-said]").textContent = head.textContent.trim().replace(/\s+/g, " ");
};

const add = (group) => {
  const list = group.querySelector("[data-row-list]");
  const id = freeId(rowsOf(list).map((row) => row.dataset.row));
  const copy = group.querySelector("template").content.cloneNode(true);
  for (const element of copy.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby", "data-row"]) {
      if (element.hasAttribute(name)) element.setAttribute(name, renamed(element.getAttribute(name), id));
    }
  }
  // The values of options are names of lessons, which may contain "new".
  for (const input of copy.querySelectorAll("input[value=new]")) input.setAttribute("value", id);
  const row = copy.querySelector("[data-row]");
  list.append(row);
  makeDraggable(group, row);
  renumber(group);
  row.querySelector("textarea, input[type=text]").focus();
};

const move = (group, row, direction) => {
  const other = direction === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (other && direction === "up") other.before(row);
  else if (other) other.after(row);
  renumber(group);
  row.querySelector(`[data-move=${direction}]`).focus();
  say(group, row);
};

const remove = (group, row) => {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  renumber(group);
  (next?.querySelector("[data-remove]") ?? group.querySelector("[data-add]")).focus();
};

const press = (group, event) => {
  const button = event.target.closest("button");
  const row = button?.closest("[data-row]");
  const isLeft = "byServer" in group.dataset;
  if (!button || button.disabled) return;
  if ("add" in button.dataset && !isLeft) add(group);
  else if ("remove" in button.dataset && !isLeft) remove(group, row);
  else if (button.dataset.move) move(group, row, button.dataset.move);
  else return;
  event.preventDefault();
};

// A row is dragged by its head, with a mouse, a pen or a finger on the handle. The keyboard has the buttons.
const makeDraggable = (group, row) => {
  const handle = document.createElement("span");
  handle.className = "qf-handle";
  handle.setAttribute("aria-hidden", "true");
  handle.textContent = "⠿";
  row.querySelector(".qf-row-head").prepend(handle);
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!row.classList.contains("is-dragged")) return;
    const others = rowsOf(row.parentElement).filter((each) => each !== row);
    const middles = others.map((each) => each.getBoundingClientRect()).map((box) => box.top + box.height / 2);
    const place = placeAt(event.clientY, middles);
    const [above, below] = place < 0 ? [others, []] : [others.slice(0, place), others.slice(place)];
    // The other rows are moved around the dragged one, because an element that is moved in the page loses the pointer.
    const isAfter = (each) => row.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
    above.filter(isAfter).forEach((each) => row.before(each));
    below.filter((each) => !isAfter(each)).reverse().forEach((each) => row.after(each));
    // In a long list the page follows the row.
    row.scrollIntoView({ block: "nearest" });
  });
  const drop = () => {
    if (!row.classList.contains("is-dragged")) return;
    row.classList.remove("is-dragged");
    renumber(group);
    say(group, row);
  };
  handle.addEventListener("pointerup", drop);
  handle.addEventListener("pointercancel", drop);
};

const makeBlank = (button) => {
  const area = document.getElementById(button.dataset.makeBlank);
  const text = withBlank(area.value, area.selectionStart, area.selectionEnd);
  if (text === null) return area.focus();
  const end = area.selectionEnd + text.length - area.value.length;
  area.value = text;
  area.focus();
  area.setSelectionRange(end, end);
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

const connect = (form) => {
  for (const group of form.querySelectorAll("[data-rows]")) {
    rowsOf(group.querySelector("[data-row-list]")).forEach((row) => makeDraggable(group, row));
    group.addEventListener("click", (event) => press(group, event));
  }
  for (const button of form.querySelectorAll("[data-make-blank]")) {
    button.hidden = false;
    button.addEventListener("click", () => makeBlank(button));
  }
};

if (globalThis.document) document.querySelectorAll("[data-question-form]").forEach(connect);
