// A button copies what its field contains and says so. Without a clipboard (a page that is not encrypted) there is none.
for (const button of document.querySelectorAll("button[data-copy-from]")) {
  if (!navigator.clipboard) break;
  const text = button.textContent;
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copyFrom);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = said.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = text; said.textContent = ""; }, 2500);
  });
}
