// The switch for notifications in this browser. It asks for permission only when somebody presses the button.

const place = document.querySelector("[data-push-key]");
const button = place.querySelector("[data-push-on]");
const said = place.querySelector("[data-push-said]");
const { pushKey: key, isOn, failed } = place.dataset;
const isSupported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const subscription = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
const state = async () => {
  if (!isSupported) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return isOn && await subscription() ? "on" : "off";
};
const show = (name) => {
  for (const part of place.querySelectorAll("[data-push-state]")) part.hidden = part.dataset.pushState !== name;
};
const keyOf = (found) => btoa(String.fromCharCode(...new Uint8Array(found.options.applicationServerKey ?? [])))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The subscription of this browser with the site's newest key.
const subscribe = async () => {
  await navigator.serviceWorker.register(document.querySelector("[data-worker]").dataset.worker, { updateViaCache: "all" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const former = await pushManager.getSubscription();
  if (former && keyOf(former) === key) return former;
  await former?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};
const tellServer = async (found) => {
  const { endpoint, keys } = found.toJSON();
  const form = new FormData(place.querySelector("form"));
  for (const [name, value] of Object.entries({ endpoint, ...keys, server_key: key })) form.set(name, value);
  const answer = await fetch(place.dataset.pushAddress, { method: "POST", body: form });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).problem ?? failed);
};
// The worker remembers whose notifications these are, and ends them when somebody else signs in.
const tellWorker = async () => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  await new Promise((done) => {
    port1.onmessage = done;
    active.postMessage({ what: "subscribed" }, [port2]);
  });
};
const switchOn = async () => {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return show(await state());
  const found = await subscribe();
  await tellServer(found);
  await tellWorker();
  return location.reload();
};

button.addEventListener("click", async () => {
  button.disabled = true;
  said.textContent = "";
  try {
    await switchOn();
  } catch (error) {
    said.textContent = error instanceof DOMException || error instanceof TypeError ? failed : error.message;
  }
  button.disabled = false;
});
show(await state());
