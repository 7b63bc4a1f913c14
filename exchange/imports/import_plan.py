"""Plan an import into a quiz: what changes in which question, and which questions are skipped and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.files import schema
from course_files.merging import Fields, Key, Outcome, Step, digest
from course_files.quizzes.parsing import explain_question_fault
from course_files.quizzes.stored import StoredQuizzes, get_stored_quizzes
from exchange.html import conversion
from exchange.imports.question_merge import merge_fields
from exchange.questions import ParsedFile, Question, Skipped, UnsupportedQuestion
from exchange.values import clean, to_key
from questions import KINDS
from quizzes.authoring.models import Quiz

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


@dataclass(frozen=True, slots=True)
class Entry:
    """One question that is imported. `aspects` are the labels of changed fields. `remarks` say what is lost or changed."""

    key: str
    name: str
    kind: str
    text: str
    outcome: Outcome
    aspects: list[str]
    remarks: list[str]


@dataclass(slots=True)
class Plan:
    """The steps of an import.

    `fingerprint` is a digest of the steps (the imported questions before and after the import) and of the language.
    """

    entries: list[Entry]
    skipped: list[Skipped]
    notes: list[str]
    steps: list[Step]
    stored: StoredQuizzes
    fingerprint: str
    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def changes_nothing(self) -> bool:
        return not any(step.writes for step in self.steps)


def plan(*, quiz: Quiz, parsed: ParsedFile, language: str, report: Callable[[int], None] = lambda done: None) -> Plan:
    """Compare a file with the quiz and return the plan. The number of queries does not depend on the number of questions.

    `report` is called before each question with the number of those before it.
    """
    stored = get_stored_quizzes(quiz.activity.course)
    slug = quiz.activity.slug
    current = {key[2]: fields for key, fields in stored.records.items() if key[:2] == ("question", slug)}
    skipped = list(parsed.skipped)
    entries: list[Entry] = []
    steps: list[Step] = []
    planned: set[str] = set()
    for number, question in enumerate(parsed.questions):
        report(number)
        key = _key(question, current)
        try:
            if key in planned:
                raise UnsupportedQuestion(_("Another question of the file has the same name."))
            before = current.get(key)
            fields = merge_question(question, before, language=language)
        except UnsupportedQuestion as refused:
            skipped.append(Skipped(question.name, str(refused)))
            continue
        planned.add(key)
        step = _step(("question", slug, key), before, fields)
        steps.append(step)
        aspects = [] if before is None else _aspects(before, fields)
        remarks = list(dict.fromkeys(question.remarks))
        entries.append(
            Entry(key, question.name, question.kind, conversion.to_plain(question.text), step.outcome, aspects, remarks)
        )
    fingerprint = digest({"steps": [[*step.key, step.current, step.incoming] for step in steps], "language": language})
    counts = Counter(step.outcome for step in steps)
    return Plan(entries, skipped, list(parsed.notes), steps, stored, fingerprint, counts)


def _key(question: Question, current: Mapping[str, Fields]) -> str:
    name = clean(question.name)
    return name if name in current else to_key(name)


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
        *schema.faults_by(fields.get("definition", {}), KINDS[question.kind].schema),
    ]
    if not faults:
        faults = [fault] if (fault := explain_question_fault(fields)) else []
    if faults:
        raise UnsupportedQuestion(" ".join(faults))
    return fields


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
