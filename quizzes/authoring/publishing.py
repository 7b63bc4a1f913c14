"""Publish a quiz: make the version that new attempts start with."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courses.lessons.rendering import CourseResolver, render_block, resolver_for
from courses.models import GradeItem
from courses.outline import revisions
from questions import KINDS, WAITS_IN_CHECK, Spec
from quizzes.authoring.models import Quiz
from quizzes.authoring.specs import build_spec, find_fault, render_texts, texts_by_language
from quizzes.authoring.versions import AnswerKey, QuizVersion


class UnpublishableQuiz(ValueError):
    """The quiz has faults and cannot be published; `faults` is [(question key or pool, message)]."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {fault}" for key, fault in faults))
        self.faults = faults


def _pools(quiz: Quiz, specs: list[Spec], faults: list[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Return {pool: {"draw": n, "questions": [uuid]}} and append the faults of pools to `faults`."""
    members: dict[str, list[Spec]] = {}
    for spec in specs:
        if spec.get("pool"):
            members.setdefault(spec["pool"], []).append(spec)
    for name in sorted(set(members) | set(quiz.pools)):
        inside, wanted = members.get(name, []), quiz.pools.get(name)
        if wanted is None:
            faults.append((name, _("The quiz does not say how many questions it draws from this pool.")))
        elif len(inside) < wanted:
            faults.append((name, _("The pool has fewer questions than the quiz draws from it.")))
        elif len({spec["points"] for spec in inside}) > 1:
            # Otherwise the maximum points of an attempt would depend on which questions are drawn.
            faults.append((name, _("All questions of a pool are worth the same.")))
    return {
        name: {"draw": quiz.pools[name], "questions": [spec["uuid"] for spec in inside]}
        for name, inside in members.items()
        if name in quiz.pools
    }


def _max_points(specs: list[Spec], pools: dict[str, dict[str, Any]]) -> Decimal:
    every = sum((Decimal(spec["points"]) for spec in specs if not spec.get("pool")), Decimal(0))
    points = {spec["uuid"]: Decimal(spec["points"]) for spec in specs}
    return every + sum((points[pool["questions"][0]] * pool["draw"] for pool in pools.values()), Decimal(0))


def _compile(
    quiz: Quiz, resolver: CourseResolver
) -> tuple[list[Spec], dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """Return specs, pools and faults ([(question key or pool, message)]) of the author's current rows."""
    questions = quiz.questions.filter(archived_at=None).prefetch_related("choices", "answers")
    specs: list[Spec] = []
    faults: list[tuple[str, str]] = []
    for question in questions:
        spec = build_spec(question, resolver=resolver)
        if fault := find_fault(question, spec):
            faults.append((question.key, fault))
        elif not quiz.is_graded and KINDS[spec["kind"]].may_wait(spec):
            faults.append((question.key, _(WAITS_IN_CHECK)))
        specs.append(spec)
    return specs, _pools(quiz, specs, faults), faults


def publish(quiz: Quiz) -> QuizVersion:
    """Make a version from the author's current rows and return it. New attempts start with it.

    Idempotent: if questions and pools have not changed, the current version is returned. If the quiz has faults, it
    raises UnpublishableQuiz and changes nothing.
    """
    resolver = resolver_for(quiz.activity.course)
    specs, pools, faults = _compile(quiz, resolver)
    if faults:
        raise UnpublishableQuiz(faults)
    content: dict[str, Any] = {"questions": [KINDS[spec["kind"]].public_form(spec) for spec in specs]}
    if pools:
        content["pools"] = pools
    fingerprint = json.dumps([specs, pools] if pools else specs, sort_keys=True)
    digest = hashlib.sha256(fingerprint.encode()).hexdigest()
    with transaction.atomic():
        revisions.touch(quiz.activity.course_id)
        _sync_grade_item(quiz)
        locked = Quiz.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=quiz.pk)
        current = locked.current_version
        Quiz.objects.filter(pk=quiz.pk).update(
            intro_html=render_texts(texts_by_language(quiz, "intro"), render_block, resolver)
        )
        if current and current.digest == digest:
            return current
        version = QuizVersion.objects.create(
            quiz=locked,
            number=(current.number if current else 0) + 1,
            digest=digest,
            content=content,
            max_points=_max_points(specs, pools),
        )
        AnswerKey.objects.create(version=version, content={spec["uuid"]: spec for spec in specs})
        Quiz.objects.filter(pk=quiz.pk).update(current_version=version)
    quiz.current_version = version
    return version


def _sync_grade_item(quiz: Quiz) -> None:
    if quiz.is_graded:
        GradeItem.objects.update_or_create(
            activity=quiz.activity, defaults={"grading_method": quiz.grading_method, "pass_mark": quiz.pass_mark}
        )
