// Counts down to the deadline. The server's clock decides; this page only measures how long it has been open, also through sleep.

export const secondsLeft = (end, now) => Math.max(0, Math.ceil((end - now) / 1000));
export const asClock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
// A screen reader speaks every five minutes and at the last minute, not every second.
export const isSpoken = (seconds) => seconds > 0 && seconds % 60 === 0 && (seconds % 300 === 0 || seconds === 60);

// `deadlineNow()` returns the deadline that the server has now, in ms: an instructor may have given more time since the page
// was loaded, or removed the limit (Infinity). It returns null when the server cannot be asked.
export const countdown = ({ end, now, show, speak, deadlineNow, unlimited, over, clock = globalThis }) => {
  let ticking = null;

  const tick = () => {
    const seconds = secondsLeft(end, now());
    show(seconds);
    if (isSpoken(seconds)) speak(seconds / 60);
    if (seconds > 0 || ticking === null) return;
    clock.clearInterval(ticking);
    ticking = null;
    runOut();
  };
  const start = () => { ticking = clock.setInterval(tick, 1000); tick(); };
  const runOut = async () => {
    const later = await deadlineNow();
    if (later === Infinity) unlimited();
    else if (later > end) { end = later; start(); }
    else over();
  };

  start();
  // Timers stand still while the device sleeps or the tab is hidden.
  return { look: () => { if (ticking !== null) tick(); } };
};
