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

// `home` is the page that lists messages, and `icon` a picture.
export const notices = ({ scope, home, icon }) => {
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
    // Ends what the browser was subscribed to.
    leave: async () => (await scope.registration.pushManager?.getSubscription())?.unsubscribe(),
  };
};
