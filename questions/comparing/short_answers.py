"""Compare a short answer with the texts that its author accepts, and name the rule that decided.

The rules, in order; the first that applies decides:

1. `exact`: the same after `normalise`, which ignores case, width, spaces, hyphens, full stops and the slash of A/B, but
   not signs that change a number or a formula: 1.5 is not 15, -1 is not 1, x-y is not xy, 2⁸ is not 28. Accepted.
2. `known-wrong`: equal, after rule 1 or 3, to an answer that the author lists as wrong. Rejected.
3. `ending`: the same without the sentence around the term (`sentences`): "정답은 …", "…입니다", "…이라고 할 수
   있습니다", one particle that fits its noun (은/는, 이/가, 을/를, 이란/란), "the answer is …", an article, a plural. Accepted.
4. `number`: the same number (`same_numbers`): 1,000 and 1000, 07 and 7, .05 and 0.05, 7개 and 7. Accepted.
   `number-form`: the same value in a form that may mean something else: 1.10, 2만, 5 kg for 5. A person decides.
5. `both-names`: several names, and each is accepted by itself: "지도학습(supervised learning)". Accepted.
6. `contains`: the answer contains the term as whole words, among other words: "지도학습이 아니다", and "~p" and "n!" for p and n;
   or without a space in a hedge, with a feeling or a noun that frames it: "정밀도인것같아요", "과적합문제". A person decides.
7. `near-miss`: the answer differs from an accepted text by one typing error, by a minus or a raised sign ("n1", "2⁸" for 28), or
   by an ending or a plural that may make another word ("책임", "길이", "statistics"). A person decides.
8. `no-match`: no other rule applies. Rejected.

A changed prefix or digit is not a typing error: 비지도학습 is not 지도학습, 과소적합 is not 과적합, GPT-4 is not GPT-3.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from questions.comparing.numbers import RAISED
from questions.comparing.same_numbers import compare_numbers
from questions.comparing.sentences import ARTICLE, LEADS, is_clear, may_say, without_ending, without_particle

Verdict = Literal["accept", "reject", "review"]

SEPARATORS = re.compile(r"[()\[\],;·=]|(?<!\d)/|/(?!\d)|\s또는\s|\sor\s", re.IGNORECASE)
# English plurals, how their singulars end, and whether that is sure. All but an s at the end.
PLURALS = (
    *((f"{end}es", end, True) for end in ("s", "x", "z", "ch", "sh")), ("ies", "y", True),
    ("es", "is", False), ("ices", "ix", False), ("ices", "ex", False), ("a", "um", False), ("a", "on", False), ("i", "us", False),
)  # fmt: skip
# A hyphen does not separate words: un-supervised is one word. Neither does a mark between two digits: 0.7 has no 7.
WORDS = re.compile(r"(?:[^\w+#^\-‐‑–—−.,/]|(?<!\d)[.,/]|[.,/](?!\d))+")
# Marks that end an answer. After a short name they mean something: n! and f', and ~p is not p.
CLOSING = re.compile(r"[\s.?~!…]+\Z")
MEANING = re.compile(r"[~!]")
QUOTES = re.compile(r"""\A\s*["'“”‘’](.*)["'“”‘’]([\s.?~!]*)\Z""", re.DOTALL)
# Minimum length of a word in which one letter may be a typing error.
SLIP_HANGUL, SLIP_LATIN = 3, 5
# How many texts of authors are kept in their normalised forms.
KEPT_TEXTS = 2000


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
# Hyphens and full stops, and those that belong to a number or a formula: between two digits or single letters, and first or after
# an operator, before a digit or a single letter. In 3-D a hyphen is a hyphen.
_LETTER = "[a-zα-ω]"
_OPERAND = rf"(?:\d|{_LETTER}(?!{_LETTER}))"
SIGNS = re.compile(
    rf"(?<=\d)\.(?=\d)|^\.(?=\d)|(?P<three_d>(?<=[1-4])(?<!\d\d)-(?=d(?!{_LETTER})))|"
    rf"(?:(?<=\d)|(?<=(?<!{_LETTER}){_LETTER})|^|(?<=[(^=*/+<>,~|]))-(?={_OPERAND})|(?P<ignored>[.-])"
)
# A capital letter with a number.
NAME = re.compile(r"(?<![A-Za-z0-9])([A-Z])[ -]?(?=\d)")


def normalise(text: str) -> str:
    """Return the form in which short answers are compared.

    The text is NFKC normalised and case folded. Spaces, invisible format characters, hyphens, full stops and the slash
    of A/B are removed; hyphens and full stops in numbers are kept.

    NFKC converts full-width characters to half width and composes Hangul. It runs again after case folding, which may decompose
    characters. The removals run until nothing changes, because they may bring a letter next to an accent, a slash or a hyphen.
    """
    folded = STROKE.sub(r"\1\2", unicodedata.normalize("NFKC", _plain(text).casefold()))
    written = "".join(_sign(c) for c in folded if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})
    while (shorter := _without_signs(written)) != written:
        written = shorter
    return written


