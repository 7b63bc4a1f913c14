"""Find choices that give the answer away, or that nobody would choose.

The signs: a key far longer than every other choice; absolutes that only wrong choices have; words of the question that only
the key repeats; keys that mostly stand at one place; two ways to end a sentence in one file; and a wrong choice none of whose
words occurs in the lesson: it comes from nowhere, so nobody who has read the lesson would choose it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck
from course_files.merging import Fields
from course_files.quizzes.parsing import QuizFile

# A key is far longer if it is by half, and by so many characters, longer than the longest wrong choice.
LONGER_BY, LONGER_BY_CHARACTERS = 1.5, 12
# With fewer single choice questions in a file, the places of their keys mean nothing.
ENOUGH_QUESTIONS = 6
# The highest share of keys at one place.
SAME_PLACE = 0.5
_ABSOLUTES = {
    "ko": re.compile("항상|절대|모두|무조건|언제나|전혀"),
    "en": re.compile(r"\b(?:always|never|all|every|none|completely)\b", re.IGNORECASE),
}
_WORD = {"ko": re.compile("[가-힣]{2,}"), "en": re.compile("[a-z]{5,}")}
_FREQUENT = frozenset({"about", "because", "could", "there", "these", "their", "those", "which", "while", "would"})
# Particles and common endings, which make two words of one.
_ENDING = re.compile(
    "(?:에서는|에서|에게|으로|부터|까지|이에요|예요|해요|하는|하고|한다|했어요|이다|은|는|이|가|을|를|에|의|로|와|과|도|만|요|다)$"
)
_ENDS = {"-요": re.compile(r"요[.!?]?\Z"), "-다": re.compile(r"다[.!?]?\Z")}


@dataclass(frozen=True, slots=True)
class _Question:
    """A question with choices in one language. `line` is its line, `lines` are those of its choices."""

    file: str
    line: int
    language: str
    text: str
    choices: Sequence[str]
    lines: Sequence[int]
    right: Sequence[bool]
    lesson: str

    @property
    def wrong(self) -> list[tuple[int, str]]:
        """(line, text) of each wrong choice."""
        return [
            (line, text) for line, text, right in zip(self.lines, self.choices, self.right, strict=True) if not right
        ]


def lint_choices(check: CourseCheck) -> None:
    """Warn of each sign in each quiz and lesson check."""
    for quiz in check.quizzes.values():
        _lint_places(check, quiz)
        for language in check.languages:
            questions = list(_questions(quiz, language))
            for question in questions:
                _lint_absolutes(check, question)
                _lint_nowhere(check, question)
                if sum(question.right) == 1:
                    _lint_length(check, question)
                    _lint_repeated(check, question)
            if language == "ko":
                _lint_endings(check, questions)


def _questions(quiz: QuizFile, language: str) -> Iterator[_Question]:
    document = quiz.document
    for index, question in enumerate(document.value["questions"]):
        choices = question.get("choices", [])
        if choices and all(language in text for text in (question["text"], *(choice["text"] for choice in choices))):
            yield _Question(
                quiz.name,
                document.line(("questions", index)),
                language,
                question["text"][language],
                [choice["text"][language] for choice in choices],
                [
                    document.line(("questions", index, "choices", number, "text", language))
                    for number in range(len(choices))
                ],
                [choice.get("correct", False) for choice in choices],
                question.get("lesson", "").partition("#")[0],
            )


def _lint_length(check: CourseCheck, question: _Question) -> None:
    key = question.choices[question.right.index(True)]
    longest = max(len(text) for _line, text in question.wrong)
    if len(key) > max(LONGER_BY * longest, LONGER_BY_CHARACTERS + longest):
        message = _("The right choice has %(key)d characters, and no wrong one more than %(wrong)d.")
        line = question.lines[question.right.index(True)]
        check.add_fault(question.file, line, message % {"key": len(key), "wrong": longest})


def _lint_absolutes(check: CourseCheck, question: _Question) -> None:
    absolute = _ABSOLUTES[question.language]
    right = [text for text, is_right in zip(question.choices, question.right, strict=True) if is_right]
    if any(absolute.search(text) for text in right):
        return
    for line, text in question.wrong:
        if found := absolute.search(text):
            message = _("An absolute that only wrong choices have gives this one away: %(word)s")
            check.add_fault(question.file, line, message % {"word": found[0]})


def _lint_repeated(check: CourseCheck, question: _Question) -> None:
    place = question.right.index(True)
    others = set().union(*(_words(text, question.language) for _line, text in question.wrong))
    repeated = (_words(question.text, question.language) & _words(question.choices[place], question.language)) - others
    if len(repeated) > 1:
        message = _("Only the right choice repeats words of the question: %(words)s")
        check.add_fault(question.file, question.lines[place], message % {"words": ", ".join(sorted(repeated))})


def _lint_nowhere(check: CourseCheck, question: _Question) -> None:
    edition = check.course.editions.get((question.lesson, question.language))
    if edition is None:
        return
    body = edition.body.lower()
    for line, text in question.wrong:
        words = _words(text, question.language)
        if len(words) > 1 and not any(word in body for word in words):
            message = _("No word of this wrong choice occurs in the lesson, so nobody who has read it would choose it.")
            check.add_fault(question.file, line, message)


def _words(text: str, language: str) -> set[str]:
    """Return the words of a text that carry its meaning: long enough, and in Korean without particles."""
    words = set(_WORD[language].findall(text.lower()))
    return {stem for word in words if len(stem := _ENDING.sub("", word)) > 1} if language == "ko" else words - _FREQUENT


def _lint_endings(check: CourseCheck, questions: Sequence[_Question]) -> None:
    """Warn of a file whose choices end in -요 and in -다, at the first choice with the rarer ending."""
    endings: dict[str, list[tuple[str, int]]] = {name: [] for name in _ENDS}
    for question in questions:
        for line, text in zip(question.lines, question.choices, strict=True):
            for name, pattern in _ENDS.items():
                if pattern.search(text):
                    endings[name].append((question.file, line))
    common, rare = sorted(endings, key=lambda name: -len(endings[name]))
    if endings[rare]:
        values = {"rare": rare, "common": common, "n": len(endings[rare]), "m": len(endings[common])}
        message = _(
            "The choices of this file end in %(rare)s (%(n)d) and in %(common)s (%(m)d). This is the first in %(rare)s."
        )
        check.add_fault(*endings[rare][0], message % values)


def _lint_places(check: CourseCheck, quiz: QuizFile) -> None:
    places = Counter(
        _place_of_key(question["choices"])
        for question in quiz.document.value["questions"]
        if question["kind"] == "single_choice"
    )
    if places.total() >= ENOUGH_QUESTIONS:
        place, count = places.most_common(1)[0]
        if count > SAME_PLACE * places.total():
            values = {"count": count, "all": places.total(), "place": place + 1}
            message = _("The right choice is number %(place)d in %(count)d of %(all)d questions.")
            check.add_fault(quiz.name, 0, message % values)


def _place_of_key(choices: Sequence[Fields]) -> int:
    return next(number for number, choice in enumerate(choices) if choice.get("correct"))
