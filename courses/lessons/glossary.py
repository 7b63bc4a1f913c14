"""Sort a glossary for a reader, and find terms in it.

Korean terms stand under the consonant that they begin with (ㄱ, ㄴ, …), others under their letter. A search of consonants only
finds Korean words by their first consonants, as Korean readers expect it: ㄷㅅ finds 데이터 수집.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from common import languages
from courses.models import Course, GlossaryTerm

# The consonants with which Hangul syllables begin, in the order of their code points.
_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
# Dictionaries file doubled consonants under the plain ones.
_PLAIN = str.maketrans("ㄲㄸㅃㅆㅉ", "ㄱㄷㅂㅅㅈ")
_FIRST, _LAST, _SYLLABLES_OF_ONE = 0xAC00, 0xD7A3, 588
_OTHER = "#"
# Characters of a search. Nobody looks for a longer term.
_LONGEST = 100


@dataclass(slots=True)
class Letter:
    """The terms that begin with one letter. `id` names its heading in the page."""

    name: str
    terms: list[GlossaryTerm] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"letter-{ord(self.name):x}"


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms of a course that a search has found, by their letters. `wanted` is what was looked for; empty: all terms."""

    letters: list[Letter]
    wanted: str
    found_count: int
    all_count: int


def get_glossary(course: Course, wanted: str = "") -> Glossary:
    """Return the glossary of a course in the active language. One query."""
    wanted = wanted.replace("\0", "").strip()[:_LONGEST]
    terms = list(GlossaryTerm.objects.filter(course=course).select_related("activity"))
    found = find_terms(terms, wanted)
    return Glossary(group_by_letter(found, language=languages.active()), wanted, len(found), len(terms))


def group_by_letter(terms: Iterable[GlossaryTerm], *, language: str) -> list[Letter]:
    """Return the terms by their letters. Letters of the reader's own writing come first."""
    letters: dict[str, Letter] = {}
    for term in sorted(terms, key=lambda term: (_plain(str(term.term)), term.key)):
        name = letter_of(str(term.term))
        letters.setdefault(name, Letter(name)).terms.append(term)
    return sorted(letters.values(), key=lambda letter: _rank(letter.name, language))


def _rank(name: str, language: str) -> tuple[int, str]:
    if name == _OTHER:
        return 2, name
    return int((name in _CONSONANTS) != (language == "ko")), name


def letter_of(text: str) -> str:
    """Return the letter under which a term stands."""
    first = unicodedata.normalize("NFC", text.strip())[:1].upper()
    if first and _FIRST <= ord(first) <= _LAST:
        return _consonant(first).translate(_PLAIN)
    # Ä stands under A.
    base = unicodedata.normalize("NFD", first)[:1]
    return base if base.isalpha() else _OTHER


def find_terms(terms: Iterable[GlossaryTerm], wanted: str) -> list[GlossaryTerm]:
    """Return the terms that contain `wanted`, in either language or in the definition. All of them if it is empty."""
    words = _plain(wanted)
    if not words:
        return list(terms)
    by_consonants = all(letter in _CONSONANTS for letter in words.replace(" ", ""))
    found = []
    for term in terms:
        names = [str(getattr(term, f"term_{code}") or "") for code, _name in settings.LANGUAGES]
        text = _plain(" ".join([*names, str(term.definition)]))
        if words in text or (by_consonants and words.replace(" ", "") in consonants_of(" ".join(names))):
            found.append(term)
    return found


def consonants_of(text: str) -> str:
    """Return the first consonants of the syllables of a Korean text: 데이터 수집 gives ㄷㅇㅌㅅㅈ."""
    return "".join(
        _consonant(letter) for letter in unicodedata.normalize("NFC", text) if _FIRST <= ord(letter) <= _LAST
    )


def _consonant(syllable: str) -> str:
    return _CONSONANTS[(ord(syllable) - _FIRST) // _SYLLABLES_OF_ONE]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
