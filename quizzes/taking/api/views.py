"""Serve a student's quizzes and attempts in the API."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, paginate, paginated
from common.errors import DomainError
from common.lookup import or_404
from courses import access, progress
from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.results import attempt_results, question_results
from quizzes.results.api import QuestionOutcome, QuestionResultSerializer
from quizzes.results.overview import get_overview
from quizzes.taking import save, start, submit
from quizzes.taking.api import shapes
from quizzes.taking.api.serializers import (
    AnswerInput,
    AnswerSerializer,
    AttemptListSerializer,
    AttemptSerializer,
    AttemptSummarySerializer,
    QuizSerializer,
    ResultSerializer,
    StartInput,
    SubmitInput,
)

# Seconds until the client should poll again. Grading takes less than one.
RETRY_AFTER = "1"


def _retry_after(status: int) -> OpenApiParameter:
    return OpenApiParameter(
        "Retry-After", int, OpenApiParameter.HEADER, response=[status], description="Seconds; while it is not graded."
    )


def _location(status: int, what: str) -> OpenApiParameter:
    return OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[status], description=f"The {what}.")


class NotSubmitted(DomainError):
    slug = "not-submitted"
    status = 409
    help = gettext_lazy("The attempt is still open, so there is no result yet. Submit it first.")


def _quiz(request: AuthenticatedRequest, uuid: UUID) -> tuple[Quiz, Enrolment]:
    """Return the quiz of an activity and the student's enrolment. Raises Http404."""
    quiz = or_404(queries.find_quiz(request.user, uuid))
    return quiz, access.enrolment_or_404(request.user, quiz.activity.course.slug)


