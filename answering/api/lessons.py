"""Serve the questions in a lesson through the API. The page of the lesson calls the same functions."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from answering import in_lessons
from common.api.openapi import ComponentField, problems
from common.api.serializers import InputSerializer, OutputSerializer
from questions import KIND_NAMES
from quizzes.attempts.api_choices import Choice, ChoiceSerializer, choices_of
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.api import QuestionOutcome, QuestionResultSerializer


class InLessonSerializer(OutputSerializer):
    """A question of a lesson check, without its answer key."""

    uuid = serializers.UUIDField(source="question.uuid")
    kind = serializers.ChoiceField(choices=KIND_NAMES, source="question.kind")
    language = serializers.CharField(source="question.language", help_text="The language of the texts.")
    text = serializers.CharField(source="question.text", help_text="Markdown.")
    html = serializers.CharField(source="question.html", help_text="The same text as HTML.")
    choices = ChoiceSerializer(many=True, help_text="In the order to show. Empty unless it is a choice question.")
    body = ComponentField("QuestionBody", source="question.body", help_text="What its `kind` shows below the text.")


class InLessonListSerializer(OutputSerializer):
    """The questions that are answered one by one. None if the check does not show its answers."""

    results = InLessonSerializer(many=True)


class InLessonInput(InputSerializer):
    response = ComponentField("QuestionResponseInput", help_text="In the form that the question's `kind` asks for.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `InLessonSerializer` shapes."""

    question: PresentedQuestion

    @property
    def choices(self) -> list[Choice]:
        return choices_of(self.question)


@dataclass(frozen=True, slots=True)
class _List:
    results: list[_Asked]


class LessonQuestions(AuthenticatedAPIView):
    @extend_schema(
        operation_id="lesson_questions",
        summary="The questions in a lesson that are answered one by one",
        description="Those of its lesson check. An element of the lesson's HTML with `data-question` says where one of them "
        "stands. 404 for a lesson without a check.",
        tags=["courses"],
        responses={200: InLessonListSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        check = in_lessons.check_or_404(request.user, uuid)
        return Response(InLessonListSerializer.shape(_List([_Asked(each) for each in check.present()])))


class LessonQuestion(AuthenticatedAPIView):
    @extend_schema(
        operation_id="lesson_question_answer",
        summary="Answer one question in a lesson",
        description="The answer belongs to no attempt, and may be given again. A mistake becomes a card of the daily review. "
        "Refused with `nothing-answered`, `too-long`, `unknown-choice` or `invalid-response`.",
        tags=["courses"],
        request=InLessonInput,
        responses={200: QuestionResultSerializer, **problems(400, 404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        check = in_lessons.check_or_404(request.user, uuid)
        response = InLessonInput.read(request.data)["response"]
        result = in_lessons.answer_question(check, question, response, timezone.now())
        return Response(QuestionResultSerializer.shape(QuestionOutcome(result)))
