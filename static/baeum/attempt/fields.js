// Reads and fills the fields of one question: on this page, or on the page as the server has it now.

const FIELDS = "input:not([type=file]), select, textarea";
const TICKED = new Set(["radio", "checkbox"]);
export const WRITTEN = "input[type=text], textarea";

export const inputsOf = (field) => [...field.querySelectorAll(FIELDS)];
const isGiven = (input) => (TICKED.has(input.type) ? input.checked : Boolean(input.value.trim()));
// A question that has been checked has no inputs left, and had an answer.
export const isAnswered = (field) => "checked" in field.dataset || inputsOf(field).some(isGiven)
  || Boolean(field.querySelector(".files li"));

export const valuesOf = (field) => inputsOf(field)
  .filter((input) => !TICKED.has(input.type) || input.checked)
  .map((input) => [input.name, input.value]);
export const isSame = (one, other) => {
  const given = (values) => JSON.stringify(values.filter(([, value]) => value !== "").sort());
  return given(one) === given(other);
};

export const fill = (field, values) => {
  inputsOf(field).forEach((input) => {
    const given = values.filter(([name]) => name === input.name).map(([, value]) => value);
    if (TICKED.has(input.type)) input.checked = given.includes(input.value);
    else input.value = given[0] ?? "";
  });
  // What a script of the page has made of the fields follows.
  field.dispatchEvent(new Event("filled"));
};

// The answer as a reader sees it, one line for each part.
export const readable = (field) => {
  const labelOf = (input) => {
    const id = input.getAttribute("aria-labelledby");
    return (id ? field.ownerDocument.getElementById(id)?.textContent : input.closest("label")?.textContent) ?? "";
  };
  return inputsOf(field).filter(isGiven).map((input) => {
    if (TICKED.has(input.type)) return labelOf(input).trim();
    if (input.tagName === "SELECT") return `${labelOf(input).trim()}: ${input.selectedOptions[0].textContent.trim()}`;
    return input.value;
  }).join("\n");
};
