"""Find the blanks that an author has marked in the texts of a question.

An author marks the word itself: "This is called {{과적합}}." and "This is called {{overfitting}}." The marks become
{{overfitting}} in both languages, the key of one blank, and the words become its accepted answers.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from course_files.merging import canonical
from questions.blanks import LIMIT
from questions.kinds.fill_in import MARK
from workspace.question_forms.keys import is_key, make_key

_ANY_MARK = re.compile(rf"\{{\{{([^{{}}\n]{{1,{LIMIT}}})\}}\}}")
_HANGUL = re.compile("[가-힣]")


@dataclass(slots=True)
class MarkedBlanks:
    """The texts with keys in their marks, and the words that were marked, by the key of their blank.

    A key that was not known before is a new blank. The blanks are in the order of the marks.
    """

    texts: dict[str, str]
    words: dict[str, list[str]] = field(default_factory=dict)


def read_marks(
    texts: Mapping[str, str], known: Sequence[str], *, literal: Mapping[str, Collection[str]], taken: Collection[str]
) -> MarkedBlanks:
    """Return the marks of `texts` ({language: text}) as blanks. `known` are the keys of the blanks that there are.

    `literal` are marks that stay as they are: the text had them before, and they are no keys. New keys are not in `taken`.
    A word that is marked in several languages is one blank. Other words belong to the known blanks that their text lacks, in
    order; the rest become new blanks, the first of one language together with the first of the other.
    """
    keys: dict[str, dict[str, str]] = {}
    accepted: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for code, text in texts.items():
        found = [mark for mark in _marks_of(text) if mark not in literal.get(code, ())]
        new[code] = [mark for mark in found if mark not in known]
        keys[code] = {mark: mark for mark in found if mark in known}

    def take(key: str, words: Mapping[str, str]) -> None:
        """Give the key to the marks of these words ({language: word})."""
        for code, word in words.items():
            keys[code][word] = key
        accepted[key] = list(dict.fromkeys([*accepted.get(key, ()), *words.values()]))

    shared = {mark for marks in new.values() for mark in marks if sum(mark in other for other in new.values()) > 1}
    single: dict[str, list[str]] = {}
    for code, marks in new.items():
        lacking = [key for key in known if key not in _marks_of(texts[code])]
        alone = [mark for mark in marks if mark not in shared]
        for key, mark in zip(lacking, alone, strict=False):
            take(key, {code: mark})
        single[code] = alone[len(lacking) :]
    in_order = list(dict.fromkeys(mark for marks in new.values() for mark in marks if mark in shared))
    groups = [{code: mark for code, marks in new.items() if mark in marks} for mark in in_order]
    groups += [
        {code: mark for code, mark in zip(single, marks, strict=True) if mark}
        for marks in zip_longest(*single.values(), fillvalue="")
    ]
    # A word that is a key itself is the key of its own blank, so no other blank may be given it.
    own = {word for group in groups for word in group.values() if is_key(word)}
    used = {*taken, *known, *own}
    for group in groups:
        words = [group[code] for code in sorted(group, key=lambda code: code != "en")]
        key = next((word for word in words if word in own), "") or make_key(words, "blank", used)
        used.add(key)
        take(key, group)
    return MarkedBlanks({code: _rewritten(text, keys[code]) for code, text in texts.items()}, accepted)


def in_order_of_text(text: str, keys: Sequence[str]) -> list[str]:
    """Return `keys` in the order of their marks in `text`; those without a mark come last."""
    marks = MARK.findall(text)
    return sorted(keys, key=lambda key: marks.index(key) if key in marks else len(marks))


def unmark(text: str, key: str, code: str, accepted: Sequence[str]) -> str:
    """Return `text` without the mark of a blank: the accepted answer in the text's language stands there instead."""
    in_language = (word for word in accepted if bool(_HANGUL.search(word)) == (code == "ko"))
    word = next(in_language, next(iter(accepted), ""))
    return text.replace(f"{{{{{key}}}}}", word)


def _marks_of(text: str) -> list[str]:
    return list(dict.fromkeys(mark for found in _ANY_MARK.findall(text) if (mark := canonical(found))))


def literal_marks(text: str) -> set[str]:
    """Return the marks of a stored text that are no blanks, because they are no keys."""
    return set(_marks_of(text)) - set(MARK.findall(text))


def _rewritten(text: str, keys: Mapping[str, str]) -> str:
    """Return the text with the keys of {word: key} in its marks. All at once: a key may be a word of another mark."""
    return _ANY_MARK.sub(
        lambda found: f"{{{{{keys[word]}}}}}" if (word := canonical(found[1])) in keys else found[0], text
    )
