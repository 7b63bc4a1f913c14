// What the service worker does with which address, and the texts that it puts into pages: without a browser, so that Node tests it.

const LESSON_PATH = /^\/courses\/[^/]+\/lessons\/[^/]+\/$/;
const FIGURE_PATH = /^\/courses\/[^/]+\/files\/[^/]+$/;
// A file whose address changes with its content: `name.0123456789ab.css`, `name.css?v=0123ab`.
const HASHED = /\.[0-9a-f]{8,}\.\w+$|\?v=[0-9a-f]+$/;
// Staff's pages, data and files are no pages of this worker: they go to the network as if there were none.
const NO_PAGE = /^\/(admin|api|_allauth|static|media|inbox)\/|^\/sw\.js$|^\/offline\/|\/files\/|\.ics$/;
const ENTRY = "/accounts/";
const SIGN_OUT = "/accounts/logout/";
const WITHOUT_PERSON = new Set(["/accounts/language/", "/accounts/theme/"]);

export const isLesson = (path) => LESSON_PATH.test(path);
export const isFigure = (path) => FIGURE_PATH.test(path);
export const isStatic = (path) => path.startsWith("/static/");
export const isHashed = (address) => HASHED.test(address);
export const isPage = (path) => !NO_PAGE.test(path);
export const courseOf = (path) => path.split("/")[2];
export const isSignOut = (method, path) => method === "POST" && path === SIGN_OUT;
// After such a request another person may be signed in.
export const mayChangePerson = (method, path) => method !== "GET" && path.startsWith(ENTRY) && !WITHOUT_PERSON.has(path);

const unescaped = (text) => text.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
  .replaceAll("&amp;", "&");
export const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  .replaceAll('"', "&quot;").replaceAll("'", "&#x27;");

// The static files and the pictures of the course that a page shows. What it only links to is not needed to read it.
export const neededBy = (html) => {
  const found = new Set();
  for (const [, name, written] of html.matchAll(/\s(href|src|data-module)="(\/[^"]*)"/g)) {
    const address = unescaped(written).split("#")[0];
    const path = address.split("?")[0];
    if (isStatic(path) || (name === "src" && isFigure(path))) found.add(address);
  }
  return [...found];
};
// The modules that a module imports, by addresses relative to its own.
export const importedBy = (source, address) => [...source.matchAll(/(?:from|import)\s*"(\.{1,2}\/[^"]+)"/g)]
  .map(([, name]) => new URL(name, `https://any${address}`).pathname);

// The titles of a lesson and of its course, {course, title}, as the page of the lesson says them: the way to it, and its own title.
export const titlesIn = (html, path) => {
  const way = `<a href="/courses/${courseOf(path)}/">([^<]*)</a></li>\\s*<li>([^<]*)</li>`;
  const [, course = "", code = ""] = html.match(new RegExp(way)) ?? [];
  const [, title = ""] = html.match(/<title>([^<]*?)( · Baeum)?<\/title>/) ?? [];
  return { course: unescaped(course), title: unescaped(`${code} ${title}`.trim()) };
};

// The oldest of `entries` ({at, bytes}) that must go until the rest is within the limits.
export const tooMany = (entries, limits) => {
  const newest = [...entries].sort((one, other) => other.at - one.at);
  let bytes = 0;
  return newest.filter((entry, index) => {
    bytes += entry.bytes;
    return index >= limits.count || bytes > limits.bytes;
  });
};

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
export const moment = (at, language) =>
  new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

// A page that was kept, with a bar that says so and since when.
const BEFORE_BAR = '<main id="content">';
export const withBar = (html, { text, again, at, language }) => {
  const said = escaped(fill(text, { moment: moment(at, language) }));
  const bar = `<div class="offline-bar" role="status" lang="${language}" data-kept-page><div class="wrap"><span>${said}</span> `
    + `<a href="">${escaped(again)}</a></div></div>`;
  return html.replace(BEFORE_BAR, () => bar + BEFORE_BAR);
};

// The list of what can be read: the course that was read last comes first, and in each the lessons by number. `entries` are
// {path, course, title, at}.
export const listed = (entries, { asOf, language }) => {
  const courses = new Map();
  for (const entry of [...entries].sort((one, other) => other.at - one.at)) {
    courses.set(entry.course, [...(courses.get(entry.course) ?? []), entry]);
  }
  return [...courses].map(([course, pages]) => {
    const items = pages.sort((one, other) => one.title.localeCompare(other.title, language, { numeric: true })).map(({ path, title, at }) =>
      `<li><a href="${escaped(path)}">${escaped(title)}</a> <small class="muted">`
      + `${escaped(fill(asOf, { moment: moment(at, language) }))}</small></li>`);
    return `<section><h2>${escaped(course)}</h2><ul class="plain-list">${items.join("")}</ul></section>`;
  }).join("");
};
const PLACE = "<!-- what can be read -->";
export const withList = (html, list) => html.replace(PLACE, () => list);
