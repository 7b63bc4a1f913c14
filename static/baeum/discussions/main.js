// Shows beside the paragraphs of a lesson how many questions there are about each, and leads to asking one. Without it the page of
// the lesson's questions does all of that.

import { readBlocks, readMarks } from "../notes/places.js";

const section = document.querySelector("[data-questions]");
const article = document.querySelector("article.lesson");
const prose = article?.querySelector(".prose");
const texts = section?.dataset;
const { blocks, anchorOf } = readBlocks(prose);

const addressOf = ({ anchor, quote = "", prefix = "", suffix = "" }) => {
  const place = new URLSearchParams(quote ? { at: anchor, quote, prefix, suffix } : { at: anchor });
  return `${texts.questions}?${place}#ask`;
};

// --- The marks lie over the page, so that the text stays as it is.
const marks = new Map();
const layer = document.createElement("nav");
layer.className = "ask-marks";
layer.setAttribute("aria-label", section?.querySelector("a").textContent ?? "");
const mark = (anchor, text, label) => {
  const link = Object.assign(document.createElement("a"), { className: "ask-mark", href: addressOf({ anchor }), textContent: text, title: label });
  link.setAttribute("aria-label", label);
  layer.append(link);
  return link;
};
// Beside the first line where the margin has room, else below the last line.
const put = (link, block) => {
  const [box, text] = [block.getBoundingClientRect(), prose.getBoundingClientRect()];
  const hasRoom = document.documentElement.clientWidth - text.right >= link.offsetWidth + 12;
  const [left, top] = hasRoom ? [text.right + 8, box.top] : [text.right - link.offsetWidth, box.bottom - 8];
  link.style.setProperty("left", `${left + scrollX}px`);
  link.style.setProperty("top", `${top + scrollY}px`);
};
const putAll = () => marks.forEach((link, block) => put(link, block));
const show = ({ questions }) => {
  let total = 0;
  for (const { anchor, count, open } of questions) {
    total += count;
    const block = blocks.get(anchor);
    if (!block) continue;
    const link = mark(anchor, String(count), count === 1 ? texts.one : `${texts.many} ${count}`);
    link.classList.toggle("is-answered", open === 0);
    marks.set(block, link);
  }
  section.querySelector("[data-count]").textContent = total ? `(${total})` : "";
  putAll();
};
// --- A mouse finds a question mark at each paragraph. Touch and keyboard choose text, or follow the link at the end.
const offerAtPointer = () => {
  let offered = null;
  prose.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const block = [...anchorOf.keys()].find((each) => each.contains(event.target));
    if (!block || marks.has(block) || offered?.block === block) return;
    offered?.link.remove();
    const link = mark(anchorOf.get(block), "?", texts.ask);
    link.tabIndex = -1;
    offered = { block, link };
    put(link, block);
  });
};

// An author who looks at a draft has no questions there.
if (section && prose && !document.querySelector(".preview-banner")) {
  document.body.append(layer);
  readMarks(article).then((marks) => { if (marks) show(marks); });
  offerAtPointer();
  new ResizeObserver(putAll).observe(document.body);
  article.addEventListener("baeum:chosen", ({ detail: { place, bar } }) => {
    const link = Object.assign(document.createElement("a"), { href: addressOf(place), textContent: texts.ask, className: "ask-link" });
    bar.append(link);
  });
}
