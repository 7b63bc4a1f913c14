import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { start } from "../../static/baeum/offline/worker.js";
import { Caches, site } from "./fake-caches.mjs";
import { settled } from "./fakes.mjs";

const WORDS = {
  bar: "kept {moment}", again: "again", readable: "readable", asOf: "as of", nothing: "nothing", loading: "{done}/{all}",
  kept: "{pages} lessons", removed: "removed", failed: "failed", full: "full",
};
const SETTINGS = {
  notices: { home: "/notifications/", devices: "/devices/", icon: "/icon.png" },
  version: "1", pages: { ko: "/offline/ko/", en: "/offline/en/" }, words: { ko: WORDS, en: WORDS },
};
const LESSON = "/courses/c/lessons/l/";
const SHELL = [200, '<main id="content"><!-- what can be read --></main>', { "Content-Language": "en" }];
const page = (reader, more = {}) => [200, `<main id="content">of ${reader}</main>`, { "X-Reader": reader, "Content-Language": "en", ...more }];
const lesson = (reader) => page(reader, { "X-Lesson": "1" });

// A worker with a site. `visit(path)` and `post(path)` are requests of a browser; `say` is a message of a page.
const world = async (answers, caches = new Caches()) => {
  const made = site({ "/offline/ko/": SHELL, "/offline/en/": SHELL, ...answers });
  const listeners = {};
  const scope = {
    caches, fetch: made.fetch, location: new URL("https://site.example/sw.js"), skipWaiting: () => {},
    addEventListener: (name, act) => { listeners[name] = act; },
  };
  start(scope, SETTINGS);
  const run = async (name, given) => {
    const waits = [];
    let answer = null;
    listeners[name]({ ...given, waitUntil: (work) => waits.push(work), respondWith: (work) => { answer = work; } });
    return { answer, end: async () => { await answer?.catch?.(() => {}); await settled(); await Promise.allSettled(waits); } };
  };
  await (await run("install", {})).end();
  const request = async (method, path, how = {}) => {
    const { answer, end } = await run("fetch", { request: { method, url: `https://site.example${path}`, mode: "navigate", ...how } });
    const response = await answer;
    const text = response && await response.clone().text();
    await end();
    return response && { status: response.status, text };
  };
  return {
    ...made, caches, run, scope,
    visit: (path, how) => request("GET", path, how),
    post: (path) => request("POST", path),
    away: () => { for (const path of Object.keys(made.answers)) delete made.answers[path]; },
    say: async (data) => {
      const said = [];
      const { end } = await run("message", { data: { language: "en", ...data }, ports: [{ postMessage: (report) => said.push(report) }] });
      await end();
      return said;
    },
  };
};
const kept = (site) => site.caches.paths("baeum:of:");

test("an opened lesson is shown with a bar when the network is away", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  assert.doesNotMatch((await site.visit(LESSON)).text, /offline-bar/);
  site.away();
  const shown = await site.visit(`${LESSON}?at=1`);
  assert.match(shown.text, /offline-bar.*of alice/s);
  assert.equal(shown.status, 200);
});

test("another page is shown as one that lists what can be read", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  site.away();
  const shown = await site.visit("/courses/");
  assert.equal(shown.status, 503);
  assert.match(shown.text, new RegExp(`href="${LESSON}"`));
});

for (const status of [502, 503, 504]) {
  test(`a proxy that says ${status} is a site that is away`, async () => {
    const site = await world({ [LESSON]: lesson("alice") });
    await site.visit(LESSON);
    site.answers[LESSON] = [status, "bad gateway", {}];
    assert.match((await site.visit(LESSON)).text, /of alice/);
    assert.equal((await site.visit("/courses/c/lessons/other/").catch(() => null))?.status, 503);
  });
}

test("an error of the site is shown, and nothing is forgotten", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  site.answers[LESSON] = [500, "broken", {}];
  assert.equal((await site.visit(LESSON)).text, "broken");
  assert.deepEqual(await kept(site), [LESSON]);
});

// Starts to visit a page of which the network answers when `arrive` is called, and lets `ms` pass.
const visitSlowly = async (site, path, ms) => {
  let arrive = null;
  const arriving = new Promise((done) => { arrive = done; });
  site.answers[path] = () => arriving;
  const request = { method: "GET", url: `https://site.example${path}`, mode: "navigate" };
  const { answer, end } = await site.run("fetch", { request });
  let isShown = false;
  answer.then(() => { isShown = true; });
  for (let turn = 0; turn < 5; turn += 1) await settled();
  mock.timers.tick(ms);
  for (let turn = 0; turn < 5; turn += 1) await settled();
  return { answer, isShown, arrive: async (given) => { arrive(given); await end(); } };
};

