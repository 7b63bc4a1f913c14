"""Owns how what an author edits becomes what students meet: a new version, and beside it the key.

A version never changes, so an attempt that started with it ends with it, whatever is edited meanwhile.
"""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import revisions
from courses.models import GradeItem
from courses.rendering import CourseResolver, render_block, render_fragment, resolver_for
from quizzes.models import AnswerKey, Choice, Question, Quiz, QuizVersion
from quizzes.questions import KINDS, Spec, SpecError, SpecFault

Texts = dict[str, str]

FAULTS: dict[SpecFault, Promise] = {
    "no-text": _("The question has no text."),
    "no-points": _("The points must be more than 0."),
    "too-few-choices": _("A choice question needs at least two choices."),
    "choice-without-text": _("A choice has no text."),
    "not-one-correct": _("A single choice question has exactly one correct choice."),
    "none-correct": _("A multiple choice question has at least one correct choice."),
    "empty-accepted": _("A short answer question needs accepted answers, none of them empty."),
    "accepted-and-wrong": _("A text is listed as accepted and as wrong."),
}


class UnpublishableQuiz(ValueError):
    """A question that cannot be asked; `faults` is [(question key, sentence)]."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {fault}" for key, fault in faults))
        self.faults = faults


def _texts(row: Any, name: str) -> Texts:
    return {code: getattr(row, f"{name}_{code}") or "" for code, _name in settings.LANGUAGES}


def _rendered(texts: Texts, render: Callable[..., str], resolver: CourseResolver) -> Texts:
    return {code: render(text, language=code, resolver=resolver) if text else "" for code, text in texts.items()}


def spec_of(question: Question, *, resolver: CourseResolver) -> Spec:
    """The full spec of a question (see `quizzes.questions`), with its Markdown rendered."""

    def html(texts: Texts) -> Texts:
        return _rendered(texts, render_fragment, resolver)

    def choice(row: Choice) -> dict[str, Any]:
        texts = _texts(row, "text")
        return {
            "uuid": str(row.uuid),
            "text": texts,
            "html": html(texts),
            "correct": row.is_correct,
            "feedback": html(_texts(row, "feedback")),
            "lesson": row.lesson,
        }

    texts = _texts(question, "text")
    spec: Spec = {
        "uuid": str(question.uuid),
        "kind": question.kind,
        "points": f"{question.points:.2f}",
        "text": texts,
        "html": html(texts),
        "lesson": question.lesson,
    }
    if question.kind != Question.Kind.SHORT_ANSWER:
        return {**spec, "choices": [choice(row) for row in question.choices.all()]}
    answers = list(question.answers.all())
    known_wrong: dict[str, dict[str, Any]] = {}
    for answer in answers:
        if not answer.is_correct:
            feedback = html(_texts(answer, "feedback"))
            group = known_wrong.setdefault(json.dumps(feedback), {"answers": [], "feedback": feedback})
            group["answers"].append(answer.text)
    return {
        **spec,
        "accept": [answer.text for answer in answers if answer.is_correct],
        "known_wrong": list(known_wrong.values()),
        "feedback": {
            "correct": html(_texts(question, "correct_feedback")),
            "incorrect": html(_texts(question, "incorrect_feedback")),
        },
    }


def publish(quiz: Quiz) -> QuizVersion:
    """Make what the author's rows say now the version that the next attempts start with; nothing new, same version.

    Raises UnpublishableQuiz, with nothing changed, when a question cannot be asked as it stands.
    """
    resolver = resolver_for(quiz.activity.course)
    questions = quiz.questions.filter(archived_at=None).prefetch_related("choices", "answers")
    specs, faults = [], []
    for question in questions:
        spec = spec_of(question, resolver=resolver)
        try:
            KINDS[question.kind].parse(spec)
        except SpecError as error:
            faults.append((question.key, str(FAULTS[error.code])))
        specs.append(spec)
    if faults:
        raise UnpublishableQuiz(faults)
    digest = hashlib.sha256(json.dumps(specs, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        revisions.touch(quiz.activity.course_id)
        _sync_grade_item(quiz)
        locked = Quiz.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=quiz.pk)
        current = locked.current_version
        Quiz.objects.filter(pk=quiz.pk).update(intro_html=_rendered(_texts(quiz, "intro"), render_block, resolver))
        if current and current.digest == digest:
            return current
        version = QuizVersion.objects.create(
            quiz=locked,
            number=(current.number if current else 0) + 1,
            digest=digest,
            content={"questions": [KINDS[spec["kind"]].public_view(spec) for spec in specs]},
            max_points=sum((Decimal(spec["points"]) for spec in specs), Decimal(0)),
        )
        AnswerKey.objects.create(version=version, content={spec["uuid"]: spec for spec in specs})
        Quiz.objects.filter(pk=quiz.pk).update(current_version=version)
    quiz.current_version = version
    return version


def _sync_grade_item(quiz: Quiz) -> None:
    if quiz.is_graded:
        GradeItem.objects.update_or_create(
            activity=quiz.activity, defaults={"counts": quiz.counts, "pass_mark": quiz.pass_mark}
        )
