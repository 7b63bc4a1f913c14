"""Owns how what an author edits becomes what students meet: a new version, and beside it the key.

A version never changes, so an attempt that started with it ends with it, whatever is edited meanwhile.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid5

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from courses import gradebook, revisions
from courses.models import Enrolment, GradeItem
from courses.rendering import CourseResolver, render_block, render_fragment, resolver_for
from quizzes.models import AcceptedAnswer, AnswerKey, Choice, Question, Quiz, QuizVersion
from quizzes.questions import KINDS, WAITS_IN_CHECK, Spec, SpecError

Texts = dict[str, str]

# Students named in a message; more are counted.
NAMED = 10


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
    kind = KINDS[question.kind]
    if question.pool:
        spec["pool"] = question.pool
    spec |= kind.build(question.definition, identify=lambda name: str(uuid5(question.salt, name)), html=html)
    if kind.rows == "choices":
        return {**spec, "choices": [choice(row) for row in question.choices.all()]}
    spec["feedback"] = {
        "correct": html(_texts(question, "correct_feedback")),
        "incorrect": html(_texts(question, "incorrect_feedback")),
    }
    if kind.rows == "answers":
        spec |= _compared_with(list(question.answers.all()), html)
    return spec


def _compared_with(answers: list[AcceptedAnswer], html: Callable[[Texts], Texts]) -> Spec:
    """The texts of a short answer; known wrong ones with the same feedback are one group."""
    known_wrong: dict[str, dict[str, Any]] = {}
    for answer in answers:
        if not answer.is_correct:
            feedback = html(_texts(answer, "feedback"))
            group = known_wrong.setdefault(json.dumps(feedback), {"answers": [], "feedback": feedback})
            group["answers"].append(answer.text)
    accept = [answer.text for answer in answers if answer.is_correct]
    return {"accept": accept, "known_wrong": list(known_wrong.values())}


def fault_of(question: Question, spec: Spec) -> str:
    """What keeps a question from being asked, in the reader's language; "" for nothing."""
    try:
        KINDS[question.kind].parse(spec)
    except SpecError as error:
        return _(error.message)
    return ""


def _pools(quiz: Quiz, specs: list[Spec], faults: list[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """{pool: {"draw": n, "questions": [uuid]}}; what is wrong with a pool is added to `faults`."""
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
            # Else the maximum would depend on the draw.
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


def _compiled(
    quiz: Quiz, resolver: CourseResolver
) -> tuple[list[Spec], dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """What the author's rows say now: specs, pools, and [(question key or pool, what is wrong with it)]."""
    questions = quiz.questions.filter(archived_at=None).prefetch_related("choices", "answers")
    specs: list[Spec] = []
    faults: list[tuple[str, str]] = []
    for question in questions:
        spec = spec_of(question, resolver=resolver)
        if fault := fault_of(question, spec):
            faults.append((question.key, fault))
        elif not quiz.is_graded and KINDS[spec["kind"]].may_wait(spec):
            faults.append((question.key, _(WAITS_IN_CHECK)))
        specs.append(spec)
    return specs, _pools(quiz, specs, faults), faults


def faults(quiz: Quiz) -> list[tuple[str, str]]:
    """What keeps the author's rows from being what students meet: [(question key or pool, sentence)]."""
    return _compiled(quiz, resolver_for(quiz.activity.course))[2]


def publish(quiz: Quiz) -> QuizVersion:
    """Make what the author's rows say now the version that the next attempts start with; nothing new, same version.

    Raises UnpublishableQuiz, with nothing changed, when a question cannot be asked as it stands.
    """
    resolver = resolver_for(quiz.activity.course)
    specs, pools, wrong = _compiled(quiz, resolver)
    if wrong:
        raise UnpublishableQuiz(wrong)
    content: dict[str, Any] = {"questions": [KINDS[spec["kind"]].public_view(spec) for spec in specs]}
    if pools:
        content["pools"] = pools
    signed = json.dumps([specs, pools] if pools else specs, sort_keys=True)
    digest = hashlib.sha256(signed.encode()).hexdigest()
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
            content=content,
            max_points=_max_points(specs, pools),
        )
        AnswerKey.objects.create(version=version, content={spec["uuid"]: spec for spec in specs})
        Quiz.objects.filter(pk=quiz.pk).update(current_version=version)
    quiz.current_version = version
    return version


def lowering(activity_id: int, *, counts: str, pass_mark: int) -> str:
    """Nobody's grade falls by a click, nor by a file: who would lose by these rules, as a sentence; "" for nobody."""
    item = GradeItem.objects.filter(activity=activity_id).first()
    if item is None or (item.counts, item.pass_mark) == (counts, pass_mark):
        return ""
    losing = gradebook.losing(item, GradeItem(counts=counts, pass_mark=pass_mark))
    if not losing:
        return ""
    students = Enrolment.objects.filter(pk__in=losing).select_related("user").order_by("user__name")
    who = named([student.user for student in students])
    return ngettext(
        "By these rules %(n)d student would stand lower or no longer have passed, without having been told before: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        "By these rules %(n)d students would stand lower or no longer have passed, without having been told before: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        len(losing),
    ) % {"n": len(losing), "who": who}


def named(people: Sequence[User | str]) -> str:
    """The first of them, for a sentence."""
    return ", ".join(map(str, people[:NAMED])) + (" …" if len(people) > NAMED else "")


def _sync_grade_item(quiz: Quiz) -> None:
    if quiz.is_graded:
        GradeItem.objects.update_or_create(
            activity=quiz.activity, defaults={"counts": quiz.counts, "pass_mark": quiz.pass_mark}
        )
