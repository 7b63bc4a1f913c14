// Shows notifications that the site sends (docs/decisions/0070), and opens what they are about. A message is declarative: a browser
// that understands it shows it without this file.

const MESSAGE = 8030;

// The message as {title, body, ...}; null if it is none.
export const noticeIn = (data) => {
  try {
    const { web_push: version, notification } = data.json();
    return version === MESSAGE && typeof notification.title === "string" ? notification : null;
  } catch { return null; }
};
// The address of this site that a notification leads to: `home` if it leads elsewhere.
export const addressIn = (address, origin, home) => {
  try {
    const found = new URL(address, origin);
    if (found.origin === origin) return found.href;
  } catch { /* Not an address. */ }
  return new URL(home, origin).href;
};

// What a subscription needs, in the page that switches notifications on: the site's key, where to send, and the token of its form.
export const switchIn = (html) => {
  const [key, address, token] = [/data-push-key="([^"]+)"/, /data-push-address="([^"]+)"/, /name="csrfmiddlewaretoken" value="([^"]+)"/]
    .map((part) => part.exec(html)?.[1]);
  return key && address && token ? { key, address, token } : null;
};

// `home` is the page that lists messages, `devices` the one that switches notifications on, and `icon` a picture.
export const notices = ({ scope, home, devices, icon }) => {
  const { origin } = scope.location;
  return {
    // A browser that gets a message must show something, so what cannot be read is shown as `unknown`.
    show: (data, unknown) => {
      const { title, body, navigate, lang, dir, tag } = noticeIn(data) ?? { title: "Baeum", body: unknown };
      const options = { body, lang, dir, tag, icon, badge: icon, data: addressIn(navigate ?? home, origin, home) };
      return scope.registration.showNotification(title, Object.fromEntries(Object.entries(options).filter(([, value]) => value)));
    },
    open: async (notification) => {
      notification.close();
      const address = addressIn(notification.data, origin, home);
      const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
      const open = windows.find(({ url }) => url === address);
      // A window that shows something else keeps it: somebody may be writing there.
      return open ? open.focus() : scope.clients.openWindow(address);
    },
    // Subscribes anew after the push service has ended what the browser was subscribed to, for the person who had switched
    // notifications on. Returns whether that is settled; it is not while the site is away. `readerOf` says whose a page is.
    renew: async (subscriber, readerOf) => {
      const page = await scope.fetch(devices, { cache: "no-store", redirect: "manual" });
      if (page.status >= 500) return false;
      const found = readerOf(page) === subscriber && switchIn(await page.text());
      // Somebody else is signed in here now, or nobody.
      if (!found) return true;
      const { pushManager } = scope.registration;
      await (await pushManager.getSubscription())?.unsubscribe();
      const { endpoint, keys } = (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: found.key })).toJSON();
      const body = new URLSearchParams({ csrfmiddlewaretoken: found.token, endpoint, ...keys, server_key: found.key });
      return (await scope.fetch(found.address, { method: "POST", body })).status < 500;
    },
    // Ends what the browser was subscribed to.
    leave: async () => (await scope.registration.pushManager?.getSubscription())?.unsubscribe(),
  };
};
