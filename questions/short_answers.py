"""Compare a short answer with the texts that its author accepts, and name the rule that decided.

The rules, in order; the first that applies decides:

1. `exact`: the same after `normalise`, which ignores case, width, spaces, hyphens, full stops and the slash of A/B, but
   not signs that change a number: 1.5 is not 15, and -1 is not 1. Accepted.
2. `known-wrong`: equal, after rule 1 or 3, to an answer that the author lists as wrong. Rejected.
3. `ending`: the same after removing sentence parts around the term: "정답은 …", "…입니다", "…이라고 해요", one particle
   that fits its noun (은/는, 이/가, 을/를, 이란/란), "the answer is …", an article, an English plural's s. Accepted.
4. `both-names`: several names, and each is accepted by itself: "지도학습(supervised learning)". Accepted.
5. `contains`: the answer contains the term as whole words, among other words. A person decides: "지도학습이 아니다".
6. `near-miss`: the answer differs from an accepted text by one typing error. A person decides.
7. `no-match`: no other rule applies. Rejected.

A changed prefix or digit is not a typing error: 비지도학습 is not 지도학습, 과소적합 is not 과적합, GPT-4 is not GPT-3.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["accept", "reject", "review"]

# Endings after a noun, without spaces, longest first: copula, "is called", "I think it is".
COPULAS = sorted(
    (
        "입니다", "이에요", "예요", "에요", "이예요", "이다", "다", "이요", "요", "임", "이야", "야",
        *(f"{quote}{verb}" for quote in ("이라고", "라고") for verb in (
            "합니다", "해요", "한다", "부릅니다", "불러요", "부른다", "생각합니다", "생각해요",
        )),
    ),
    key=len,
    reverse=True,
)  # fmt: skip
# Particles, by the last sound of the noun. Others (도, 만, 로, 의 …) are left out: they also end words, as in 정확도.
AFTER_CONSONANT = ("이란", "은", "이", "을")
AFTER_VOWEL = ("란", "는", "가", "를")
LEADS = re.compile(
    r"^(?:정답은|답은|정답|답)\s*[:은]?\s*|^(?:the\s+answer\s+is|answer\s*:|it\s+is|it's|its)\s+", re.IGNORECASE
)
ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
SEPARATORS = re.compile(r"[()\[\]/,;·=]|\s또는\s|\sor\s", re.IGNORECASE)
# A hyphen does not separate words: un-supervised is one word.
WORDS = re.compile(r"[^\w+#\-‐‑–—]+")
# Minimum length of a word in which one letter may be a typing error.
SLIP_HANGUL, SLIP_LATIN = 3, 5


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and the `rule` that gave it.

    `matched` is the author's text that was compared ("" if none); `compared` is the form of the answer that was compared.
    """

    verdict: Verdict
    rule: str
    matched: str
    compared: str


# A slash between two single letters, as in A/B and I/O. Between words a slash means "or".
STROKE = re.compile(r"(?<![a-z])([a-z])\s*/\s*([a-z])(?![a-z])")
# Hyphens and full stops outside of numbers. A sign between two digits, or first before a digit, is inside.
NO_PART_OF_A_NUMBER = re.compile(r"[.-](?!\d)|(?<!\d)(?!^)[.-]")


