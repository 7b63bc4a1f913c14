// Marks a reader's notes in a lesson, and writes one to the text that was chosen. Without it the page of notes does all of that.

import { around, findQuote, readBlocks, readMarks } from "./places.js";

const section = document.querySelector("[data-notes]");
const article = document.querySelector("article.lesson");
const prose = article?.querySelector(".prose");
const texts = section?.dataset;
const { blocks, anchorOf } = readBlocks(prose);

// --- Marks: ranges that the browser paints, so that the text itself stays as it is.
const rangeOf = (block, start, end) => {
  const range = document.createRange();
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let passed = 0;
  let isOpen = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.data.length;
    if (!isOpen && start < passed + length) {
      range.setStart(node, start - passed);
      isOpen = true;
    }
    if (isOpen && end <= passed + length) {
      range.setEnd(node, end - passed);
      return range;
    }
    passed += length;
  }
  return null;
};
const show = ({ notes }) => {
  section.querySelector("[data-count]").textContent = notes.length ? `(${notes.length})` : "";
  if (!window.Highlight || !CSS.highlights) return;
  const ranges = [];
  for (const note of notes) {
    const block = blocks.get(note.anchor);
    const found = block && note.exact && note.quote ? findQuote(block.textContent, note.quote, note.prefix) : null;
    const range = found && rangeOf(block, ...found);
    if (range) ranges.push(range);
  }
  CSS.highlights.set("baeum-notes", new Highlight(...ranges));
};
const load = async (options) => {
  const marks = await readMarks(article, options);
  if (marks) show(marks);
};

// --- Choosing text offers to mark it, or to write a note to it.
const made = (name, properties) => Object.assign(document.createElement(name), properties);
let bar = null;
const close = () => { bar?.remove(); bar = null; };
const chosen = () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer;
  const inside = (start.nodeType === Node.TEXT_NODE ? start.parentElement : start)?.closest(".prose > *, .prose > :is(ul, ol) > *");
  const block = inside?.matches("ul, ol") ? null : inside;
  if (!block || !prose.contains(block) || !anchorOf.has(block)) return null;
  // What was chosen beyond the block in which it begins is left out.
  const own = range.cloneRange();
  if (!block.contains(range.endContainer)) own.setEndAfter(block.lastChild);
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(own.startContainer, own.startOffset);
  const [from, quote] = [before.toString().length, own.toString()];
  if (!quote.trim()) return null;
  return { anchor: anchorOf.get(block), quote: quote.slice(0, 500), ...around(block.textContent, from, from + quote.length), at: own };
};
const save = async (place, body) => {
  const token = article.querySelector("[name=csrfmiddlewaretoken]").value;
  const { anchor, quote, prefix, suffix } = place;
  const answer = await fetch(texts.notes, {
    method: "POST", body: new URLSearchParams({ anchor, quote, prefix, suffix, body }),
    headers: { "X-CSRFToken": token, "HX-Request": "true" }, redirect: "manual",
  }).catch(() => null);
  // The answer to a note that was stored is a redirect to it, which is not followed.
  return answer?.type === "opaqueredirect";
};
const offer = (place) => {
  close();
  bar = made("form", { className: "note-bar card" });
  bar.setAttribute("aria-label", texts.quoted);
  const field = made("textarea", { rows: 2, maxLength: 5000, className: "text-input", placeholder: texts.write });
  field.setAttribute("aria-label", texts.write);
  const failed = made("p", { className: "error-text" });
  failed.setAttribute("role", "alert");
  const button = made("button", { className: "button", textContent: texts.mark });
  field.addEventListener("input", () => { button.textContent = field.value.trim() ? texts.save : texts.mark; });
  const cancel = made("button", { type: "button", className: "button button-quiet", textContent: texts.cancel });
  cancel.addEventListener("click", close);
  bar.append(field, failed, button, cancel);
  // Other modules add what else can be done with the chosen text.
  article.dispatchEvent(new CustomEvent("baeum:chosen", { detail: { place, bar } }));
  bar.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    if (await save(place, field.value)) {
      close();
      document.getSelection()?.removeAllRanges();
      load({ again: true });
    } else {
      button.disabled = false;
      failed.textContent = texts.failed;
    }
  });
  bar.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  const box = place.at.getBoundingClientRect();
  article.append(bar);
  bar.style.setProperty("top", `${box.bottom + scrollY + 8}px`);
  bar.style.setProperty("left", `${Math.max(16, Math.min(box.left, document.documentElement.clientWidth - bar.offsetWidth - 16)) + scrollX}px`);
};

// An author who looks at a draft has no notes there.
if (section && prose && !document.querySelector(".preview-banner")) {
  load();
  let pause = null;
  document.addEventListener("selectionchange", () => {
    clearTimeout(pause);
    if (bar?.contains(document.activeElement)) return;
    pause = setTimeout(() => {
      const place = chosen();
      if (place) offer(place);
      else if (!bar?.contains(document.activeElement)) close();
    }, 500);
  });
}
