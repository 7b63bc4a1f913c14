// Uploads files with a report of its progress, and stops when it is told to.

// `progress(percent)` is called on the way. Resolves to {isStored, isCancelled, title}; `title` is the server's reason against it.
export const upload = (url, token, name, files, { progress, signal, XHR = globalThis.XMLHttpRequest }) => new Promise((done) => {
  const data = new FormData();
  files.forEach((file) => data.append(name, file));
  const request = new XHR();
  request.open("POST", url);
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
  });
  request.addEventListener("load", () => {
    let told = {};
    // A page instead of JSON says that somebody is signed out, or that the request was too large.
    try { told = JSON.parse(request.responseText); } catch { /* no reason is known */ }
    done({ isStored: request.status === 201, isCancelled: false, title: told.detail ?? told.title ?? "" });
  });
  request.addEventListener("error", () => done({ isStored: false, isCancelled: false, title: "" }));
  request.addEventListener("abort", () => done({ isStored: false, isCancelled: true, title: "" }));
  signal.addEventListener("abort", () => request.abort());
  request.send(data);
});
