// Moves the entries of an outline by dragging. The arrow buttons do the same, one place at a time.

// --- What can be tested without a page

// Before which of the entries (each with the y of its middle) an entry belongs that is held at `y`; their number: after all.
export const placeAt = (y, middles) => {
  const found = middles.findIndex((middle) => y < middle);
  return found < 0 ? middles.length : found;
};

// --- The page

const entriesOf = (list) => [...list.querySelectorAll("[data-activity]")];

function equip(outline) {
  let held = null;
  const clear = () => {
    for (const entry of outline.querySelectorAll(".is-target")) entry.classList.remove("is-target");
  };
  for (const entry of outline.querySelectorAll("[data-activity]")) {
    entry.draggable = true;
    entry.addEventListener("dragstart", (event) => {
      held = entry;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", entry.dataset.activity);
      entry.classList.add("is-dragged");
    });
    entry.addEventListener("dragend", () => {
      entry.classList.remove("is-dragged");
      clear();
      held = null;
    });
  }
  for (const list of outline.querySelectorAll("[data-module]")) {
    const others = () => entriesOf(list).filter((entry) => entry !== held);
    const place = (event) => placeAt(event.clientY, others().map((entry) => {
      const box = entry.getBoundingClientRect();
      return box.top + box.height / 2;
    }));
    list.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      clear();
      others()[place(event)]?.classList.add("is-target");
    });
    list.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      move(outline, held.dataset.activity, list.dataset.module, place(event));
    });
  }
}

// The form is sent as the buttons do, so the page that follows says what happened and offers to undo it.
function move(outline, activity, module, position) {
  const form = document.createElement("form");
  form.method = "post";
  form.hidden = true;
  const values = { activity, module, position, action: "move" };
  values.csrfmiddlewaretoken = outline.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of Object.entries(values)) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

if (typeof document !== "undefined") {
  const outline = document.querySelector("[data-outline]");
  if (outline) equip(outline);
}
