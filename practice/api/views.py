"""Serve practice through the API, which calls it the daily review. The student pages call the same functions."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import ComponentField, problems
from common.api.serializers import InputSerializer, OutputSerializer
from practice import answering, queue
from practice.answering import AnsweredCard
from practice.models import PracticeCard
from practice.queue import Today
from questions import KIND_NAMES
from quizzes.attempts.api_choices import Choice, ChoiceSerializer, choices_of
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.api import QuestionOutcome, QuestionResultSerializer


class CardSerializer(OutputSerializer):
    """A question that the student got wrong before, without its answer key."""

    uuid = serializers.UUIDField(source="card.uuid", help_text="The card's `uuid`.")
    turn = serializers.IntegerField(
        min_value=1, source="card.next_turn", help_text="The turn to send to `review_answer`."
    )
    course = serializers.CharField(source="card.enrolment.course.slug", help_text="The course's `slug`.")
    question = serializers.UUIDField(source="question.uuid")
    kind = serializers.ChoiceField(choices=KIND_NAMES, source="question.kind")
    language = serializers.CharField(source="question.language", help_text="The language of the texts.")
    text = serializers.CharField(source="question.text", help_text="Markdown.")
    html = serializers.CharField(source="question.html", help_text="The same text as HTML.")
    choices = ChoiceSerializer(many=True, help_text="In the order to show. Empty unless it is a choice question.")
    body = ComponentField("QuestionBody", source="question.body", help_text="What its `kind` shows below the text.")


# The API keeps the name "review" in its addresses, fields and schemas.
@extend_schema_serializer(component_name="ReviewToday")
class PracticeTodaySerializer(OutputSerializer):
    on = serializers.DateField(source="today.on", help_text="Today, in the person's time zone.")
    done = serializers.IntegerField(
        min_value=0, source="today.done", help_text="The number of questions answered today."
    )
    total = serializers.IntegerField(
        min_value=0, source="today.total", help_text="The number of today's questions, answered or not."
    )
    next_on = serializers.DateField(
        source="today.next_on",
        allow_null=True,
        help_text="The next date with a question that is not one of today's. Null if there is none.",
    )
    card = CardSerializer(allow_null=True, help_text="The next question of today. Null if there is none.")


class CardAnswerInput(InputSerializer):
    response = ComponentField(
        "QuestionResponseInput", allow_null=True, help_text="Null: the student does not know the answer."
    )


class CardAnswerSerializer(OutputSerializer):
    """One graded answer. It decides only when the question is asked again; it affects neither grades nor progress."""

    card = serializers.UUIDField(source="answered.card.uuid")
    turn = serializers.IntegerField(min_value=1, source="answered.answer.turn")
    comes_again_on = serializers.DateField(source="answered.comes_again_on")
    result = QuestionResultSerializer(
        help_text="`pending`: no rule can decide the answer; the student compares it with the solution."
    )
    review = PracticeTodaySerializer(source="today", help_text="Today after this answer, with the next question.")


@dataclass(slots=True)
class AskedCard:
    card: PracticeCard
    question: PresentedQuestion

    @property
    def choices(self) -> list[Choice]:
        return choices_of(self.question)


@dataclass(slots=True)
class TodayWithQuestion:
    today: Today
    card: AskedCard | None


@dataclass(slots=True)
class AnswerWithToday:
    answered: AnsweredCard
    today: TodayWithQuestion

    @property
    def result(self) -> QuestionOutcome:
        return QuestionOutcome(self.answered.result)


def _today(request: AuthenticatedRequest) -> TodayWithQuestion:
    today = queue.prepare_today(user=request.user, now=timezone.now())
    card = today.cards[0] if today.cards else None
    return TodayWithQuestion(today, AskedCard(card, answering.present_next(card)) if card else None)


class PracticeToday(AuthenticatedAPIView):
    @extend_schema(
        operation_id="review_today",
        summary="The daily review: questions that the student got wrong, by spaced repetition",
        description="Returns the next question of today. A question that was answered wrong is asked again once the "
        "student may see its solution: first on the next day, then less and less often.",
        tags=["review"],
        responses={200: PracticeTodaySerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response(PracticeTodaySerializer.shape(_today(request)))


class PracticeTurn(AuthenticatedAPIView):
    @extend_schema(
        operation_id="review_answer",
        summary="Answer a question of the daily review",
        description="Idempotent: the first answer to a turn stays. Refused with `card-not-due` if the question is not "
        "due today, `nothing-answered`, `too-long`, `unknown-choice` or `invalid-response`.",
        tags=["review"],
        request=CardAnswerInput,
        responses={200: CardAnswerSerializer, **problems(400, 404, 409, 413)},
    )
    def put(self, request: AuthenticatedRequest, card: UUID, turn: int) -> Response:
        if not PracticeCard.objects.for_student(request.user).filter(uuid=card).exists():
            raise Http404
        response = CardAnswerInput.read(request.data)["response"]
        answered = answering.answer(user=request.user, card=card, turn=turn, response=response, now=timezone.now())
        return Response(CardAnswerSerializer.shape(AnswerWithToday(answered, _today(request))))
