"""Serve the grading queue through the API: list it, read one attempt, grade it. The admin calls the same functions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import AuthenticatedRequest
from accounts.api.staff import StaffAPIView, staff_problems
from accounts.audit import recording
from common import languages
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import InputSerializer, OutputSerializer
from courses.api.serializers import ActivityRefSerializer
from courses.api.teaching import StudentSerializer
from courses.roles import rules
from courses.roles.rules import Permission
from questions import KIND_NAMES
from quizzes.attempts.models import Attempt
from quizzes.grading import manual
from quizzes.grading.models import Review
from quizzes.results.api import OUTCOMES, FileSerializer
from review.answers import queue
from review.answers.decisions import COMMENT_LIMIT, read_decision
from review.answers.reviewing import ReviewedAttempt, ReviewedQuestion, get_reviewed


class WaitingAttemptSerializer(OutputSerializer):
    """An attempt that waits for somebody to grade it."""

    uuid = serializers.UUIDField(source="attempt.uuid")
    course = serializers.CharField(source="attempt.enrolment.course.slug", help_text="The course's `slug`.")
    quiz = ActivityRefSerializer(source="attempt.quiz.activity")
    student = StudentSerializer(source="attempt.enrolment.user")
    number = serializers.IntegerField(min_value=1, source="attempt.number")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at")
    pending = serializers.ListField(
        child=serializers.UUIDField(), help_text="The questions that wait for somebody to decide."
    )


class GradingQueueSerializer(PageSerializer):
    """The attempts that wait, the longest waiting first."""

    results = WaitingAttemptSerializer(many=True)


class RubricLineSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    text = serializers.CharField()
    points = serializers.DecimalField(max_digits=6, decimal_places=2, help_text="The most that it can give.")


class ReviewSerializer(OutputSerializer):
    """What a person has decided on one answer."""

    points = serializers.DecimalField(max_digits=6, decimal_places=2)
    criteria = serializers.DictField(child=serializers.CharField(), help_text="Points by line of the rubric.")
    comment = serializers.CharField(help_text="What the student reads. May be empty.")
    reviewer = serializers.CharField(allow_null=True, help_text="The name of the person. Null if the account is gone.")
    at = serializers.DateTimeField(source="review.at")


class ReviewedQuestionSerializer(OutputSerializer):
    uuid = serializers.UUIDField(source="reviewed.question.uuid")
    number = serializers.IntegerField(min_value=1, source="reviewed.question.number")
    kind = serializers.ChoiceField(choices=KIND_NAMES, source="reviewed.question.kind")
    text = serializers.CharField(source="reviewed.text", help_text="The question in words.")
    answer = serializers.CharField(source="reviewed.answer", help_text="The student's answer in words.")
    files = FileSerializer(many=True, source="reviewed.files")
    solution = serializers.CharField(source="reviewed.right", help_text="In words. Empty if a person decides.")
    explanation = serializers.CharField(source="reviewed.why", help_text="How the rules have decided. May be empty.")
    notes_html = serializers.CharField(source="reviewed.notes", help_text="For whoever grades. May be empty.")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    points = serializers.DecimalField(max_digits=6, decimal_places=2, help_text="0.00 while it is `pending`.")
    max_points = serializers.DecimalField(max_digits=6, decimal_places=2)
    rubric = RubricLineSerializer(many=True, help_text="Empty: the answer gets `points` as a whole.")
    reviews = ReviewSerializer(many=True, help_text="The decisions on this answer; the last one counts.")


class ReviewedAttemptSerializer(WaitingAttemptSerializer):
    """An attempt as whoever grades it sees it, with the answer key."""

    status = serializers.ChoiceField(choices=("graded", "needs_review"), source="attempt.status")
    may_grade = serializers.BooleanField(help_text="Whether the person's role permits to grade it.")
    seen = serializers.IntegerField(
        min_value=0, max_value=2**53, help_text="The last decision. Send it back with your own."
    )
    questions = ReviewedQuestionSerializer(many=True)


class DecisionInput(InputSerializer):
    """What one answer is worth."""

    points = serializers.CharField(
        required=False, max_length=20, help_text="From `0` to `max_points`, for a question without a rubric."
    )
    criteria = serializers.DictField(
        child=serializers.CharField(max_length=20),
        required=False,
        help_text="Points for each line of the rubric, by its uuid.",
    )
    comment = serializers.CharField(required=False, allow_blank=True, max_length=COMMENT_LIMIT)


class ReviewsInput(InputSerializer):
    """Decisions on answers of one attempt. All of them are stored, or none."""

    seen = serializers.IntegerField(
        min_value=0,
        max_value=2**53,
        help_text="`seen` of the attempt as it was read. A later decision by somebody else is not overwritten.",
    )
    decisions = serializers.DictField(child=DecisionInput(), allow_empty=False, help_text="By the question's uuid.")


@dataclass(frozen=True, slots=True)
class Waiting:
    attempt: Attempt
    pending: list[str]


@dataclass(frozen=True, slots=True)
class ShownReview:
    review: Review

    @property
    def points(self) -> Any:
        return self.review.points

    @property
    def criteria(self) -> dict[str, str]:
        criteria: dict[str, str] = self.review.criteria
        return criteria

    @property
    def comment(self) -> str:
        return self.review.comment

    @property
    def reviewer(self) -> str | None:
        return str(self.review.reviewer) if self.review.reviewer else None


@dataclass(frozen=True, slots=True)
class RubricLine:
    uuid: str
    text: str
    points: str


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    reviewed: ReviewedQuestion

    @property
    def outcome(self) -> str:
        return str(self.reviewed.score["outcome"])

    @property
    def points(self) -> str:
        return str(self.reviewed.score["points"])

    @property
    def max_points(self) -> str:
        return str(self.reviewed.score["max_points"])

    @property
    def rubric(self) -> list[RubricLine]:
        return [
            RubricLine(part["uuid"], languages.choose(part["text"]), part["points"])
            for part in self.reviewed.spec.get("rubric", [])
        ]

    @property
    def reviews(self) -> list[ShownReview]:
        return [ShownReview(review) for review in self.reviewed.reviews]


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    attempt: Attempt
    reviewed: ReviewedAttempt
    may_grade: bool

    @property
    def pending(self) -> list[str]:
        return [question.question.uuid for question in self.reviewed.questions if question.is_pending]

    @property
    def seen(self) -> int:
        return self.reviewed.seen

    @property
    def questions(self) -> list[ShownQuestion]:
        return [ShownQuestion(question) for question in self.reviewed.questions]


def _attempt_or_404(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    visible = rules.may(request.user, Permission.READ, Attempt.course_path)
    attempt: Attempt = get_object_or_404(queue.graded_attempts().filter(visible), uuid=uuid)
    return attempt


def _shown(request: AuthenticatedRequest, attempt: Attempt) -> Response:
    recording.record_rows(Attempt, [attempt])
    may_grade = rules.can(request.user, Permission.GRADE, attempt.enrolment.course_id)
    shown = ShownAttempt(attempt, get_reviewed(attempt), may_grade)
    return Response(ReviewedAttemptSerializer.shape(shown))


class GradingQueue(StaffAPIView):
    @extend_schema(
        operation_id="grading_queue",
        summary="The attempts that wait for somebody to grade them",
        description="Of the courses in which the person may grade, the longest waiting first. Empty for others.",
        tags=["teaching"],
        parameters=[
            OpenApiParameter("course", str, description="Only attempts in the course with this `slug`."),
            *PAGE_PARAMETERS,
        ],
        responses={200: GradingQueueSerializer, **staff_problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        waiting = queue.waiting_attempts(request.user).select_related(*queue.RELATED)
        course = request.query_params.get("course", "").replace("\0", "")
        if course:
            waiting = waiting.filter(enrolment__course__slug=course)
        page = paginate(request, waiting, queue.LONGEST_WAITING_FIRST)
        recording.record_rows(Attempt, page.items)
        rows = [Waiting(attempt, pending) for attempt, pending in queue.with_pending(page.items)]
        return paginated(page, {"results": WaitingAttemptSerializer.shape_all(rows)})


class GradingQueueEntry(StaffAPIView):
    @extend_schema(
        operation_id="grading_queue_read",
        summary="An attempt as whoever grades it sees it",
        description="With the answer key, for those who have a role in its course. It can be read after it was graded, too.",
        tags=["teaching"],
        responses={200: ReviewedAttemptSerializer, **staff_problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return _shown(request, _attempt_or_404(request, uuid))


class GradingQueueReviews(StaffAPIView):
    @extend_schema(
        operation_id="attempt_review",
        summary="Decide on answers of an attempt",
        description="The attempt is graded again with the decisions, and the gradebook gets the points when no question is "
        "pending. Idempotent. Refused with `review-overtaken` if somebody else has decided after `seen`.",
        tags=["teaching"],
        request=ReviewsInput,
        responses={200: ReviewedAttemptSerializer, **staff_problems(400, 404, 409)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        attempt = _attempt_or_404(request, uuid)
        if not rules.can(request.user, Permission.GRADE, attempt.enrolment.course_id):
            raise PermissionDenied
        given = ReviewsInput.read(request.data)
        decisions = _read_decisions(get_reviewed(attempt), given["decisions"])
        manual.record_reviews(
            attempt=attempt, decisions=decisions, reviewer=request.user, now=timezone.now(), seen=given["seen"]
        )
        return _shown(request, _attempt_or_404(request, uuid))


def _read_decisions(reviewed: ReviewedAttempt, given: dict[str, dict[str, Any]]) -> dict[UUID, manual.Decision]:
    """Return the decisions by question. Raises ValidationError, with the errors by question."""
    specs = {question.spec["uuid"]: question.spec for question in reviewed.questions}
    decisions: dict[UUID, manual.Decision] = {}
    errors: dict[str, Any] = {}
    for name, each in given.items():
        if name not in specs:
            errors[name] = [_("This question is not part of the attempt.")]
            continue
        try:
            decision = read_decision(
                specs[name],
                points=each.get("points", ""),
                criteria=each.get("criteria", {}),
                comment=each.get("comment", ""),
            )
        except ValueError as fault:
            errors[name] = {"points": [str(fault)]}
            continue
        if decision is None:
            errors[name] = {"points": [_("Give points; 0 is allowed.")]}
        else:
            decisions[UUID(name)] = decision
    if errors:
        raise ValidationError({"decisions": errors})
    return decisions
