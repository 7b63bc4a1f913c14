"""Build the full specification of a question from its author's rows."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid5

from django.conf import settings
from django.utils.translation import gettext as _

from courses.lessons.rendering import CourseResolver, render_fragment
from questions import KINDS, Spec, SpecError
from quizzes.authoring.models import AcceptedAnswer, Choice, Question

Texts = dict[str, str]


def texts_by_language(row: Any, name: str) -> Texts:
    """Return {language: text} of a translated column."""
    return {code: getattr(row, f"{name}_{code}") or "" for code, _name in settings.LANGUAGES}


def render_texts(texts: Texts, render: Callable[..., str], resolver: CourseResolver) -> Texts:
    """Return {language: HTML}; an empty text stays empty."""
    return {code: render(text, language=code, resolver=resolver) if text else "" for code, text in texts.items()}


def build_spec(question: Question, *, resolver: CourseResolver) -> Spec:
    """Return the full spec of a question (see `questions`), with its Markdown rendered."""

    def html(texts: Texts) -> Texts:
        return render_texts(texts, render_fragment, resolver)

    def choice(row: Choice) -> dict[str, Any]:
        texts = texts_by_language(row, "text")
        return {
            "uuid": str(row.uuid),
            "text": texts,
            "html": html(texts),
            "correct": row.is_correct,
            "feedback": html(texts_by_language(row, "feedback")),
            "lesson": row.lesson,
        }

    texts = texts_by_language(question, "text")
    spec: Spec = {
        "uuid": str(question.uuid),
        "kind": question.kind,
        "points": f"{question.points:.2f}",
        "text": texts,
        "html": html(texts),
        "lesson": question.lesson,
    }
    kind = KINDS[question.kind]
    if question.pool:
        spec["pool"] = question.pool
    spec |= kind.build(question.definition, identify=lambda name: str(uuid5(question.salt, name)), html=html)
    if kind.rows == "choices":
        return {**spec, "choices": [choice(row) for row in question.choices.all()]}
    spec["feedback"] = {
        "correct": html(texts_by_language(question, "correct_feedback")),
        "incorrect": html(texts_by_language(question, "incorrect_feedback")),
    }
    if kind.rows == "answers":
        spec |= _short_answer_lists(list(question.answers.all()), html)
    return spec


def _short_answer_lists(answers: list[AcceptedAnswer], html: Callable[[Texts], Texts]) -> Spec:
    """Return the accepted and the known wrong texts. Known wrong texts with the same feedback form one group."""
    known_wrong: dict[str, dict[str, Any]] = {}
    for answer in answers:
        if not answer.is_correct:
            feedback = html(texts_by_language(answer, "feedback"))
            group = known_wrong.setdefault(json.dumps(feedback), {"answers": [], "feedback": feedback})
            group["answers"].append(answer.text)
    accept = [answer.text for answer in answers if answer.is_correct]
    return {"accept": accept, "known_wrong": list(known_wrong.values())}


def find_fault(question: Question, spec: Spec) -> str:
    """Return the fault of a question in the active language; "" if there is none."""
    try:
        KINDS[question.kind].parse(spec)
    except SpecError as error:
        return _(error.message)
    return ""
