// Keys for the slides: arrows, space, Page Up and Down, Home, End; N shows the notes, F fills the screen.
const slides = [...document.querySelectorAll(".slide")];

function current() {
  const middle = window.innerHeight / 2;
  const found = slides.findIndex((slide) => slide.getBoundingClientRect().bottom > middle);
  return found < 0 ? slides.length - 1 : found;
}

function show(number) {
  const slide = slides[Math.min(Math.max(number, 0), slides.length - 1)];
  slide.scrollIntoView();
  slide.focus({ preventScroll: true });
}

const MOVES = {
  ArrowRight: () => current() + 1,
  ArrowDown: () => current() + 1,
  PageDown: () => current() + 1,
  " ": () => current() + 1,
  ArrowLeft: () => current() - 1,
  ArrowUp: () => current() - 1,
  PageUp: () => current() - 1,
  Home: () => 0,
  End: () => slides.length - 1,
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("summary, a")) return;
  if (event.key in MOVES) {
    event.preventDefault();
    show(MOVES[event.key]());
  } else if (event.key === "n" || event.key === "N") {
    for (const notes of document.querySelectorAll(".notes")) notes.open = !notes.open;
  } else if (event.key === "f" || event.key === "F") {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }
});
