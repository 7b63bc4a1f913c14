"""Show questions of a lesson check in the text of the lesson, where the thing is taught, and answer them there.

Such an answer belongs to no attempt. Its feedback is shown at once, and a mistake becomes a practice card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from courses.extensions import QuestionForm
from courses.models import Activity, Enrolment
from lesson_checks.in_markdown import write_question
from practice import single_answers
from practice.answering import NothingAnswered
from questions import KINDS, Response, Spec
from quizzes.attempts.presentation import present_one
from quizzes.authoring.models import Question, Quiz
from quizzes.authoring.versions import get_answer_key
from quizzes.results.question_results import QuestionResult, build_question_result
from quizzes.results.quiz_states import is_lesson_check_shown
from quizzes.taking.pages.saving import Refusal
from quizzes.taking.responses import read_response_to


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a lesson check, as its text names it and as students see it."""

    key: str
    public: Spec
    activity: Activity


def questions_in_texts(activities: Sequence[Activity], form: QuestionForm) -> dict[int, dict[str, str]]:
    """Return {lesson id: {key: the question in this form}} of all questions that texts may show. Two queries."""
    asked = find_asked(activities)
    return {pk: {key: _show(question, form) for key, question in found.items()} for pk, found in asked.items()}


def find_asked(activities: Sequence[Activity]) -> dict[int, dict[str, AskedQuestion]]:
    """Return {lesson id: {key: question}} of the checks that show their answers. Two queries."""
    by_id = {activity.pk: activity for activity in activities}
    quizzes = (
        Quiz.objects.filter(activity__in=by_id, current_version__isnull=False)
        .exclude(show_answers=Quiz.ShowAnswers.NEVER)
        .select_related("current_version")
    )
    published = {
        question["uuid"]: question
        for quiz in quizzes
        for question in (quiz.current_version.content["questions"] if quiz.current_version else [])
    }
    rows = Question.objects.filter(quiz__activity__in=by_id, archived_at=None).values_list(
        "quiz__activity", "key", "uuid"
    )
    found: dict[int, dict[str, AskedQuestion]] = {}
    for activity, key, uuid in rows:
        if str(uuid) in published:
            found.setdefault(activity, {})[key] = AskedQuestion(key, published[str(uuid)], by_id[activity])
    return found


def _show(question: AskedQuestion, form: QuestionForm) -> str:
    if form == "name":
        return f'<div class="question-here" data-question="{question.public["uuid"]}"></div>'
    if form == "markdown":
        return write_question(present_one(question.public, number=1, seed=question.activity.uuid, response={}))
    return render_question(question, is_printed=form == "print")


def render_question(
    question: AskedQuestion,
    *,
    response: Response | None = None,
    outcome: QuestionResult | None = None,
    refusal: Refusal | None = None,
    is_printed: bool = False,
) -> str:
    """Return the question as a part of the lesson's page: open, refused or with its feedback."""
    # The same order of choices for all readers, because the page is the same for all, and after the answer as before it.
    shown = present_one(question.public, number=1, seed=question.activity.uuid, response=response or {})
    context = {
        "question": shown,
        "course": question.activity.course,
        "activity": question.activity,
        "outcome": outcome,
        "refusal": refusal,
        "is_printed": is_printed,
        "LANGUAGE_CODE": get_language(),
    }
    return render_to_string("lesson_checks/_question.html", context)


def answer(
    question: AskedQuestion, raw: Any, *, quiz: Quiz, user: User, enrolment: Enrolment, now: datetime
) -> tuple[Response, QuestionResult]:
    """Grade an answer. Return it as it was read, with its result.

    Raises NothingAnswered, and the errors of `read_response_to`.
    """
    response = read_response_to(question.public, raw)
    uuid = question.public["uuid"]
    assert quiz.current_version is not None
    # `find_asked` finds no others.
    assert is_lesson_check_shown(quiz)
    spec = get_answer_key(quiz.current_version)[uuid]
    score = KINDS[spec["kind"]].grade(spec, response)
    if score.outcome == "unanswered":
        raise NothingAnswered(_("Answer the question first."), question=uuid)
    single_answers.remember_mistake(
        user=user, enrolment=enrolment, quiz=quiz, question=UUID(uuid), response=response, score=score, now=now
    )
    return response, build_question_result(question.public, response, score.as_dict(), spec)


def typed_responses(asked: Mapping[str, AskedQuestion], data: Any) -> dict[str, Response]:
    """Return what a form says for the questions that it has answered, by key, as far as it can be read."""
    found = {}
    for key, question in asked.items():
        kind = KINDS[question.public["kind"]]
        try:
            response = kind.read_response(question.public, kind.from_form(question.public, data))
        except ValueError:
            continue
        if kind.is_answered(response):
            found[key] = response
    return found
