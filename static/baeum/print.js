// Owns the button that opens the browser's print dialog. Without script the page says what to do.
const button = document.querySelector("[data-print]");
button.parentElement.hidden = false;
button.addEventListener("click", () => print());
