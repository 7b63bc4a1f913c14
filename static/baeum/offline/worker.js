// The service worker: pages come from the network, and lessons that were kept are read without one. /sw.js is this file with those
// that it imports and the site's `settings` before it.

import { fill, isFigure, isHashed, isLesson, isPage, isSignOut, isStatic, listed, mayChangePerson, moment, withBar, withList } from "./rules.js";
import { notices } from "./notices.js";
import { Full, LESSON, shelf } from "./shelf.js";

// A lesson that is kept is shown if the network has not answered after this time, in ms.
const PATIENCE = 4000;
// Who has read the page: a person's key, or nobody.
const READER = "X-Reader";
const NOBODY = "-";
const MEMORY = "baeum:memory";
// A proxy answers so while the site is away.
const AWAY = new Set([502, 503, 504]);

// --- Who is signed in, as far as the last page said, and in which language the pages are. It is stored and read again for each page:
// the worker is started often, and while a new version takes over, the one before it may have learned of somebody else.
const memory = ({ caches }) => {
  // `subscriber` is who has switched notifications on in this browser. `mustRenew`: the push service has ended their subscription.
  let known = { reader: "", language: "", subscriber: "", mustRenew: false };
  let stores = Promise.resolve();
  // A browser without room remembers nobody beyond this worker: what was stored before may be about somebody else.
  let isStored = true;
  const store = () => {
    const text = JSON.stringify(known);
    stores = stores.then(async () => (await caches.open(MEMORY)).put("/", new Response(text)))
      .catch(() => { isStored = false; return caches.delete(MEMORY).catch(() => {}); });
    return stores;
  };
  return {
    load: async () => {
      const before = stores;
      await before;
      const found = isStored && await caches.open(MEMORY).then((cache) => cache.match("/")).catch(() => null);
      const stored = found ? await found.json() : null;
      if (stored && stores === before) known = stored;
    },
    get: () => known,
    isReader: (reader) => known.reader === reader,
    set: (reader, language) => {
      if (known.reader === reader && known.language === language) return Promise.resolve();
      known = { ...known, reader, language: language || known.language };
      return store();
    },
    setSubscriber: (subscriber) => {
      known = { ...known, subscriber, mustRenew: false };
      return store();
    },
    setMustRenew: (mustRenew) => {
      known = { ...known, mustRenew };
      return store();
    },
    // Nothing is shown of anybody until a page says who is signed in.
    unsure: () => {
      known = { ...known, reader: "" };
      return store();
    },
  };
};

