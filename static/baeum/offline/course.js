// The button on the page of a course that downloads its lessons. The worker downloads; this page shows how far it is.

const place = document.querySelector("[data-module][data-course]");
const said = place.querySelector("[data-said]");
const button = place.querySelector("[data-download]");
const { course, pages, ...text } = place.dataset;
const first = button.textContent;
const made = (label, act) => {
  const found = document.createElement("button");
  found.type = "button";
  found.className = "link-button";
  found.textContent = label;
  found.addEventListener("click", act);
  return found;
};
const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
bar.setAttribute("aria-label", button.textContent.trim());
const cancel = made(text.cancel, () => ask("cancel"));
const remove = made(text.remove, () => { button.focus(); ask("remove"); });

// What the worker reports: {state, said, done, all} on the way, {state, said, pages} otherwise. `pages` is how many are kept.
const show = (report) => {
  const isLoading = report.state === "loading";
  const hadFocus = document.activeElement === cancel;
  if (report.said) said.textContent = report.said;
  button.hidden = isLoading;
  if (isLoading) {
    bar.max = report.all;
    bar.value = report.done;
    if (!bar.isConnected) said.after(bar, cancel);
    if (document.activeElement === document.body) cancel.focus();
  } else {
    bar.remove();
    cancel.remove();
  }
  if (report.pages && !isLoading) said.after(remove);
  else remove.remove();
  button.textContent = report.pages ? text.update : first;
  if (hadFocus && !isLoading) button.focus();
};
const ask = async (what) => {
  const worker = (await navigator.serviceWorker.ready).active;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => show(data);
  worker.postMessage({ what, course, pages, language: document.documentElement.lang }, [port2]);
};

// An author who looks at a draft downloads nothing.
if (navigator.serviceWorker && !document.querySelector(".preview-banner")) {
  button.setAttribute("role", "button");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    // A browser that keeps nothing has no worker. Then the link leads to a page that says so.
    if (await navigator.serviceWorker.getRegistration()) ask("download");
    else location.assign(button.href);
  });
  button.addEventListener("keydown", (event) => {
    if (event.key === " ") { event.preventDefault(); button.click(); }
  });
  ask("look");
}
