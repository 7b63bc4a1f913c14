import assert from "node:assert/strict";
import { test } from "node:test";

import { DOWNLOAD_LIMIT, Full, LONGEST, OPENED_LIMITS, shelf } from "../../static/baeum/offline/shelf.js";
import { Caches, site } from "./fake-caches.mjs";

const LESSON = { "X-Lesson": "1", "Content-Type": "text/html", "Set-Cookie": "secret", "X-Reader": "alice" };
const lesson = (text) => new Response(text, { headers: LESSON });
const FILES = { "/static/a.css?v=1": "css", "/courses/c/files/p.png?v=1": "picture", "/static/m.js?v=1": 'import "./n.js";', "/static/n.js": "" };
const PAGE = '<link href="/static/a.css?v=1"><img src="/courses/c/files/p.png?v=1"><i data-module="/static/m.js?v=1"></i>';

const make = (answers = FILES) => {
  const world = { caches: new Caches(), now: 1000 + LONGEST, reader: "alice", ...site({ ...answers }) };
  world.shelf = shelf({
    caches: world.caches, fetch: world.fetch, now: () => world.now, isReader: (reader) => reader === world.reader,
  });
  return world;
};

test("an opened lesson is kept with its pictures, and its files are kept once for all", async () => {
  const world = make();
  await world.shelf.keepOpened("alice", "/l/", lesson(PAGE));
  assert.deepEqual(await world.caches.paths("baeum:of:alice:opened"), ["/courses/c/files/p.png?v=1", "/l/"]);
  assert.deepEqual(await world.caches.paths("baeum:static"), ["/static/a.css?v=1", "/static/m.js?v=1", "/static/n.js"]);
  await world.shelf.keepOpened("alice", "/l2/", lesson(PAGE));
  assert.equal(world.asked.length, 4);
  const found = await world.shelf.find("alice", "/l/");
  assert.equal(await found.text(), PAGE);
  assert.deepEqual([found.headers.get("set-cookie"), found.headers.get("x-reader")], [null, null]);
});

test("what is kept of one person is not found for another, whatever the other is called", async () => {
  const world = make();
  await world.shelf.keepOpened("alice", "/l/", lesson(PAGE));
  for (const other of ["bob", "al", "alice:", ""]) {
    assert.equal(await world.shelf.find(other, "/l/"), null, other);
    assert.deepEqual(await world.shelf.readable(other), [], other);
  }
});

test("forgetting others leaves the person's own", async () => {
  const world = make();
  await world.shelf.keepOpened("alice", "/l/", lesson("A"));
  await world.shelf.forgetOthers("alice");
  assert.equal((await world.shelf.readable("alice")).length, 1);
  await world.shelf.forgetOthers("ali");
  assert.deepEqual(await world.caches.paths("baeum:of:"), []);
});

test("somebody who signs out while a page is stored keeps nothing", async () => {
  const world = make();
  const keeping = world.shelf.keepOpened("alice", "/l/", lesson(PAGE));
  world.reader = "";
  await keeping;
  assert.deepEqual(await world.caches.paths("baeum:of:"), []);
});

test("a page without one of its pictures is kept, but no download is", async () => {
  const world = make({});
  await world.shelf.keepOpened("alice", "/l/", lesson(PAGE));
  assert.ok(await world.shelf.find("alice", "/l/"));
  await assert.rejects(world.shelf.keepDownloaded("alice", "c", "/l2/", lesson(PAGE)), TypeError);
  assert.equal(await world.shelf.sizeOf("alice", "c"), null);
});

test("the oldest opened lessons go, with what only they have shown", async () => {
  const world = make({ "/courses/c/files/p.png?v=1": "picture" });
  await world.shelf.keepOpened("alice", "/0/", lesson('<img src="/courses/c/files/p.png?v=1">'));
  for (let number = 1; number <= OPENED_LIMITS.count; number += 1) {
    world.now += 1;
    await world.shelf.keepOpened("alice", `/${number}/`, lesson("text"));
  }
  const paths = await world.caches.paths("baeum:of:alice:opened");
  assert.equal(paths.length, OPENED_LIMITS.count);
  assert.ok(!paths.includes("/0/"));
  assert.ok(!paths.includes("/courses/c/files/p.png?v=1"));
});

