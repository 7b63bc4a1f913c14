import assert from "node:assert/strict";
import { test } from "node:test";

import * as rules from "../../static/baeum/offline/rules.js";

test("only the page of a lesson is a lesson", () => {
  assert.ok(rules.isLesson("/courses/week-2/lessons/a-b/"));
  for (const path of [
    "/courses/week-2/", "/courses/week-2/quizzes/q/", "/courses/week-2/lessons/a-b/notes/", "/courses/week-2/lessons/a-b/done/",
    "/admin/workspace/week-2/preview/lessons/a-b/", "/attempts/1/result/",
  ]) assert.equal(rules.isLesson(path), false, path);
});

test("data, files and pages of staff are left to the network", () => {
  for (const path of ["/admin/", "/api/v1/courses", "/_allauth/app/v1/auth/login", "/sw.js", "/offline/ko/", "/courses/c/files/a.csv",
    "/calendar/secret/baeum.ics", "/inbox/1/"]) assert.equal(rules.isPage(path), false, path);
  for (const path of ["/", "/courses/", "/accounts/login/", "/attempts/1/"]) assert.ok(rules.isPage(path), path);
});

test("after what may change the person nobody is known", () => {
  for (const path of ["/accounts/login/", "/accounts/logout/", "/accounts/signup/", "/accounts/handover/token/",
    "/accounts/password/reset/key/1-set-password/"]) {
    assert.ok(rules.mayChangePerson("POST", path), path);
    assert.equal(rules.mayChangePerson("GET", path), false, path);
  }
  for (const path of ["/accounts/theme/", "/accounts/language/", "/courses/c/enrol/"]) {
    assert.equal(rules.mayChangePerson("POST", path), false, path);
  }
  assert.ok(rules.isSignOut("POST", "/accounts/logout/"));
  assert.equal(rules.isSignOut("GET", "/accounts/logout/"), false);
});

test("a fingerprint is seen in both kinds of addresses", () => {
  for (const address of ["/static/a.css?v=18ab3", "/static/a.0123456789ab.js", "/static/F.76950eaa.woff2"]) {
    assert.ok(rules.isHashed(address), address);
  }
  for (const address of ["/static/a.css", "/static/a.min.js", "/static/a.css?w=1"]) assert.equal(rules.isHashed(address), false, address);
});

test("a page needs its static files and pictures, not what it links to", () => {
  const html = `<link href="/static/a.css?v=1&amp;w=2"><use href="/static/icons.svg#tick"><img src="/courses/c/files/p.png?v=1">
    <a href="/courses/c/files/data.csv"></a><a href="/courses/"></a><section data-module="/static/n.js"></section>
    <img src="https://else.example/static/x.png"><link href="/static/a.css?v=1&amp;w=2">`;
  assert.deepEqual(rules.neededBy(html),
    ["/static/a.css?v=1&w=2", "/static/icons.svg", "/courses/c/files/p.png?v=1", "/static/n.js"]);
});

test("a module needs those that it imports", () => {
  const source = 'import { a } from "./a.js";\nimport "./b.js";\nexport const c = 1;\nimport d from "elsewhere";';
  assert.deepEqual(rules.importedBy(source, "/static/notes/main.js?v=1"), ["/static/notes/a.js", "/static/notes/b.js"]);
});

test("the oldest pages go first, by number and by bytes", () => {
  const entries = [{ at: 1, bytes: 10 }, { at: 3, bytes: 10 }, { at: 2, bytes: 10 }];
  assert.deepEqual(rules.tooMany(entries, { count: 9, bytes: 30 }), []);
  assert.deepEqual(rules.tooMany(entries, { count: 2, bytes: 99 }).map(({ at }) => at), [1]);
  assert.deepEqual(rules.tooMany(entries, { count: 9, bytes: 15 }).map(({ at }) => at), [2, 1]);
});

test("a page that was kept says so, and nothing else of it changes", () => {
  const html = '<body><header></header><main id="content">$& Text</main></body>';
  const shown = rules.withBar(html, { text: "Kept <{moment}>", again: "A & B", at: 0, language: "en" });
  const [before, after] = shown.split('<main id="content">');
  assert.equal(after, "$& Text</main></body>");
  assert.match(before, /Kept &lt;.*1970.*&gt;/);
  assert.match(before, /A &amp; B/);
});

test("what can be read is listed by course, the last one first, by the numbers of lessons; texts of authors stay texts", () => {
  const entries = [
    { path: "/10/", course: "A", title: "3-10 <b>", at: 1 }, { path: "/b/", course: "B", title: "two", at: 3 },
    { path: "/9/", course: "A", title: "3-9 c", at: 2 }, { path: "/2/", course: "A", title: "3-2 d", at: 0 },
  ];
  const list = rules.listed(entries, { asOf: "as of {moment}", language: "en" });
  assert.deepEqual([...list.matchAll(/href="([^"]+)"/g)].map(([, path]) => path), ["/b/", "/2/", "/9/", "/10/"]);
  assert.deepEqual([...list.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, course]) => course), ["B", "A"]);
  assert.match(list, /3-10 &lt;b&gt;/);
});

test("titles are read from the page of a lesson, with signs and without", () => {
  const way = '<li><a href="/courses/c-1/">R &amp; D</a></li>\n    <li>3-2</li>';
  assert.deepEqual(rules.titlesIn(`<title>A &lt;b&gt; · Baeum</title>${way}`, "/courses/c-1/lessons/l/"), { course: "R & D", title: "3-2 A <b>" });
  assert.deepEqual(rules.titlesIn("<p>none</p>", "/courses/c-1/lessons/l/"), { course: "", title: "" });
});

test("a module's imports are found beside it and above it", () => {
  const source = 'import { a } from "./a.js";\nimport { b } from "../b/b.js";';
  assert.deepEqual(rules.importedBy(source, "/static/c/main.js"), ["/static/c/a.js", "/static/b/b.js"]);
});
