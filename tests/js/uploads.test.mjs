import assert from "node:assert/strict";
import { test } from "node:test";

import { upload } from "../../static/baeum/attempt/uploads.js";

// A request that the test answers. Its last one is `Request.last`.
class Request extends EventTarget {
  upload = new EventTarget();
  headers = {};
  status = 0;
  responseText = "";
  constructor() { super(); Request.last = this; }
  open(method, url) { this.sent = [method, url]; }
  setRequestHeader(name, value) { this.headers[name] = value; }
  send(data) { this.data = data; }
  abort() { this.dispatchEvent(new Event("abort")); }
  answer(status, text) { this.status = status; this.responseText = text; this.dispatchEvent(new Event("load")); }
}
const start = () => {
  const seen = [];
  const leaving = new AbortController();
  const files = [new File(["a"], "a.txt"), new File(["b"], "b.txt")];
  const done = upload("/files/", "token", "q1:files", files, {
    progress: (percent) => seen.push(percent), signal: leaving.signal, XHR: Request,
  });
  return { done, seen, leaving, request: Request.last };
};

test("all chosen files are sent in one request", async () => {
  const { done, request } = start();
  assert.deepEqual(request.sent, ["POST", "/files/"]);
  assert.deepEqual(request.headers, { "X-CSRFToken": "token", Accept: "application/json" });
  assert.deepEqual(request.data.getAll("q1:files").map((file) => file.name), ["a.txt", "b.txt"]);
  request.answer(201, '{"files": 2}');
  assert.deepEqual(await done, { isStored: true, isCancelled: false, title: "" });
});

test("progress is told in whole percent, where the length is known", async () => {
  const { done, seen, request } = start();
  const tell = (more) => request.upload.dispatchEvent(Object.assign(new Event("progress"), more));
  tell({ lengthComputable: false, loaded: 5, total: 0 });
  tell({ lengthComputable: true, loaded: 999, total: 2000 });
  request.answer(201, "{}");
  await done;
  assert.deepEqual(seen, [49]);
});

test("a refusal says the server's reason", async () => {
  const { done, request } = start();
  request.answer(400, '{"title": "This type of file is not accepted here."}');
  assert.deepEqual(await done, { isStored: false, isCancelled: false, title: "This type of file is not accepted here." });
});

test("a page instead of an answer, or no network, stores nothing", async () => {
  const signedOut = start();
  signedOut.request.answer(200, "<html>");
  assert.deepEqual(await signedOut.done, { isStored: false, isCancelled: false, title: "" });
  const offline = start();
  offline.request.dispatchEvent(new Event("error"));
  assert.deepEqual(await offline.done, { isStored: false, isCancelled: false, title: "" });
});

test("an upload can be cancelled", async () => {
  const { done, leaving } = start();
  leaving.abort();
  assert.deepEqual(await done, { isStored: false, isCancelled: true, title: "" });
});