def normalise(text: str) -> str:
    """Return the form in which short answers are compared.

    The text is NFKC normalised and case folded. Spaces, invisible format characters, hyphens, full stops and the slash
    of A/B are removed; hyphens and full stops in numbers are kept.

    NFKC converts full-width characters to half width and composes Hangul. It runs again after case folding, which may decompose
    characters. NFKC and the slash rule run again after the removals, which may bring a letter next to an accent or a slash.
    """
    folded = STROKE.sub(r"\1\2", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    written = "".join(_sign(c) for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    return unicodedata.normalize("NFKC", STROKE.sub(r"\1\2", NO_PART_OF_A_NUMBER.sub("", written)))


def _sign(character: str) -> str:
    """Return "-" for every hyphen, dash and minus sign, and "." for both full stops."""
    if character == "−" or unicodedata.category(character) == "Pd":
        return "-"
    return "." if character == "。" else character


def decide(answer: str, accept: Sequence[str], wrong: Iterable[str] = ()) -> Decision:
    """Compare `answer` with the accepted texts and the known wrong texts; the first rule that applies decides."""
    accepted = {normalise(text): text for text in reversed(accept)}
    known = {normalise(text): text for text in wrong}
    given = normalise(answer)
    if given in accepted:
        return Decision("accept", "exact", accepted[given], given)
    bare = _bare_forms(answer)
    for form in (given, *bare):
        if form in known:
            return Decision("reject", "known-wrong", known[form], form)
    for form in bare:
        if form in accepted:
            return Decision("accept", "ending", accepted[form], form)
        # An English plural of an accepted singular.
        if form.endswith("s") and len(form) > SLIP_LATIN and form[:-1] in accepted and not form.endswith("ss"):
            return Decision("accept", "ending", accepted[form[:-1]], form)
    return _by_parts(answer, accepted, known) or _for_a_person(answer, given, accepted)


def _by_parts(answer: str, accepted: dict[str, str], known: dict[str, str]) -> Decision | None:
    """Apply rule 4. If only some names are accepted, a known wrong name is rejected; otherwise a person decides."""
    parts = [part for part in SEPARATORS.split(_plain(answer)) if normalise(part)]
    if len(parts) < 2:
        return None
    hits = [next((form for form in (normalise(part), *_bare_forms(part)) if form in accepted), None) for part in parts]
    found = [hit for hit in hits if hit is not None]
    if not found:
        return None
    if len(found) == len(parts):
        return Decision("accept", "both-names", accepted[found[0]], " + ".join(found))
    if any(form in known for part in parts for form in (normalise(part), *_bare_forms(part))):
        return Decision("reject", "known-wrong", accepted[found[0]], normalise(answer))
    return Decision("review", "contains", accepted[found[0]], found[0])


def _for_a_person(answer: str, given: str, accepted: dict[str, str]) -> Decision:
    words = [_bare_word(word) for word in WORDS.split(_plain(answer)) if word]
    for form, text in accepted.items():
        wanted = [normalise(word) for word in WORDS.split(_plain(text)) if word]
        if wanted and any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)):
            return Decision("review", "contains", text, form)
    for form in (given, *_bare_forms(answer)):
        for other, text in accepted.items():
            if _is_slip(form, other):
                return Decision("review", "near-miss", text, form)
    return Decision("reject", "no-match", "", given)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _bare_forms(answer: str) -> list[str]:
    """Return forms of the answer without the sentence parts around the term. The least changed form comes first."""
    text = _plain(answer).strip(" .!?~\"'“”‘’")
    heads = [text]
    for pattern in (LEADS, ARTICLE):
        heads += [shorter for head in heads if (shorter := pattern.sub("", head)) not in heads]
    forms: list[str] = []
    for head in heads:
        for form in (normalise(head), *_without_ending(normalise(head))):
            if form and form not in forms:
                forms.append(form)
    return forms


def _without_ending(form: str) -> list[str]:
    """Return `form` without its copula, without its particle, and without both."""
    stems = [form[: -len(copula)] for copula in COPULAS if form.endswith(copula)]
    return [*stems, *(shorter for stem in (form, *stems) if (shorter := _without_particle(stem)) != stem)]


def _without_particle(form: str) -> str:
    for particles, consonant in ((AFTER_CONSONANT, True), (AFTER_VOWEL, False)):
        for particle in particles:
            noun = form.removesuffix(particle)
            if noun and noun != form and _ends_in_consonant(noun) in (consonant, None):
                return noun
    return form


def _bare_word(word: str) -> str:
    form = normalise(word)
    return _without_particle(form)


def _ends_in_consonant(noun: str) -> bool | None:
    """Whether the last syllable has a final consonant; None if it is not Hangul, because its pronunciation varies."""
    last = noun[-1]
    return (ord(last) - 0xAC00) % 28 != 0 if "가" <= last <= "힣" else None


def _is_slip(one: str, other: str) -> bool:
    """Whether the texts differ by one typing error.

    In Hangul: one jamo of one syllable. In Latin: one letter missing, added, wrong or swapped with its neighbour.

    A digit or a whole Hangul syllable is never a typing error: the prefixes 비-, 과소-, 준- change the meaning.
    """
    if one == other or any(c.isdigit() for c in set(one) ^ set(other)):
        return False
    if any("가" <= c <= "힣" for c in other):
        if len(one) != len(other) or len(other) < SLIP_HANGUL:
            return False
        differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        if len(differing) != 1:
            return False
        first, second = (unicodedata.normalize("NFD", syllable) for syllable in differing[0])
        return _is_one_edit(first, second)
    return min(len(one), len(other)) >= SLIP_LATIN and one.isascii() and _is_one_edit(one, other)


def _is_one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours leads from one to the other (Damerau 1964)."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