test("a slow network is waited for if nothing is kept, and for four seconds if something is", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const site = await world({ [LESSON]: lesson("alice") });
    const first = await visitSlowly(site, LESSON, 60_000);
    assert.equal(first.isShown, false);
    await first.arrive(lesson("alice"));
    assert.doesNotMatch(await (await first.answer).text(), /offline-bar/);
    assert.equal((await visitSlowly(site, LESSON, 3_999)).isShown, false);
    const slow = await visitSlowly(site, LESSON, 4_000);
    assert.match(await (await slow.answer).text(), /offline-bar/);
    // What arrives late is kept.
    await slow.arrive([200, "newer", lesson("alice")[2]]);
    assert.equal(await (await (await site.caches.open("baeum:of:alice:opened")).match(LESSON)).text(), "newer");
  } finally { mock.timers.reset(); }
});

test("a lesson that may no longer be read is forgotten", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  site.answers[LESSON] = [404, "none", { "X-Reader": "alice" }];
  assert.equal((await site.visit(LESSON)).text, "none");
  assert.deepEqual(await kept(site), []);
});

test("a page of another person, or of nobody, forgets the first one before it is shown", async () => {
  for (const next of ["bob", "-"]) {
    const site = await world({ [LESSON]: lesson("alice"), "/courses/": page(next) });
    await site.visit(LESSON);
    const { answer } = await site.run("fetch", { request: { method: "GET", url: "https://site.example/courses/", mode: "navigate" } });
    await answer;
    assert.deepEqual(await kept(site), []);
  }
});

test("a sign-out forgets, also when it does not arrive", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  site.away();
  assert.equal(await site.post("/accounts/logout/"), null);
  assert.deepEqual(await kept(site), []);
});

test("after a sign-in nothing of the one before is shown, even if no page has arrived since", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  await site.post("/accounts/handover/token/");
  const answers = { ...site.answers };
  site.away();
  assert.doesNotMatch((await site.visit(LESSON)).text, /of alice/);
  // It was the same person after all.
  Object.assign(site.answers, answers, { "/courses/": page("alice") });
  await site.visit("/courses/");
  site.away();
  assert.match((await site.visit(LESSON)).text, /of alice/);
});

test("what it knows outlives the worker", async () => {
  const site = await world({ [LESSON]: lesson("alice") });
  await site.visit(LESSON);
  const next = await world({}, site.caches);
  next.away();
  assert.match((await next.visit(LESSON)).text, /of alice/);
});

test("a worker that takes over knows what the one before it has learned meanwhile", async () => {
  const before = await world({ [LESSON]: lesson("alice") });
  const next = await world({}, before.caches);
  await before.visit(LESSON);
  next.away();
  assert.match((await next.visit("/courses/")).text, new RegExp(`href="${LESSON}"`));
});

test("a worker that takes over shows nothing of the one before a sign-in that the former worker has seen", async () => {
  const before = await world({ [LESSON]: lesson("alice"), "/accounts/login/": page("alice") });
  await before.visit(LESSON);
  const next = await world({}, before.caches);
  next.away();
  assert.match((await next.visit(LESSON)).text, /of alice/);
  await before.post("/accounts/login/");
  assert.doesNotMatch((await next.visit(LESSON)).text, /of alice/);
});

test("pages of staff, data and everything that is sent are left to the browser", async () => {
  const site = await world({});
  for (const path of ["/admin/", "/api/v1/me", "/offline/ko/"]) assert.equal(await site.visit(path), null, path);
  assert.equal(await site.post(LESSON), null);
  assert.equal(await site.visit("/courses/c/files/p.png", { mode: "no-cors", destination: "" }), null);
});

test("a file with a fingerprint comes from the cache first, another one from the network", async () => {
  const site = await world({ "/static/a.css?v=1": "old", "/static/n.js": "old", "/static/m.js?v=1": 'import "./n.js";',
    [LESSON]: [200, '<link href="/static/a.css?v=1"><i data-module="/static/m.js?v=1"></i>', lesson("alice")[2]] });
  await site.visit(LESSON);
  Object.assign(site.answers, { "/static/a.css?v=1": "new", "/static/n.js": "new" });
  const read = async (path) => (await site.visit(path, { mode: "no-cors" })).text;
  assert.deepEqual([await read("/static/a.css?v=1"), await read("/static/n.js")], ["old", "new"]);
  site.away();
  assert.equal(await read("/static/n.js"), "old");
});

