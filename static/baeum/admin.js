// Keeps unfold from writing the name of a chosen file into the first text field nearby: here that is the title of a lesson, or the words
// that say what a figure shows. It does so for its own file fields, which no form of the admin has.
document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll("input[type=file]")) input.hasChangeListener = true;
});
// The place to go on: a browser may drop an autofocus, as Chromium did on a busy machine. baeum.js does it on the pages of students.
document.addEventListener("DOMContentLoaded", () => {
  const start = document.querySelector("[autofocus]");
  if (start && document.activeElement === document.body && !document.querySelector(":target")) start.focus();
});
