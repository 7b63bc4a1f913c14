// Keeps pages of lessons, with what they show, in the browser's caches: a cache for the lessons that one person has opened, one for
// each course that the person has downloaded, and one for static files. Names of the first two contain the person's key.

import { importedBy, isHashed, isStatic, neededBy, titlesIn, tooMany } from "./rules.js";

export const OPENED_LIMITS = { count: 60, bytes: 30e6 };
// Of all courses that one person has downloaded, in bytes.
export const DOWNLOAD_LIMIT = 150e6;
// As long as a session lasts, in ms: what nobody has signed in for since is not shown.
export const LONGEST = 30 * 24 * 60 * 60 * 1000;
const OURS = "baeum:";
const STATIC = `${OURS}static`;
const OF_PEOPLE = `${OURS}of:`;
const SHELLS = `${OURS}shell:`;
const AT = "X-Kept-At";
const BYTES = "X-Kept-Bytes";
const NEEDS = "X-Kept-Needs";
// The page of a lesson that may be kept.
export const LESSON = "X-Lesson";
const TITLES = "X-Kept-Titles";
// Without these a page would look or behave differently. None of them says who has read it.
const HEADERS = ["Content-Type", "Content-Language", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"];

export class Full extends Error {}

// `now()` returns ms; `isReader(key)` says whether this is the person who is signed in.
export const shelf = ({ caches, fetch, now, isReader }) => {
  const ofPerson = (reader) => `${OF_PEOPLE}${reader}:`;
  const opened = (reader) => `${ofPerson(reader)}opened`;
  const downloaded = (reader, course) => `${ofPerson(reader)}course:${course}`;
  const namesFrom = async (start) => (await caches.keys()).filter((name) => name.startsWith(start));
  const addressOf = (request) => { const { pathname, search } = new URL(request.url); return pathname + search; };

  const copyOf = (response, body, extra) => {
    const headers = new Headers({ [AT]: String(now()), ...extra });
    for (const name of HEADERS) if (response.headers.has(name)) headers.set(name, response.headers.get(name));
    return new Response(body, { status: 200, headers });
  };
  const sizeOf = (response) => Number(response.headers.get(BYTES));
  const timeOf = (response) => Number(response.headers.get(AT));
  const isPage = ({ response }) => response.headers.has(NEEDS);
  const isCurrent = ({ at }) => at > now() - LONGEST;
  const needsOf = (entries) => new Set(entries.filter(isPage).flatMap(({ response }) => JSON.parse(response.headers.get(NEEDS))));
  // Every entry of these caches. The bodies are not read.
  const entriesOf = async (names) => {
    const found = [];
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        if (response) found.push({ name, request, response, at: timeOf(response), bytes: sizeOf(response) });
      }
    }
    return found;
  };
  const lessonsOf = async (reader) => (await entriesOf(await namesFrom(ofPerson(reader)))).filter(isPage).filter(isCurrent);

  // Only one thing is stored or swept at a time: a sweep would delete the files of a page that is not stored yet.
  let last = Promise.resolve();
  const inTurn = (act) => {
    const mine = last.then(act);
    last = mine.catch(() => {});
    return mine;
  };

  // Stores one file if it is not kept yet, with the modules that it imports. Returns its bytes.
  const putFile = async (name, address) => {
    const cache = await caches.open(isStatic(address) ? STATIC : name);
    const known = await cache.match(address);
    if (known) return sizeOf(known);
    const response = await fetch(address);
    if (!response.ok) return 0;
    const body = await response.arrayBuffer();
    if (address.split("?")[0].endsWith(".js")) {
      for (const module of importedBy(new TextDecoder().decode(body), address)) await putFile(name, module);
    }
    await cache.put(address, copyOf(response, body, { [BYTES]: String(body.byteLength) }));
    return body.byteLength;
  };
  // Stores a page. Its size is that of its text and its pictures; static files are the same for all pages. Returns the bytes.
  const putPage = async (name, path, response, { isWhole, isWanted }) => {
    const body = await response.arrayBuffer();
    const html = new TextDecoder().decode(body);
    const needs = neededBy(html);
    const titles = new URLSearchParams(titlesIn(html, path)).toString();
    let bytes = body.byteLength;
    for (const address of needs) {
      try {
        const more = await putFile(name, address);
        if (!isStatic(address)) bytes += more;
      } catch (error) {
        // A page of which a picture is missing can still be read. What is downloaded must be whole.
        if (isWhole) throw error;
      }
    }
    // The person may have signed out meanwhile.
    if (isWanted()) await (await caches.open(name)).put(path, copyOf(response, body, { [BYTES]: String(bytes), [NEEDS]: JSON.stringify(needs), [TITLES]: titles }));
    else await caches.delete(name);
    return bytes;
  };
  // Deletes the files and pictures that no page shows any more, for example those of a former deployment.
  const sweep = async () => {
    const people = await namesFrom(OF_PEOPLE);
    const all = await entriesOf([...people, ...await namesFrom(SHELLS)]);
    for (const name of people) {
      const own = all.filter((entry) => entry.name === name);
      const needed = needsOf(own);
      const cache = await caches.open(name);
      for (const entry of own) if (!isPage(entry) && !needed.has(addressOf(entry.request))) await cache.delete(entry.request);
    }
    const needed = needsOf(all);
    const files = await caches.open(STATIC);
    for (const request of await files.keys()) {
      // An imported module has no fingerprint, and no page names it.
      if (isHashed(addressOf(request)) && !needed.has(addressOf(request))) await files.delete(request);
    }
  };
  const find = async (names, address) => {
    let newest = null;
    for (const name of names) {
      const found = await (await caches.open(name)).match(address);
      if (found && isCurrent({ at: timeOf(found) }) && (!newest || timeOf(found) > timeOf(newest))) newest = found;
    }
    return newest;
  };

  return {
    timeOf,
    // Keeps a lesson that was opened, and as many of those before as fit.
    keepOpened: (reader, path, response) => inTurn(async () => {
      const name = opened(reader);
      await putPage(name, path, response, { isWhole: false, isWanted: () => isReader(reader) });
      const pages = (await entriesOf([name])).filter(isPage);
      const dropped = [...tooMany(pages.filter(isCurrent), OPENED_LIMITS), ...pages.filter((page) => !isCurrent(page))];
      const cache = await caches.open(name);
      for (const { request } of dropped) await cache.delete(request);
      if (dropped.length) await sweep();
    }),
    // Keeps a lesson of a course that is downloaded. Throws Full, and what `fetch` throws.
    keepDownloaded: (reader, course, path, response) => inTurn(async () => {
      const kept = await entriesOf(await namesFrom(`${ofPerson(reader)}course:`));
      if (kept.filter(isPage).reduce((bytes, entry) => bytes + entry.bytes, 0) > DOWNLOAD_LIMIT) throw new Full();
      return putPage(downloaded(reader, course), path, response, { isWhole: true, isWanted: () => isReader(reader) });
    }),
    // The newest copy of a page or picture that the person has.
    find: async (reader, address) => find(await namesFrom(ofPerson(reader)), address),
    findFile: async (address) => (await caches.open(STATIC)).match(address),
    // What the person can read: {path, title, course, at}, each lesson once.
    readable: async (reader) => {
      const found = new Map();
      for (const { request, response, at } of await lessonsOf(reader)) {
        const path = addressOf(request);
        const said = new URLSearchParams(response.headers.get(TITLES));
        if ((found.get(path)?.at ?? 0) < at) found.set(path, { path, title: said.get("title"), course: said.get("course"), at });
      }
      return [...found.values()];
    },
    // What was downloaded of a course: {pages, bytes, at}, the oldest moment; null if nothing was.
    sizeOf: async (reader, course) => {
      const pages = (await entriesOf([downloaded(reader, course)])).filter(isPage).filter(isCurrent);
      if (!pages.length) return null;
      const bytes = pages.reduce((sum, page) => sum + page.bytes, 0);
      return { pages: pages.length, bytes, at: Math.min(...pages.map(({ at }) => at)) };
    },
    // A lesson that the person may no longer read.
    drop: async (reader, path) => {
      for (const name of await namesFrom(ofPerson(reader))) await (await caches.open(name)).delete(path);
    },
    // Ends a download: lessons that the course no longer has go.
    keepOnly: (reader, course, paths) => inTurn(async () => {
      const own = (await entriesOf([downloaded(reader, course)])).filter(isPage);
      const cache = await caches.open(downloaded(reader, course));
      for (const { request } of own) if (!paths.includes(addressOf(request))) await cache.delete(request);
      await sweep();
    }),
    remove: (reader, course) => inTurn(async () => {
      await caches.delete(downloaded(reader, course));
      await sweep();
    }),
    // Forgets everybody but `reader`; everybody if it is empty.
    forgetOthers: async (reader) => {
      const others = (await namesFrom(OF_PEOPLE)).filter((name) => !(reader && name.startsWith(ofPerson(reader))));
      await Promise.all(others.map((name) => caches.delete(name)));
    },
    // The pages that are shown instead of those that cannot be read, by `addresses`. They belong to one version of the site.
    keepShell: (version, addresses) => inTurn(async () => {
      for (const address of addresses) {
        const response = await fetch(address, { credentials: "omit", cache: "no-store" });
        if (!response.ok) throw new Error(`${address}: ${response.status}`);
        await putPage(SHELLS + version, address, response, { isWhole: true, isWanted: () => true });
      }
    }),
    findShell: async (version, address) => (await caches.open(SHELLS + version)).match(address),
    dropOldShells: (version) => inTurn(async () => {
      const old = (await namesFrom(SHELLS)).filter((name) => name !== SHELLS + version);
      await Promise.all(old.map((name) => caches.delete(name)));
      await sweep();
    }),
  };
};