test("what was kept longer ago than a session lasts is not shown", async () => {
  const world = make();
  await world.shelf.keepOpened("alice", "/l/", lesson("text"));
  world.now += LONGEST;
  assert.equal(await world.shelf.find("alice", "/l/"), null);
  assert.deepEqual(await world.shelf.readable("alice"), []);
  await world.shelf.keepOpened("alice", "/next/", lesson("text"));
  assert.deepEqual(await world.caches.paths("baeum:of:"), ["/next/"]);
});

const NEW = '<title>T · Baeum</title><li><a href="/courses/c/">C</a></li><li>3-1</li>';

test("of two copies the newer one is found and listed", async () => {
  const world = make();
  const path = "/courses/c/lessons/l/";
  await world.shelf.keepDownloaded("alice", "c", path, lesson("old"));
  world.now += 1;
  await world.shelf.keepOpened("alice", path, lesson(NEW));
  assert.equal(await (await world.shelf.find("alice", path)).text(), NEW);
  assert.deepEqual(await world.shelf.readable("alice"), [{ path, title: "3-1 T", course: "C", at: world.now }]);
});

test("a download has a size, and goes as one", async () => {
  const world = make();
  assert.equal(await world.shelf.sizeOf("alice", "c"), null);
  await world.shelf.keepDownloaded("alice", "c", "/l/", lesson(PAGE));
  await world.shelf.keepOpened("alice", "/o/", lesson("opened"));
  const size = await world.shelf.sizeOf("alice", "c");
  assert.deepEqual(size, { pages: 1, bytes: PAGE.length + "picture".length, at: world.now });
  await world.shelf.remove("alice", "c");
  assert.deepEqual(await world.caches.paths("baeum:of:"), ["/o/"]);
  assert.deepEqual(await world.caches.paths("baeum:static"), ["/static/n.js"]);
});

test("downloads have a limit", async () => {
  const world = make();
  const large = new Response(new Uint8Array(DOWNLOAD_LIMIT + 1), { headers: LESSON });
  await world.shelf.keepDownloaded("alice", "c", "/l/", large);
  await assert.rejects(world.shelf.keepDownloaded("alice", "d", "/m/", lesson("text")), Full);
});

test("a lesson that may no longer be read is dropped wherever it is", async () => {
  const world = make();
  await world.shelf.keepDownloaded("alice", "c", "/l/", lesson("text"));
  await world.shelf.keepOpened("alice", "/l/", lesson("text"));
  await world.shelf.drop("alice", "/l/");
  assert.equal(await world.shelf.find("alice", "/l/"), null);
});

test("a new version replaces the pages that stand for others, and their files", async () => {
  const world = make({ "/offline/en/": '<link href="/static/a.css?v=1">', "/static/a.css?v=1": "old", "/static/a.css?v=2": "new" });
  await world.shelf.keepShell("1", ["/offline/en/"]);
  world.answers["/offline/en/"] = '<link href="/static/a.css?v=2">';
  await world.shelf.keepShell("2", ["/offline/en/"]);
  await world.shelf.dropOldShells("2");
  assert.deepEqual((await world.caches.keys()).filter((name) => name.startsWith("baeum:shell:")), ["baeum:shell:2"]);
  assert.deepEqual(await world.caches.paths("baeum:static"), ["/static/a.css?v=2"]);
});

test("the files of a former version stay while a page that was kept needs them", async () => {
  const world = make();
  await world.shelf.keepOpened("alice", "/l/", lesson('<link href="/static/a.css?v=1">'));
  await world.shelf.dropOldShells("2");
  assert.deepEqual(await world.caches.paths("baeum:static"), ["/static/a.css?v=1"]);
});
