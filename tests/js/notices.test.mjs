import assert from "node:assert/strict";
import { test } from "node:test";

import { addressIn, noticeIn, notices, switchIn } from "../../static/baeum/offline/notices.js";

const ORIGIN = "https://site.example";
const HOME = "/notifications/";
const data = (text) => ({ json: () => JSON.parse(text) });
const message = (more) => data(JSON.stringify({ web_push: 8030, notification: { title: "News", body: "Text", ...more } }));

// A worker with windows at these addresses. `done` is what it did.
const world = (...addresses) => {
  const done = [];
  const windows = addresses.map((url) => ({ url, focus: () => { done.push(["focus", url]); } }));
  const scope = {
    location: { origin: ORIGIN },
    registration: {
      showNotification: (title, options) => { done.push([title, options]); },
      pushManager: { getSubscription: async () => ({ unsubscribe: async () => { done.push("left"); } }) },
    },
    clients: { matchAll: async () => windows, openWindow: (url) => { done.push(["open", url]); } },
  };
  return { ...notices({ scope, home: HOME, icon: "/icon.png" }), done, scope };
};

test("a declarative message is shown as it says", () => {
  const { show, done } = world();
  show(message({ navigate: `${ORIGIN}/notifications/1/`, lang: "ko", tag: "t" }), "new");
  assert.deepEqual(done, [["News", { body: "Text", lang: "ko", tag: "t", icon: "/icon.png", badge: "/icon.png", data: `${ORIGIN}/notifications/1/` }]]);
});

test("what is no message is shown as something new", () => {
  for (const given of [null, data("{}"), data("text"), data('{"web_push": 1, "notification": {"title": "a"}}'), data('{"web_push": 8030}')]) {
    assert.equal(noticeIn(given), null);
    const { show, done } = world();
    show(given, "new");
    assert.equal(done[0][1].body, "new");
    assert.equal(done[0][1].data, `${ORIGIN}${HOME}`);
  }
});

test("a press leads to no other site", () => {
  for (const address of ["https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example/", "http://site.example/", "https://[/"]) {
    assert.equal(addressIn(address, ORIGIN, HOME), `${ORIGIN}${HOME}`, address);
  }
  assert.equal(addressIn("/notifications/1/", ORIGIN, HOME), `${ORIGIN}/notifications/1/`);
});

test("a press shows the window that has the page, or opens another one", async () => {
  const notification = { data: `${ORIGIN}/notifications/1/`, close: () => {} };
  const away = world(`${ORIGIN}/attempts/1/`);
  await away.open(notification);
  assert.deepEqual(away.done, [["open", notification.data]]);
  const there = world(`${ORIGIN}/attempts/1/`, notification.data);
  await there.open(notification);
  assert.deepEqual(there.done, [["focus", notification.data]]);
});

test("a browser that cannot be subscribed has nothing to leave", async () => {
  const { leave, done, scope } = world();
  await leave();
  assert.deepEqual(done, ["left"]);
  delete scope.registration.pushManager;
  await leave();
});

const DEVICES = "/notifications/devices/";
const PAGE = '<section data-push-key="KEY" data-push-address="/on/"><form><input type="hidden" name="csrfmiddlewaretoken" value="T0ken"></form>';
// A worker whose subscription the push service has ended. `answers` are those of the site; `done` is what it did.
const ended = (...answers) => {
  const done = [];
  const made = { endpoint: "https://push.example/2", keys: { p256dh: "p", auth: "a" } };
  const scope = {
    location: { origin: ORIGIN },
    fetch: async (address, how = {}) => {
      done.push([how.method ?? "GET", address, how.body && Object.fromEntries(how.body)]);
      const answer = answers.shift();
      if (!answer) throw new TypeError("no network");
      return answer;
    },
    registration: {
      pushManager: {
        getSubscription: async () => ({ unsubscribe: async () => { done.push("left"); } }),
        subscribe: async ({ userVisibleOnly, applicationServerKey }) => { done.push([userVisibleOnly, applicationServerKey]); return { toJSON: () => made }; },
      },
    },
  };
  return { ...notices({ scope, home: HOME, devices: DEVICES, icon: "/icon.png" }), done };
};
const pageOf = (reader, status = 200) => new Response(PAGE, { status, headers: { "X-Reader": reader } });
const readerOf = (page) => page.headers.get("X-Reader");

test("a subscription that the push service has ended is made anew and told to the site", async () => {
  const { renew, done } = ended(pageOf("alice"), new Response("{}", { status: 201 }));
  assert.equal(await renew("alice", readerOf), true);
  assert.deepEqual(done, [
    ["GET", DEVICES, undefined], "left", [true, "KEY"],
    ["POST", "/on/", { csrfmiddlewaretoken: "T0ken", endpoint: "https://push.example/2", p256dh: "p", auth: "a", server_key: "KEY" }],
  ]);
});

test("nothing is renewed for somebody else, or for nobody", async () => {
  for (const page of [pageOf("bob"), pageOf("-"), new Response("", { status: 200 })]) {
    const { renew, done } = ended(page);
    assert.equal(await renew("alice", readerOf), true);
    assert.equal(done.length, 1);
  }
});

test("a site that is away is asked again later", async () => {
  assert.equal(await ended(pageOf("alice", 503)).renew("alice", readerOf), false);
  assert.equal(await ended(pageOf("alice"), new Response("", { status: 502 })).renew("alice", readerOf), false);
  await assert.rejects(ended().renew("alice", readerOf));
});

test("a page without the switch has nothing to subscribe with", () => {
  assert.deepEqual(switchIn(PAGE), { key: "KEY", address: "/on/", token: "T0ken" });
  for (const part of ["data-push-key", "data-push-address", "csrfmiddlewaretoken"]) assert.equal(switchIn(PAGE.replace(part, "x")), null);
});
