"""Plan an import into a quiz: what changes in which question, and which questions are skipped and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from hashlib import sha256
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.files import schema
from course_files.merging import Fields, Key, Outcome, Step, digest
from course_files.quizzes.parsing import explain_question_fault
from exchange.imports.question_merge import merge_fields
from exchange.items.questions import ParsedFile, Question, Skipped, UnsupportedQuestion
from exchange.items.values import clean, earlier_key, to_key
from questions import KINDS

# The labels of a question's fields on the page that shows the plan.
ASPECTS: dict[str, Promise] = {
    "archived": gettext_lazy("restored, was archived"),
    "text": gettext_lazy("text"),
    "points": gettext_lazy("points"),
    "choices": gettext_lazy("choices"),
    "accept": gettext_lazy("accepted answers"),
    "known_wrong": gettext_lazy("known wrong answers"),
    "feedback": gettext_lazy("feedback"),
    "definition": gettext_lazy("parts and rules"),
}
_ANSWER_LIMIT = 200
# Characters of a text that are kept for the page that shows the plan.
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One question that is imported. `aspects` are the labels of changed fields. `remarks` say what is lost or changed.

    `text` is the beginning of its text, in Markdown.
    """

    key: str
    name: str
    kind: str
    text: str
    outcome: Outcome
    aspects: list[str]
    remarks: list[str]
    category: str = ""


@dataclass(slots=True)
class Plan:
    """The steps of an import.

    `pictures` is the number of pictures that come along. `categories` are those of the file.
    `fingerprint` is a digest of the steps (the imported questions before and after the import) and of the language.
    """

    entries: list[Entry]
    skipped: list[Skipped]
    notes: list[str]
    steps: list[Step]
    fingerprint: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    pictures: int = 0

    @property
    def changes_nothing(self) -> bool:
        return not (self.counts[Outcome.ADDED] or self.counts[Outcome.CHANGED])


def plan(
    *,
    slug: str,
    records: Mapping[Key, Fields],
    parsed: ParsedFile,
    language: str,
    report: Callable[[int], None] = lambda done: None,
    keep_steps: bool = True,
) -> Plan:
    """Compare a file with a quiz and return the plan. No query. `parsed` has no questions afterwards.

    `records` are those of its course, as drafted or as published. `report` is called before each question with the number of
    those before it. Without `keep_steps` the plan has no steps: it can be shown, and not executed.
    """
    current = {key[2]: fields for key, fields in records.items() if key[:2] == ("question", slug)}
    skipped = list(parsed.skipped)
    entries: list[Entry] = []
    steps: list[Step] = []
    counts: Counter[Outcome] = Counter()
    fingerprint = sha256(language.encode())
    keys = _keys(parsed.questions, current)
    # The memory of each question is free when it has been planned: there may be 10,000.
    waiting = parsed.questions[::-1]
    parsed.questions.clear()
    for number, key in enumerate(keys):
        report(number)
        question = waiting.pop()
        try:
            before = current.get(key)
            fields = merge_question(question, before, language=language)
        except UnsupportedQuestion as refused:
            skipped.append(Skipped(question.name, str(refused)))
            continue
        step = _step(("question", slug, key), before, fields)
        counts[step.outcome] += 1
        fingerprint.update(digest({"key": key, "current": step.current, "incoming": step.incoming}).encode())
        if keep_steps:
            steps.append(step)
        aspects = [] if before is None else _aspects(before, fields)
        remarks = list(dict.fromkeys(question.remarks))
        entries.append(Entry(key, question.name, question.kind, question.text[:_SHOWN], step.outcome, aspects, remarks))
    return Plan(
        entries,
        skipped,
        list(parsed.notes),
        steps,
        fingerprint.hexdigest(),
        counts,
        parsed.categories,
        len(parsed.files),
    )


def _keys(questions: list[Question], current: Mapping[str, Fields]) -> list[str]:
    """Return a key for each question. If several have the same name, their keys are numbered in the order of the file."""
    wanted = [_key(question, current) for question in questions]
    taken, found = set(wanted), list[str]()
    used: set[str] = set()
    # {beginning: the last number behind it}: counting from 1 each time takes a quadratic time if many names are equal.
    last: dict[str, int] = {}
    for key, question in zip(wanted, questions, strict=True):
        chosen, beginning = key, key[:95].rstrip("-")
        if key in used:
            number = last.get(beginning, 1) + 1
            while (chosen := f"{beginning}-{number}") in used or chosen in taken:
                number += 1
            last[beginning] = number
            question.remarks.append(
                _("Another question of the file has the same name. This one is imported as %(key)s.") % {"key": chosen}
            )
        used.add(chosen)
        found.append(chosen)
    return found


def _key(question: Question, current: Mapping[str, Fields]) -> str:
    name = clean(question.name)
    return next((known for known in (name, earlier_key(name)) if known in current), to_key(name))


def _step(key: Key, before: Fields | None, fields: Fields) -> Step:
    """Return a step without a digest. So a later import of the course folder treats this import as an edit in the admin."""
    if before is None:
        return Step(key, Outcome.ADDED, None, fields)
    outcome = Outcome.UNCHANGED if digest(before) == digest(fields) else Outcome.CHANGED
    return Step(key, outcome, before, fields)


def _aspects(before: Fields, fields: Fields) -> list[str]:
    empty: Fields = {"definition": {}}
    return [
        str(label)
        for name, label in ASPECTS.items()
        if before.get(name, empty.get(name)) != fields.get(name, empty.get(name))
    ]


def merge_question(question: Question, before: Fields | None, *, language: str) -> Fields:
    """Merge a question with its stored fields (`before`) and return the fields to store.

    Raises UnsupportedQuestion with the faults of the question.
    """
    question.points = _points(question.points)
    fields = merge_fields(question, before, language=language)
    faults = [
        *_find_answer_faults(fields),
        *schema.faults_by(fields.get("definition", {}), _validator(question.kind)),
    ]
    if not faults:
        faults = [fault] if (fault := explain_question_fault(fields)) else []
    if faults:
        raise UnsupportedQuestion(" ".join(faults))
    return fields


@cache
def _validator(kind: str) -> Any:
    return schema.compiled(KINDS[kind].schema)


def _points(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        points = Decimal(text)
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number of points.") % {"text": text[:40]}) from error
    if points <= 0:
        raise UnsupportedQuestion(_("The points must be more than 0."))
    if points > Decimal("9999.99"):
        raise UnsupportedQuestion(_("It is worth more than 9999.99 points."))
    if points != round(points, 2):
        raise UnsupportedQuestion(_("Points have at most two decimals."))
    return f"{points:.2f}"


def _find_answer_faults(fields: Fields) -> Iterable[str]:
    texts = [*fields.get("accept", []), *(text for group in fields.get("known_wrong", []) for text in group["answers"])]
    if any(len(text) > _ANSWER_LIMIT for text in texts):
        yield _("An answer is longer than %(limit)d characters.") % {"limit": _ANSWER_LIMIT}