def _without_signs(written: str) -> str:
    removed = SIGNS.sub(lambda found: "" if found["ignored"] or found["three_d"] else found[0], written)
    return unicodedata.normalize("NFKC", STROKE.sub(r"\1\2", removed))


def _sign(character: str) -> str:
    """Return "-" for every hyphen, dash and minus sign, and "." for both full stops."""
    if character == "−" or unicodedata.category(character) == "Pd":
        return "-"
    return "." if character == "。" else character


def decide(answer: str, accept: Sequence[str], wrong: Sequence[str] = ()) -> Decision:
    """Compare `answer` with the accepted texts and the known wrong texts; the first rule that applies decides."""
    accepted = {form: text for text in reversed(accept) for form in _kept_forms(text)}
    known = {_kept_form(text): text for text in wrong}
    given = normalise(answer)
    if given in accepted:
        return Decision("accept", "exact", accepted[given], given)
    bare = _bare_forms(answer)
    for form in (given, *bare):
        if form in known:
            return Decision("reject", "known-wrong", known[form], form)
    for form in bare:
        if form in accepted and _is_sure(bare[form], accepted[form]):
            return Decision("accept", "ending", accepted[form], form)
        for singular, is_sure in _singulars(form):
            if is_sure and singular in accepted:
                return Decision("accept", "ending", accepted[singular], form)
    return (
        _by_number(answer, given, accept, wrong)
        or _by_parts(answer, accepted, known)
        or _for_a_person(answer, given, accepted)
    )


def _by_number(answer: str, given: str, accept: Sequence[str], wrong: Sequence[str]) -> Decision | None:
    """Compare the answer as a number. If it is no number or another one, the other rules decide."""
    found = {text: compare_numbers(answer, text) for text in (*accept, *wrong)}
    for text in accept:
        if found[text] == "same":
            return Decision("accept", "number", text, given)
    for text in wrong:
        if found[text] == "same":
            return Decision("reject", "known-wrong", text, given)
    return next((Decision("review", "number-form", text, given) for text in accept if found[text]), None)


def _is_sure(ending: str | None, text: str) -> bool:
    """Whether `ending` is one after the author's text, of which the last word may have one syllable. None: it is doubtful."""
    return ending is not None and (not ending or is_clear(text, ending))


def _singulars(form: str) -> list[tuple[str, bool]]:
    """Return (singular, whether it is sure) for each word that `form` may be an English plural of."""
    found = [(form[: -len(plural)] + singular, is_sure and len(form) > SLIP_LATIN)
             for plural, singular, is_sure in PLURALS if form.endswith(plural)]  # fmt: skip
    # An s after an s is no plural's, and statistics are not more than one statistic.
    if form.endswith("s") and not form.endswith("ss") and len(form) > 3:
        found.append((form[:-1], len(form) > SLIP_LATIN and not form.endswith("ics")))
    return found


def _written_forms(text: str) -> list[str]:
    """Return the forms of a text of the author. F1 and F-1 are the same name, but n-1 is a formula."""
    return [normalise(NAME.sub(r"\1-", text)), normalise(NAME.sub(r"\1", text)), normalise(text)]


def _written_words(text: str) -> list[str]:
    """Return the words of a text of the author in their normalised form."""
    return [normalise(word) for word in WORDS.split(_plain(text)) if word]


# Every answer to a question is compared with the same texts of its author. What students write is not kept.
_kept_form = lru_cache(KEPT_TEXTS)(normalise)
_kept_forms = lru_cache(KEPT_TEXTS)(_written_forms)
_kept_words = lru_cache(KEPT_TEXTS)(_written_words)


