// Owns what a lesson's page does beyond its HTML. Everything here is a comfort: a lesson can be read without it.

const article = document.querySelector("article.lesson");
const prose = article.querySelector(".prose");
// Below the header, which stays in view.
const top = () => document.querySelector(".site-header").getBoundingClientRect().height + 16;

// --- What stands below the first screen is measured after that screen is drawn (baeum.css). The second frame begins after the first one.
requestAnimationFrame(() => requestAnimationFrame(() => {
  article.dataset.drawn = "";
  article.querySelectorAll(".table-scroll").forEach((table) => tables.observe(table));
}));

// --- Reading position: the block at the top of the window is sent when reading pauses. `courses.lessons.blocks` counts in the same way.
const PAUSE = 1200; // ms
// A reader who scrolls a little every few seconds is not stored each time. What is left is sent when the page is left.
const INTERVAL = 10000; // ms
const blocks = [];
{
  let heading = "";
  let count = 0;
  for (const element of prose.children) {
    const parts = element.matches("ul, ol") ? element.children : element.matches("hr") ? [] : [element];
    for (const part of parts) {
      if (part.matches("h2, h3, h4, h5, h6") && part.id) [heading, count] = [part.id, 0];
      blocks.push({ element: part, anchor: `${heading}.${count}` });
      count += 1;
    }
  }
}
const readAnchor = () => blocks.find(({ element }) => element.getBoundingClientRect().bottom > top())?.anchor;
// An author who looks at a draft reads nothing.
const isPreview = document.querySelector(".preview-banner") !== null;
let sent = null;
let sentAt = -INTERVAL;
let pause = null;
const send = () => {
  clearTimeout(pause);
  pause = null;
  if (isPreview) return;
  const anchor = readAnchor() ?? blocks.at(-1)?.anchor;
  if (!anchor || anchor === sent) return;
  [sent, sentAt] = [anchor, performance.now()];
  const token = article.querySelector("[name=csrfmiddlewaretoken]").value;
  // The second header says that a script has sent this: if the session has ended, it is not kept as a form of the reader.
  fetch(article.dataset.positionUrl, {
    method: "POST", body: new URLSearchParams({ anchor }), keepalive: true, redirect: "manual",
    headers: { "X-CSRFToken": token, "HX-Request": "true" },
  }).then((answer) => { if (answer.status >= 500) sent = null; }, () => { sent = null; });
};
addEventListener("scroll", () => {
  clearTimeout(pause);
  pause = setTimeout(send, Math.max(PAUSE, sentAt + INTERVAL - performance.now()));
}, { passive: true });
document.addEventListener("visibilitychange", () => { if (document.hidden && pause) send(); });
addEventListener("pagehide", () => { if (pause) send(); });

// --- Contents of the page: the section in view is marked.
const contents = article.querySelector(".page-contents");
const links = new Map([...article.querySelectorAll(".page-contents a")].map((link) => [link.hash.slice(1), link]));
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
const mark = () => {
  const here = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
  for (const [id, link] of links) {
    if (id === here?.id) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
  // Contents that are longer than the window follow.
  const link = links.get(here?.id);
  if (link && contents.scrollHeight > contents.clientHeight) contents.scrollTop = link.offsetTop - contents.clientHeight / 2;
};
if (links.size) {
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; mark(); });
  };
  addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask);
  mark();
}
// Where CSS cannot open the contents beside the text, the script does. They are in a column of their own: no text moves.
if (contents && !CSS.supports("selector(::details-content)")) {
  const wide = matchMedia("(min-width: 80rem)");
  const fit = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}
// On a phone the contents close when a section was chosen.
contents?.addEventListener("click", (event) => {
  if (event.target.closest("a") && !matchMedia("(min-width: 80rem)").matches) contents.open = false;
});

// --- Tables: one that fits needs no stop for the keyboard. They are observed once they are measured.
const fits = (table) => table.scrollWidth <= table.clientWidth;
const tables = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (fits(target)) target.removeAttribute("tabindex");
    else target.setAttribute("tabindex", "0");
  }
});

const text = article.dataset;
const button = (name, label) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.setAttribute("aria-label", label);
  made.title = label;
  return made;
};

// --- Figures: a button opens each of them as large as the window. Escape closes it, and the browser puts the focus back.
const enlarge = (figure) => {
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  const drawn = figure.querySelector("svg, img").cloneNode(true);
  // The copy refers to the titles and arrow heads of the original, so that no id is in the page twice.
  [drawn, ...drawn.querySelectorAll("[id]")].forEach((element) => element.removeAttribute("id"));
  const caption = figure.querySelector("figcaption")?.textContent ?? "";
  dialog.setAttribute("aria-label", caption || drawn.getAttribute("alt") || figure.querySelector("title")?.textContent || text.enlarge);
  const place = document.createElement("div");
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", dialog.getAttribute("aria-label"));
  place.append(drawn);
  const close = button("figure-button", text.close);
  close.textContent = "✕";
  close.addEventListener("click", () => dialog.close());
  dialog.append(close, place);
  if (caption) dialog.append(Object.assign(document.createElement("p"), { textContent: caption }));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  article.append(dialog);
  dialog.showModal();
};
for (const figure of prose.querySelectorAll("figure:has(svg, img)")) {
  const name = figure.querySelector("figcaption, title")?.textContent ?? figure.querySelector("img")?.alt ?? "";
  const zoom = button("figure-button", `${text.enlarge}: ${name}`);
  zoom.textContent = "⤢";
  zoom.addEventListener("click", () => enlarge(figure));
  figure.querySelector("svg, img").addEventListener("click", () => enlarge(figure));
  figure.append(zoom);
}

// --- Code: a button copies it and says so. Without a clipboard (a page that is not encrypted) there is none.
const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
if (navigator.clipboard) {
  const codes = prose.querySelectorAll("pre.code");
  if (codes.length) article.append(said);
  for (const code of codes) {
    const block = document.createElement("div");
    block.className = "code-block";
    code.replaceWith(block);
    const copy = button("copy-button", text.copy);
    copy.textContent = text.copy;
    block.append(code, copy);
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
      copy.textContent = said.textContent = text.copied;
      setTimeout(() => { copy.textContent = text.copy; said.textContent = ""; }, 2500);
    });
  }
}

// --- Questions in the text: the feedback takes the place of the question. If the network or the session is gone, the form is sent
// as without a script, and the page that answers says what happened.
article.querySelector("form").addEventListener("submit", async (event) => {
  const { submitter, target: form } = event;
  const question = submitter?.closest(".in-text");
  if (!question || submitter.dataset.plain) return;
  event.preventDefault();
  if (question.ariaBusy === "true") return;
  question.ariaBusy = "true";
  const answer = await fetch(submitter.formAction, {
    method: "POST", body: new FormData(form, submitter), redirect: "manual", headers: { "HX-Request": "true" },
  }).catch(() => null);
  const parts = answer && [200, 400].includes(answer.status) ? await answer.text().catch(() => "") : "";
  const made = new DOMParser().parseFromString(parts, "text/html").querySelector(".in-text");
  question.ariaBusy = null;
  if (!made) {
    submitter.dataset.plain = "1";
    form.requestSubmit(submitter);
    return;
  }
  question.replaceWith(made);
  const result = made.querySelector(".in-text-result, [role=alert], input, select");
  if (result.matches("div, p")) result.tabIndex = -1;
  result.focus({ preventScroll: true });
  made.scrollIntoView({ block: "nearest" });
});
