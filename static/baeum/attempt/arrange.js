// Lets the reader drag: the items of an ordering into their order, and the right sides of a matching onto the left ones. The
// selects stay on the page and hold the answer; buttons and selects do the same by keyboard.

import { worded } from "./limits.js";

const EDGE = 90; // px from the edge of the window in which dragging scrolls it
const STEP = 14; // px in one frame

// The place of something dragged to `y` between rows with these middles.
export const placeAt = (y, middles) => {
  const place = middles.findIndex((middle) => y < middle);
  return place < 0 ? middles.length : place;
};
// How far to scroll in one frame.
export const scrollAt = (y, height) => (y < EDGE ? -STEP : y > height - EDGE ? STEP : 0);
// The rows in the order of their numbers; null unless each place is given once.
export const inOrder = (rows) => {
  const places = rows.map(([place]) => place);
  if (places.some((place) => !place) || new Set(places).size < places.length) return null;
  return [...rows].sort(([one], [other]) => one - other).map(([, row]) => row);
};

// Follows one pointer from `event` on. `move` is called with its place, also while the window scrolls; `drop` at its end, with
// false if the reader has cancelled.
const follow = (event, { move, drop }) => {
  event.preventDefault();
  const at = { x: event.clientX, y: event.clientY };
  const leaving = new AbortController();
  const { signal } = leaving;
  const end = (isDropped) => { leaving.abort(); drop(isDropped, at); };
  const on = (name, act) => document.addEventListener(name, act, { signal, passive: false });
  on("pointermove", (moved) => {
    if (moved.pointerId !== event.pointerId) return;
    moved.preventDefault();
    at.x = moved.clientX;
    at.y = moved.clientY;
    move(at);
  });
  on("pointerup", (up) => { if (up.pointerId === event.pointerId) end(true); });
  on("pointercancel", (off) => { if (off.pointerId === event.pointerId) end(false); });
  on("keydown", (key) => { if (key.key === "Escape") { key.preventDefault(); end(false); } });
  const scroll = () => {
    if (signal.aborted) return;
    const by = scrollAt(at.y, innerHeight);
    if (by) {
      scrollBy(0, by);
      move(at);
    }
    requestAnimationFrame(scroll);
  };
  requestAnimationFrame(scroll);
};
const tellChange = (select) => select.dispatchEvent(new Event("change", { bubbles: true }));

const ordering = (list, { text, piece, language }) => {
  const rows = () => [...list.children];
  const selectOf = (row) => row.querySelector("select");
  const nameOf = (row) => row.querySelector("[data-item]").textContent.trim();
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  const asIs = piece("[data-as-is]");
  list.after(said, asIs);

  const standInOrder = () => {
    const focused = document.activeElement;
    inOrder(rows().map((row) => [Number(selectOf(row).value), row]))?.forEach((row, index) => {
      if (list.children[index] !== row) list.insertBefore(row, list.children[index]);
    });
    if (list.contains(focused)) focused.focus({ preventScroll: true });
    asIs.hidden = rows().every((row) => selectOf(row).value);
  };
  const write = (row) => {
    rows().forEach((each, index) => { selectOf(each).value = String(index + 1); });
    said.textContent = worded(text.placed, { item: nameOf(row), n: rows().indexOf(row) + 1, all: rows().length }, language);
    tellChange(selectOf(row));
  };
  // The others move around the row, so that it keeps the focus and the pointer.
  const moveTo = (row, place) => {
    while (rows().indexOf(row) < place) row.before(row.nextElementSibling);
    while (rows().indexOf(row) > place) row.after(row.previousElementSibling);
  };
  const drag = (row, event) => {
    const before = rows();
    row.classList.add("is-dragged");
    follow(event, {
      move: ({ y }) => {
        const boxes = rows().filter((each) => each !== row).map((each) => each.getBoundingClientRect());
        moveTo(row, placeAt(y, boxes.map((box) => (box.top + box.bottom) / 2)));
      },
      drop: (isDropped) => {
        row.classList.remove("is-dragged");
        if (isDropped) write(row);
        else moveTo(row, before.indexOf(row));
      },
    });
  };
  rows().forEach((row) => {
    const tools = piece("[data-order-tools]");
    tools.querySelectorAll("[data-move]").forEach((button) => {
      const step = Number(button.dataset.move);
      button.lang = language;
      button.setAttribute("aria-label", worded(step < 0 ? text.moveUp : text.moveDown, { item: nameOf(row) }, language));
      button.addEventListener("click", () => {
        moveTo(row, Math.min(Math.max(rows().indexOf(row) + step, 0), rows().length - 1));
        write(row);
      });
    });
    tools.querySelector("[data-grip]").addEventListener("pointerdown", (event) => drag(row, event));
    row.append(tools);
  });
  asIs.lang = language;
  asIs.addEventListener("click", () => {
    write(rows()[0]);
    selectOf(rows()[0]).focus();
  });
  list.addEventListener("change", standInOrder);
  list.closest("fieldset").addEventListener("filled", standInOrder);
  standInOrder();
};

const matching = (list, { piece }) => {
  const selects = [...list.querySelectorAll("select")];
  const chips = piece("[data-chips]");
  const show = () => [...chips.children].forEach((chip) => {
    chip.classList.toggle("is-used", selects.some((select) => select.value === chip.dataset.value));
  });
  const rowAt = ({ x, y }) => {
    const row = document.elementFromPoint(x, y)?.closest("li");
    return row && list.contains(row) ? row : null;
  };
  const drag = (chip, event) => {
    const start = { x: event.clientX + scrollX, y: event.clientY + scrollY };
    const light = (row) => [...list.children].forEach((each) => each.classList.toggle("is-target", each === row));
    chip.classList.add("is-dragged");
    follow(event, {
      move: (at) => {
        chip.style.setProperty("translate", `${at.x + scrollX - start.x}px ${at.y + scrollY - start.y}px`);
        light(rowAt(at));
      },
      drop: (isDropped, at) => {
        const row = isDropped && rowAt(at);
        chip.classList.remove("is-dragged");
        chip.style.removeProperty("translate");
        light(null);
        if (!row) return;
        const select = row.querySelector("select");
        select.value = chip.dataset.value;
        tellChange(select);
      },
    });
  };
  [...selects[0].options].filter((option) => option.value).forEach((option) => {
    const chip = document.createElement("span");
    chip.className = "chip";
    chip.dataset.value = option.value;
    chip.textContent = option.textContent.trim();
    chip.addEventListener("pointerdown", (event) => drag(chip, event));
    chips.append(chip);
  });
  list.before(chips);
  list.addEventListener("change", show);
  list.closest("fieldset").addEventListener("filled", show);
  show();
};

export const arrange = (form, tools) => {
  form.querySelectorAll("[data-ordering]").forEach((list) => ordering(list, tools));
  form.querySelectorAll("[data-matching]").forEach((list) => matching(list, tools));
};