def _by_parts(answer: str, accepted: dict[str, str], known: dict[str, str]) -> Decision | None:
    """Apply rule 5. If only some names are accepted, a known wrong name is rejected; otherwise a person decides."""
    parts = [part for part in SEPARATORS.split(_plain(answer)) if normalise(part)]
    if len(parts) < 2:
        return None
    hits = [_name_in(part, accepted) for part in parts]
    found = [hit for hit in hits if hit is not None]
    if not found:
        return None
    if len(found) == len(parts):
        return Decision("accept", "both-names", accepted[found[0]], " + ".join(found))
    if any(form in known for part in parts for form in (normalise(part), *_bare_forms(part))):
        return Decision("reject", "known-wrong", accepted[found[0]], normalise(answer))
    return Decision("review", "contains", accepted[found[0]], found[0])


def _name_in(part: str, accepted: dict[str, str]) -> str | None:
    """Return the accepted form that a part of an answer names, with or without an ending."""
    form = normalise(part)
    if form in accepted:
        return form
    return next(
        (form for form, ending in _bare_forms(part).items() if form in accepted and _is_sure(ending, accepted[form])),
        None,
    )


def _for_a_person(answer: str, given: str, accepted: dict[str, str]) -> Decision:
    words = [_bare_word(word) for word in WORDS.split(_plain(answer)) if word]
    for form, text in accepted.items():
        wanted = _kept_words(text)
        if wanted and any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)):
            return Decision("review", "contains", text, form)
    bare = _bare_forms(answer)
    for form, text in accepted.items():
        if form in bare:
            return Decision("review", "near-miss", text, given)
        if form and any(may_say(head, form) for head in (given, *bare)):
            return Decision("review", "contains", text, form)
    for form in (given, *bare):
        for other, text in accepted.items():
            if _is_slip(form, other) or _lacks_sign(form, other) or _is_plural(form, other):
                return Decision("review", "near-miss", text, form)
    return Decision("reject", "no-match", "", given)


def _is_plural(one: str, other: str) -> bool:
    return any(one == form for form, _ in _singulars(other)) or any(other == form for form, _ in _singulars(one))


def _plain(text: str) -> str:
    """Return the text in NFKC. Raised signs keep a mark: 2⁸ becomes 2^8."""
    return unicodedata.normalize("NFKC", RAISED.sub(r"^\g<0>", text)).strip()


def _lacks_sign(one: str, other: str) -> bool:
    """Whether two formulas with letters are the same without their minus and their raised signs."""
    signs = str.maketrans("", "", "-^")
    return one.translate(signs) == other.translate(signs) and any(c.isalpha() for c in other)


def _bare_forms(answer: str) -> dict[str, str | None]:
    """Return {form: ending} without the sentence parts around the term; None if it is doubtful whether the ending is one.

    The least changed form comes first.
    """
    heads = [_without_marks(_plain(answer))]
    for pattern in (LEADS, ARTICLE):
        heads += [shorter for head in heads if (shorter := pattern.sub("", head)) not in heads]
    forms: dict[str, str | None] = {}
    for whole in filter(None, map(normalise, heads)):
        forms[whole] = ""
        for noun, is_sure in without_ending(whole):
            if forms.get(noun) is None:
                forms[noun] = whole[len(noun) :] if is_sure else None
    return forms


def _without_marks(text: str) -> str:
    """Return the text without quotation marks around it and marks after it, unless they mean something."""
    quoted = QUOTES.match(text)
    if quoted:
        text = quoted[1] + quoted[2]
    bare = CLOSING.sub("", text)
    is_word = len(bare) >= SLIP_LATIN or "가" <= bare[-1:] <= "힣"
    return bare if is_word or not MEANING.search(text[len(bare) :]) else text


def _bare_word(word: str) -> str:
    form = normalise(word)
    return without_particle(form)


def _is_slip(one: str, other: str) -> bool:
    """Whether the texts differ by one typing error.

    In Hangul: one jamo of one syllable. In Latin: one letter missing, added, wrong or swapped with its neighbour.

    A digit or a whole Hangul syllable is never a typing error: the prefixes 비-, 과소-, 준- change the meaning.
    """
    if one == other or [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]:
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
