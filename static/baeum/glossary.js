// Owns the filter of the glossary while its reader types. Without script the form asks the server, which finds the same terms.
const field = document.querySelector(".find-term [name=q]");
// The consonants with which Hangul syllables begin, in the order of the syllables. The first syllable is U+AC00, the last U+D7A3.
const CONSONANTS = "\u3131\u3132\u3134\u3137\u3138\u3139\u3141\u3142\u3143\u3145\u3146\u3147\u3148\u3149\u314a\u314b\u314c\u314d\u314e";
const plain = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
const consonantsOf = (text) => [...text.normalize("NFC")]
  .filter((letter) => letter >= "\uac00" && letter <= "\ud7a3")
  .map((letter) => CONSONANTS[Math.floor((letter.charCodeAt(0) - 0xac00) / 588)]).join("");

const start = () => {
  const [status, nothing] = [document.querySelector("[data-some]"), document.querySelector("[data-nothing]")];
  const all = status.textContent;
  const letters = [...document.querySelectorAll(".letter")].map((section) => ({
    section,
    jump: document.querySelector(`.letters a[href="#${section.querySelector("h2").id}"]`)?.parentElement,
    terms: [...section.querySelectorAll("dl > div")].map((element) => ({
      element,
      text: plain(element.textContent),
      consonants: consonantsOf(element.querySelector("dt").textContent),
    })),
  }));
  const count = letters.reduce((sum, { terms }) => sum + terms.length, 0);
  const filter = () => {
    const wanted = plain(field.value);
    const together = wanted.replaceAll(" ", "");
    const byConsonants = together && [...together].every((letter) => CONSONANTS.includes(letter));
    let found = 0;
    for (const { section, jump, terms } of letters) {
      let shown = 0;
      for (const { element, text, consonants } of terms) {
        element.hidden = !text.includes(wanted) && !(byConsonants && consonants.includes(together));
        if (!element.hidden) shown += 1;
      }
      section.hidden = !shown;
      if (jump) jump.hidden = !shown;
      found += shown;
    }
    nothing.hidden = found > 0;
    status.textContent = wanted ? status.dataset.some.replace("{found}", found).replace("{all}", count) : all;
    const address = new URL(location.href);
    if (wanted) address.searchParams.set("q", field.value.trim());
    else address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
  };
  field.addEventListener("input", filter);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  nothing.querySelector("[data-all]").addEventListener("click", (event) => {
    event.preventDefault();
    field.value = "";
    filter();
    field.focus();
  });
};
// A page that the server has filtered already lacks the other terms: there the form goes on asking the server.
if (field && !field.defaultValue) start();
