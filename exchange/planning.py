"""Owns what an import would do to one quiz, question by question, and the questions that it leaves behind, with reasons."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.files import schema
from course_files import quizzes
from course_files.merging import Fields, Key, Outcome, Step, digest
from exchange.html import conversion
from exchange.merging import fields_of
from exchange.shape import NotBrought, Question, Reading, Skipped, clean, key_of
from quizzes.authoring.models import Quiz
from quizzes.questions import KINDS

# What of a question can change, as its author calls it.
ASPECTS: dict[str, Promise] = {
    "archived": gettext_lazy("it comes back from the archive"),
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
    """One question that is brought over. `aspects` are what changes, `remarks` what of it is left behind."""

    key: str
    name: str
    kind: str
    text: str
    outcome: Outcome
    aspects: list[str]
    remarks: list[str]


@dataclass(slots=True)
class Plan:
    """What an import would do. `fingerprint` stands for it: the same only while file, language and quiz are."""

    entries: list[Entry]
    skipped: list[Skipped]
    notes: list[str]
    steps: list[Step]
    stored: quizzes.Stored
    fingerprint: str
    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def changes_nothing(self) -> bool:
        return not any(step.writes for step in self.steps)


def plan(*, quiz: Quiz, reading: Reading, language: str) -> Plan:
    """Hold what a file says against the quiz. Its queries do not grow with either."""
    stored = quizzes.stored(quiz.activity.course)
    slug = quiz.activity.slug
    current = {key[2]: fields for key, fields in stored.things.items() if key[:2] == ("question", slug)}
    skipped = list(reading.skipped)
    entries: list[Entry] = []
    steps: list[Step] = []
    seen: dict[str, str] = {}
    for question in reading.questions:
        key = _key(question, current)
        try:
            if key in seen:
                raise NotBrought(_("Another question of the file has the same name."))
            before = current.get(key)
            fields = joined(question, before, language=language)
        except NotBrought as refused:
            skipped.append(Skipped(question.name, str(refused)))
            continue
        seen[key] = question.name
        step = _step(("question", slug, key), before, fields)
        steps.append(step)
        aspects = [] if before is None else _aspects(before, fields)
        remarks = list(dict.fromkeys(question.remarks))
        entries.append(
            Entry(key, question.name, question.kind, conversion.plain(question.text), step.outcome, aspects, remarks)
        )
    fingerprint = digest({"steps": [[*step.key, step.current, step.incoming] for step in steps], "language": language})
    counts = Counter(step.outcome for step in steps)
    return Plan(entries, skipped, list(reading.notes), steps, stored, fingerprint, counts)


def _key(question: Question, current: Mapping[str, Fields]) -> str:
    name = clean(question.name)
    return name if name in current else key_of(name)


def _step(key: Key, before: Fields | None, fields: Fields) -> Step:
    """No digest goes with it: to the course's folder an import is an edit like one in the admin, and is kept."""
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


def joined(question: Question, before: Fields | None, *, language: str) -> Fields:
    """The fields that the database would hold. Raises NotBrought with all that is wrong with them."""
    question.points = _points(question.points)
    fields = fields_of(question, before, language=language)
    faults = [
        *_faults_of_answers(fields),
        *schema.faults_by(fields.get("definition", {}), KINDS[question.kind].schema),
    ]
    if not faults:
        faults = [fault] if (fault := quizzes.fault_of(fields)) else []
    if faults:
        raise NotBrought(" ".join(faults))
    return fields


def _points(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        points = Decimal(text)
    except InvalidOperation as error:
        raise NotBrought(_("“%(text)s” is no number of points.") % {"text": text[:40]}) from error
    if points <= 0:
        raise NotBrought(_("The points must be more than 0."))
    if points > Decimal("9999.99"):
        raise NotBrought(_("It is worth more than 9999.99 points."))
    if points != round(points, 2):
        raise NotBrought(_("Points have at most two decimals."))
    return f"{points:.2f}"


def _faults_of_answers(fields: Fields) -> Iterable[str]:
    texts = [*fields.get("accept", []), *(text for group in fields.get("known_wrong", []) for text in group["answers"])]
    if any(len(text) > _ANSWER_LIMIT for text in texts):
        yield _("An answer is longer than %(limit)d characters.") % {"limit": _ANSWER_LIMIT}
