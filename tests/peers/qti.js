// Runs in a page: shows an item of QTI 3.0 by @citolab/qti-components and lets it score responses.
// Returns {texts: {identifier: text of a choice}, scores: [SCORE or the error of each response]}.
async ([xml, responses]) => {
  // A formula is drawn by MathML with its TeX beside it, which a browser doesn't show. Our plain text of a formula is the TeX.
  const text = (choice) => {
    const copy = choice.cloneNode(true);
    for (const formula of copy.querySelectorAll("math")) {
      const tex = formula.querySelector('annotation[encoding="application/x-tex"]');
      if (tex) formula.replaceWith(tex.textContent);
    }
    return copy.textContent;
  };
  document.body.innerHTML = "<qti-item><item-container></item-container></qti-item>";
  const connected = new Promise((found) => {
    document.addEventListener("qti-assessment-item-connected", (event) => found(event.detail), { once: true });
  });
  document.querySelector("item-container").itemDoc = qti.qtiTransformItem().parse(xml).htmlDoc();
  const item = await connected;
  await item.updateComplete;
  const choices = [...item.querySelectorAll("qti-simple-choice, qti-simple-associable-choice")];
  const texts = Object.fromEntries(choices.map((choice) => [choice.getAttribute("identifier"), text(choice)]));
  const scores = responses.map((response) => {
    item.resetResponses();
    for (const [name, value] of Object.entries(response)) item.updateResponseVariable(name, value);
    try {
      item.processResponse();
      return Number(item.getOutcome("SCORE").value);
    } catch (error) {
      return String(error);
    }
  });
  return { texts, scores };
}