const COURSE = { what: "download", course: "c", pages: "/list" };
test("a course is downloaded lesson by lesson, and removed again", async () => {
  const site = await world({
    "/courses/": page("alice"), "/list": '{"pages": ["/courses/c/lessons/l/", "/courses/c/lessons/m/", "/courses/c/lessons/gone/"]}',
    [LESSON]: lesson("alice"), "/courses/c/lessons/m/": lesson("alice"), "/courses/c/lessons/gone/": [404, "", { "X-Reader": "alice" }],
  });
  await site.visit("/courses/");
  assert.deepEqual((await site.say({ what: "look", course: "c" })).map(({ state }) => state), ["none"]);
  const reports = await site.say(COURSE);
  assert.deepEqual(reports.map(({ said }) => said), ["0/3", "1/3", "2/3", "2 lessons"]);
  assert.deepEqual((await site.say({ what: "look", course: "c" })).map(({ pages }) => pages), [2]);
  // The course has lost a lesson since.
  site.answers["/list"] = '{"pages": ["/courses/c/lessons/m/"]}';
  assert.equal((await site.say(COURSE)).at(-1).pages, 1);
  assert.deepEqual(await kept(site), ["/courses/c/lessons/m/"]);
  assert.deepEqual((await site.say({ what: "remove", course: "c" })).map(({ said }) => said), ["removed"]);
  assert.deepEqual(await kept(site), []);
});

test("a download stops where the network does, and where another person has signed in", async () => {
  const site = await world({
    "/courses/": page("alice"), "/list": '{"pages": ["/courses/c/lessons/l/", "/courses/c/lessons/m/"]}', [LESSON]: lesson("alice"),
  });
  await site.visit("/courses/");
  assert.deepEqual((await site.say(COURSE)).at(-1), { state: "failed", pages: 1, said: "failed" });
  site.answers["/courses/c/lessons/m/"] = lesson("bob");
  assert.equal((await site.say(COURSE)).at(-1).state, "failed");
  assert.deepEqual(await kept(site), [LESSON]);
});

test("nobody downloads nothing", async () => {
  const site = await world({ "/list": [302, "", {}] });
  assert.equal((await site.say(COURSE)).at(-1).state, "failed");
});

test("notifications of one person end when a page names somebody else or nobody", async () => {
  for (const after of ["bob", "-"]) {
    let left = 0;
    const site = await world({ "/one/": page("alice"), "/other/": page(after) });
    site.scope.registration = { pushManager: { getSubscription: async () => ({ unsubscribe: async () => { left += 1; } }) } };
    await site.visit("/one/");
    assert.equal((await site.say({ what: "subscribed" }))[0].state, "subscribed");
    await site.visit("/one/");
    await site.post("/accounts/login/");
    assert.equal(left, 0);
    await site.visit("/other/");
    await site.visit("/one/");
    assert.equal(left, 1, after);
  }
});

test("a subscription that the push service has ended is renewed, at the latest with the next page of its person", async () => {
  const push = '<p data-push-key="KEY" data-push-address="/on/"></p><input name="csrfmiddlewaretoken" value="T">';
  const made = [];
  const start = async () => {
    const site = await world({ "/one/": page("alice"), "/on/": [201, "{}", {}] });
    const subscription = { unsubscribe: async () => {}, toJSON: () => ({ endpoint: "https://push.example/2", keys: {} }) };
    site.scope.registration = {
      pushManager: { getSubscription: async () => null, subscribe: async ({ applicationServerKey }) => { made.push(applicationServerKey); return subscription; } },
    };
    await site.visit("/one/");
    return site;
  };
  const change = async (site) => (await site.run("pushsubscriptionchange", {})).end();
  const told = ({ asked }) => asked.filter((path) => path === "/on/").length;

  const site = await start();
  site.answers["/devices/"] = [200, push, { "X-Reader": "alice" }];
  // Nobody has switched notifications on here.
  await change(site);
  assert.equal(told(site), 0);
  await site.say({ what: "subscribed" });
  await change(site);
  assert.deepEqual([told(site), made], [1, ["KEY"]]);
  await site.visit("/one/");
  assert.equal(told(site), 1);

  const away = await start();
  await away.say({ what: "subscribed" });
  await change(away);
  assert.equal(told(away), 0);
  away.answers["/devices/"] = [200, push, { "X-Reader": "alice" }];
  await away.visit("/one/");
  await away.visit("/one/");
  assert.equal(told(away), 1);
});

test("who switches notifications on is known also if no page has come through the worker before", async () => {
  let left = 0;
  const site = await world({ "/devices/": page("alice"), "/other/": page("bob") });
  site.scope.registration = { pushManager: { getSubscription: async () => ({ unsubscribe: async () => { left += 1; } }) } };
  await site.say({ what: "subscribed" });
  await site.visit("/other/");
  assert.equal(left, 1);
});