def _own(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    return or_404(queries.find_own_attempt(request.user, uuid))


def _attempt(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    """Return the user's own attempt; submit it first if its deadline has passed and the sweep has not run yet."""
    attempt = _own(request, uuid)
    submit.expire(attempt=attempt, now=timezone.now())
    return attempt


class QuizDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="quiz_read",
        summary="A quiz before an attempt",
        description="Takes the uuid of a quiz in the outline, or of a lesson that has a check. The questions come with "
        "the attempt.",
        tags=["quizzes"],
        responses={200: QuizSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        quiz, enrolment = _quiz(request, uuid)
        progress.record_visit(enrolment=enrolment, activity=quiz.activity, now=timezone.now())
        overview = get_overview(quiz=quiz, enrolment=enrolment, now=timezone.now())
        return Response(QuizSerializer.shape(shapes.QuizBefore(quiz, quiz.activity, overview)))


class QuizAttempts(AuthenticatedAPIView):
    @extend_schema(
        operation_id="quiz_attempts_list",
        summary="The student's attempts at a quiz",
        description="The last one first.",
        tags=["quizzes"],
        parameters=PAGE_PARAMETERS,
        responses={200: AttemptListSerializer, **problems(400, 404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        quiz, enrolment = _quiz(request, uuid)
        page = paginate(request, quiz.attempts.filter(enrolment=enrolment).with_release(), queries.NEWEST_FIRST)
        now = timezone.now()
        summaries = [shapes.AttemptSummary(attempt.hide_held(), now) for attempt in page.items]
        return paginated(page, {"results": AttemptSummarySerializer.shape_all(summaries)})

    @extend_schema(
        operation_id="attempt_start",
        summary="Start an attempt, or resume the open one",
        description="201 for a new attempt, 200 for one that was open. Refused with `no-attempts-left`, "
        "`answers-revealed`, `quiz-not-open`, `quiz-closed`, `wrong-access-code` or `too-many-codes`.",
        tags=["quizzes"],
        parameters=[_location(201, "attempt"), _location(200, "attempt")],
        request=StartInput,
        responses={201: AttemptSerializer, 200: AttemptSerializer, **problems(400, 403, 404, 409, 413, 415, 429)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        quiz, enrolment = _quiz(request, uuid)
        now = timezone.now()
        given = StartInput.read(request.data)
        code = given.get("access_code", "")
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=now, access_code=code)
        is_new = attempt.started_at == now
        if not is_new:
            attempt = _attempt(request, attempt.uuid)
        return Response(
            AttemptSerializer.shape(shapes.in_full(attempt, now, is_new=is_new)),
            status=201 if is_new else 200,
            headers={"Location": reverse("api-attempt-detail", args=[attempt.uuid])},
        )


class AttemptDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_read",
        summary="An attempt with its questions and answers",
        description="While it is open, and afterwards: what the student has answered. The result comes from `attempt_result`.",
        tags=["attempts"],
        responses={200: AttemptSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return Response(AttemptSerializer.shape(shapes.in_full(_attempt(request, uuid), timezone.now())))


class AttemptAnswer(AuthenticatedAPIView):
    @extend_schema(
        operation_id="answer_save",
        summary="Save one answer",
        description="May be repeated. The answers that are saved count when the attempt is submitted. Refused with "
        "`too-long`, `unknown-choice`, `unknown-question`, `answer-checked`, `attempt-closed` or `deadline-passed`; "
        "everything else stays saved.",
        tags=["attempts"],
        request=AnswerInput,
        responses={200: AnswerSerializer, **problems(400, 404, 409, 413, 415)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt_to_answer(request.user, uuid))
        given = AnswerInput.read(request.data)
        answer = save.save_answer(
            attempt=attempt,
            question=question,
            response=given["response"],
            now=timezone.now(),
            sequence=given.get("sequence"),
        )
        return Response(AnswerSerializer.shape(answer))


class AnswerCheck(AuthenticatedAPIView):
    @extend_schema(
        operation_id="answer_check",
        summary="Confirm one answer and get its feedback",
        description="Only where the quiz's `show_answers` is `at_once`; else refused with `not-checkable`. Idempotent.",
        tags=["attempts"],
        request=None,
        responses={200: QuestionResultSerializer, **problems(404, 409)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = _own(request, uuid)
        save.confirm_answer(attempt=attempt, question=question, now=timezone.now())
        closed = question_results.confirmed_results(attempt)[str(question)]
        return Response(QuestionResultSerializer.shape(QuestionOutcome(closed)))


class AttemptSubmit(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_submit",
        summary="Submit an attempt",
        description="Idempotent: an attempt that is submitted already stays as it is, whatever `answers` contains. Else "
        "`answers` are saved with it; when one of them is invalid, the others are saved and the attempt stays open. The "
        "result comes from `attempt_result`. Refused with `deadline-passed` after the deadline and its grace: what was saved "
        "by then is submitted, `answers` are kept for the instructor.",
        tags=["attempts"],
        parameters=[_location(202, "result"), _retry_after(202)],
        request=SubmitInput,
        responses={202: AttemptSummarySerializer, **problems(400, 404, 409, 413, 415)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        attempt = _own(request, uuid)
        given = SubmitInput.read(request.data)
        answers = {_question_name(name): raw for name, raw in given.get("answers", {}).items()}
        now = timezone.now()
        attempt = submit.submit(attempt=attempt, answers=answers, now=now)
        return Response(
            AttemptSummarySerializer.shape(shapes.AttemptSummary(attempt, now)),
            status=202,
            headers={"Location": reverse("api-attempt-result", args=[attempt.uuid]), "Retry-After": RETRY_AFTER},
        )


def _question_name(name: str) -> UUID | str:
    """Return the uuid. A name that is none stays as it was sent: only this answer is refused, and the others are saved."""
    try:
        return UUID(name)
    except ValueError:
        return name


class AttemptResult(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_result",
        summary="The result of an attempt",
        description="`submitted` until it is graded, with `Retry-After`. `needs_review` without questions while "
        "the instructor holds the grades back.",
        tags=["attempts"],
        parameters=[_retry_after(200)],
        responses={200: ResultSerializer, **problems(404, 409)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        attempt = _attempt(request, uuid)
        if attempt.status == Attempt.Status.IN_PROGRESS:
            raise NotSubmitted(_("This attempt has not been submitted."))
        return _result(attempt)


class AttemptReveal(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_reveal",
        summary="Show the answers and give up the remaining attempts",
        description="Where the quiz allows it and the student has passed; else `answers-not-available`. Cannot be undone.",
        tags=["attempts"],
        request=None,
        responses={200: ResultSerializer, **problems(404, 409)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return _result(attempt_results.reveal(attempt=_attempt(request, uuid), now=timezone.now()))


def _result(attempt: Attempt) -> Response:
    now = timezone.now()
    body: dict[str, Any] = ResultSerializer.shape(shapes.outcome(attempt_results.get_result(attempt, now=now), now))
    return Response(body, headers={"Retry-After": RETRY_AFTER} if body["status"] == "submitted" else None)
