"""The daily review of one's own mistakes. Pages call the same functions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.practice import answering, queue
from quizzes.practice.answering import AnsweredCard
from quizzes.practice.models import PracticeCard
from quizzes.practice.queue import Today
from quizzes.questions import KIND_NAMES
from quizzes.results.api import QuestionOutcome, QuestionResultSerializer
from quizzes.taking.api.serializers import RESPONSE_SHAPES, ChoiceSerializer
from quizzes.taking.api.shapes import Choice, choices_of


class CardSerializer(OutputSerializer):
    """A question that was answered wrong before. There is no word of the key in it."""

    uuid = serializers.UUIDField(source="card.uuid", help_text="The card's.")
    turn = serializers.IntegerField(source="card.next_turn", help_text="What `review_answer` takes.")
    course = serializers.CharField(source="card.enrolment.course.slug", help_text="The course's `slug`.")
    question = serializers.UUIDField(source="question.uuid")
    kind = serializers.ChoiceField(choices=KIND_NAMES, source="question.kind")
    language = serializers.CharField(source="question.language", help_text="What the texts are written in.")
    text = serializers.CharField(source="question.text", help_text="Markdown.")
    html = serializers.CharField(source="question.html", help_text="The same, rendered.")
    choices = ChoiceSerializer(many=True, help_text="In the order to show; empty for a question that is no choice.")
    body = serializers.JSONField(source="question.body", help_text="As in an attempt.")


class ReviewTodaySerializer(OutputSerializer):
    on = serializers.DateField(source="today.on", help_text="Today, in the person's time zone.")
    done = serializers.IntegerField(source="today.done", help_text="How many have been answered today.")
    total = serializers.IntegerField(
        source="today.total", help_text="How many that makes with those still to be asked."
    )
    next_on = serializers.DateField(
        source="today.next_on",
        allow_null=True,
        help_text="The first day on which a question comes that is not today's.",
    )
    card = CardSerializer(allow_null=True, help_text="The next question of today; null: there is none.")


class CardAnswerInput(serializers.Serializer[Any]):
    response = serializers.JSONField(allow_null=True, help_text=f"{RESPONSE_SHAPES} Null: the student does not know.")


class CardAnswerSerializer(OutputSerializer):
    """One answer of the review, which counts for nothing but when the question comes again."""

    card = serializers.UUIDField(source="answered.card.uuid")
    turn = serializers.IntegerField(source="answered.review.turn")
    comes_again_on = serializers.DateField(source="answered.comes_again_on")
    result = QuestionResultSerializer(help_text="`pending`: no rule can decide it; the student compares it themselves.")
    review = ReviewTodaySerializer(help_text="The review after it, with the next question.")


@dataclass(slots=True)
class CardAsked:
    card: PracticeCard
    question: PresentedQuestion

    @property
    def choices(self) -> list[Choice]:
        return choices_of(self.question)


@dataclass(slots=True)
class ReviewToday:
    today: Today
    card: CardAsked | None


@dataclass(slots=True)
class CardAnswer:
    answered: AnsweredCard
    review: ReviewToday

    @property
    def result(self) -> QuestionOutcome:
        return QuestionOutcome(self.answered.result)


def _today(request: AuthenticatedRequest) -> ReviewToday:
    today = queue.get_today(user=request.user, now=timezone.now())
    card = today.cards[0] if today.cards else None
    return ReviewToday(today, CardAsked(card, answering.present_next(card)) if card else None)


class Review(AuthenticatedAPIView):
    @extend_schema(
        operation_id="review_today",
        summary="The daily review: questions that one got wrong, by spaced repetition",
        description="The next question of today, one at a time. A question that was answered wrong comes here once its "
        "answers have been shown to the student: first on the next day, then less and less often.",
        tags=["review"],
        responses={200: ReviewTodaySerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response(ReviewTodaySerializer.shape(_today(request)))


class CardTurn(AuthenticatedAPIView):
    @extend_schema(
        operation_id="review_answer",
        summary="Answer a question of the daily review",
        description="May be repeated: the answer that came first stands. Refused with `card-not-due` when the question is "
        "not up for review today, `nothing-answered`, `too-long`, `unknown-choice` or `invalid-response`.",
        tags=["review"],
        request=CardAnswerInput,
        responses={200: CardAnswerSerializer, **problems(400, 404, 409, 413)},
    )
    def put(self, request: AuthenticatedRequest, card: UUID, turn: int) -> Response:
        if not PracticeCard.objects.for_student(request.user).filter(uuid=card).exists():
            raise Http404
        form = CardAnswerInput(data=request.data)
        form.is_valid(raise_exception=True)
        answered = answering.answer(
            user=request.user, card=card, turn=turn, response=form.validated_data["response"], now=timezone.now()
        )
        return Response(CardAnswerSerializer.shape(CardAnswer(answered, _today(request))))