export const start = (scope, settings) => {
  const { caches } = scope;
  const fetch = (...given) => scope.fetch(...given);
  const who = memory({ caches });
  const kept = shelf({ caches, fetch, now: () => Date.now(), isReader: who.isReader });
  const notified = notices({ scope, ...settings.notices });
  const wordsIn = (language) => settings.words[language] ?? settings.words.ko;

  const readerOf = (response) => response.headers.get(READER);
  // Subscribes anew if that must be. Without a network, the next page of the person is the next occasion.
  const renew = async () => {
    const { subscriber, mustRenew } = who.get();
    if (!subscriber || !mustRenew) return;
    if (await notified.renew(subscriber, readerOf).catch(() => false)) await who.setMustRenew(false);
  };
  // Learns from a page whose it is. What was kept for others is deleted before the page is shown.
  const learn = async (response) => {
    const reader = response.headers.get(READER);
    if (!reader) return;
    const person = reader === NOBODY ? "" : reader;
    await who.load();
    const isSame = who.isReader(person);
    await who.set(person, response.headers.get("Content-Language") ?? "");
    const { subscriber } = who.get();
    // Somebody else uses this browser now, or nobody: what is sent to the former person must not be shown here.
    if (subscriber && subscriber !== person) {
      await who.setSubscriber("");
      await notified.leave().catch(() => {});
    }
    if (isSame) kept.forgetOthers(person).catch(() => {});
    else await kept.forgetOthers(person);
  };
  const keep = async (path, response) => {
    const reader = response.headers.get(READER);
    if (!reader || reader === NOBODY) return;
    if (response.ok && response.headers.has(LESSON)) await kept.keepOpened(reader, path, response);
    else if ([403, 404, 410].includes(response.status)) await kept.drop(reader, path);
  };

  const offlinePage = async () => {
    const { reader, language } = who.get();
    const [spoken, words] = [language in settings.words ? language : "ko", wordsIn(language)];
    const page = await kept.findShell(settings.version, settings.pages[spoken]);
    if (!page) return Response.error();
    const list = reader ? listed(await kept.readable(reader), { asOf: words.asOf, language: spoken }) : "";
    return new Response(withList(await page.text(), `<p>${list ? words.readable : words.nothing}</p>${list}`), { status: 503, headers: page.headers });
  };
  const keptPage = async (path) => {
    const { reader } = who.get();
    const copy = reader && await kept.find(reader, path);
    if (!copy) return null;
    const language = copy.headers.get("Content-Language") ?? who.get().language;
    const words = wordsIn(language);
    const html = withBar(await copy.text(), { text: words.bar, again: words.again, at: kept.timeOf(copy), language });
    return new Response(html, { headers: copy.headers });
  };
  const page = async (event, path) => {
    await who.load();
    const learned = fetch(event.request).then(async (response) => {
      // A browser without room for caches still shows what the network sends.
      await learn(response).catch(() => {});
      if (isLesson(path)) event.waitUntil(keep(path, response.clone()).catch(() => {}));
      return response;
    });
    event.waitUntil(learned.then(renew).catch(() => {}));
    const late = new Promise((wake) => { setTimeout(wake, PATIENCE, null); });
    const response = await (isLesson(path) ? Promise.race([learned, late]) : learned).catch(() => null);
    if (response && !AWAY.has(response.status)) return response;
    const copy = isLesson(path) && await keptPage(path);
    return copy || response || learned.catch(offlinePage);
  };
  const file = async (request, address) => {
    const copy = await kept.findFile(address);
    if (copy && isHashed(address)) return copy;
    return fetch(request).catch((error) => { if (copy) return copy; throw error; });
  };
  const figure = async (request, address) => {
    await who.load();
    const { reader } = who.get();
    const copy = reader && await kept.find(reader, address);
    return copy || fetch(request);
  };

  // --- Courses that are downloaded. `tell(state, values)` reports to the page that has asked.
  const cancelled = new Set();
  const download = async (reader, course, list, tell) => {
    cancelled.delete(course);
    const answer = await fetch(list, { redirect: "manual" });
    if (!answer.ok) throw new Error(`${list}: ${answer.status}`);
    const { pages } = await answer.json();
    for (const [done, path] of pages.entries()) {
      if (cancelled.has(course)) return;
      tell("loading", { done, all: pages.length });
      // Loading a lesson is no visit of it.
      const response = await fetch(path, { headers: { "X-Purpose": "offline" }, cache: "no-store", redirect: "manual" });
      if (response.status >= 500 || response.headers.get(READER) !== reader) throw new Error(`${path}: ${response.status}`);
      if (response.ok && response.headers.has(LESSON)) await kept.keepDownloaded(reader, course, path, response);
    }
    await kept.keepOnly(reader, course, pages);
  };
  const answer = async ({ what, course, pages: list, language }, port) => {
    await who.load();
    const { reader } = who.get();
    if (what === "subscribed") {
      // The page that registered the worker did not come through it.
      if (!reader) await learn(await fetch(settings.notices.devices, { cache: "no-store", redirect: "manual" }));
      await who.setSubscriber(who.get().reader);
      port.postMessage({ state: what });
      return;
    }
    const words = wordsIn(language);
    const tell = (state, values = {}) => port.postMessage({ state, ...values, said: words[state] && fill(words[state], values) });
    let problem = "";
    if (what === "cancel") cancelled.add(course);
    else if (what === "remove") await kept.remove(reader, course);
    else if (what === "download") {
      await download(reader, course, list, tell).catch((error) => { problem = error instanceof Full ? "full" : "failed"; });
    }
    const found = reader && await kept.sizeOf(reader, course);
    if (problem) tell(problem, { pages: found?.pages ?? 0 });
    else if (found) {
      const megabytes = (found.bytes / 1e6).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
      tell("kept", { ...found, megabytes, moment: moment(found.at, language) });
    } else tell(what === "remove" ? "removed" : "none");
  };

  scope.addEventListener("message", (event) => {
    event.waitUntil(answer(event.data, event.ports[0]).catch(() => {}));
  });
  scope.addEventListener("push", (event) => {
    event.waitUntil(who.load().then(() => notified.show(event.data, wordsIn(who.get().language).notice)));
  });
  scope.addEventListener("pushsubscriptionchange", (event) => {
    event.waitUntil(who.load().then(() => who.setMustRenew(true)).then(renew));
  });
  scope.addEventListener("notificationclick", (event) => {
    event.waitUntil(notified.open(event.notification));
  });
  scope.addEventListener("install", (event) => {
    scope.skipWaiting();
    event.waitUntil(kept.keepShell(settings.version, Object.values(settings.pages)));
  });
  scope.addEventListener("activate", (event) => {
    event.waitUntil(kept.dropOldShells(settings.version));
  });
  scope.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname, search } = new URL(request.url);
    if (origin !== scope.location.origin) return;
    if (isSignOut(request.method, pathname)) event.waitUntil(kept.forgetOthers(""));
    if (mayChangePerson(request.method, pathname)) event.waitUntil(who.unsure());
    if (request.method !== "GET") return;
    if (isStatic(pathname)) event.respondWith(file(request, pathname + search));
    else if (request.destination === "image" && isFigure(pathname)) event.respondWith(figure(request, pathname + search));
    else if (request.mode === "navigate" && isPage(pathname)) event.respondWith(page(event, pathname));
  });
};
