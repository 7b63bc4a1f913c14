"""Serve a student's appeals through the API. The pages call the same functions."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from appeals import filing, reading
from appeals.models import Appeal
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from common.lookup import or_404
from quizzes.attempts import queries


class AppealSerializer(OutputSerializer):
    """What a student said against the grading of one answer, and what became of it."""

    question = serializers.UUIDField()
    text = serializers.CharField()
    status = serializers.ChoiceField(
        choices=Appeal.Status.values, help_text="`answered`: the grade stays, and `answer` says why."
    )
    answer = serializers.CharField(help_text="What staff answered. May be empty.")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class AppealListSerializer(OutputSerializer):
    """The appeals about the answers of one attempt."""

    results = AppealSerializer(many=True)


class AppealInput(InputSerializer):
    text = serializers.CharField(max_length=filing.LONGEST, help_text="Why the answer is right.")


class AttemptAppeals(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_appeals",
        summary="The appeals about the answers of an attempt",
        description="In the order in which they were made first. At most one for each question. While the grades of the quiz are "
        "held back, one that is decided still waits.",
        tags=["attempts"],
        responses={200: AppealListSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        found = [reading.as_shown(appeal, attempt) for appeal in Appeal.objects.filter(attempt=attempt)]
        return Response({"results": AppealSerializer.shape_all(found)})


class AppealDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="appeal_file",
        summary="Say that an answer is right",
        description="Once for each answer of a graded attempt that has not got full points. May be repeated with the same text, "
        "and again after it was withdrawn. Refused with `not-appealable`, `appeal-exists` or `too-many-appeals`.",
        tags=["attempts"],
        request=AppealInput,
        responses={200: AppealSerializer, **problems(400, 404, 409, 413, 415)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        or_404(attempt.find_question(question))
        given = AppealInput.read(request.data)
        appeal = filing.file(attempt=attempt, question=question, text=given["text"], now=timezone.now())
        return Response(AppealSerializer.shape(reading.as_shown(appeal, attempt)))

    @extend_schema(
        operation_id="appeal_withdraw",
        summary="Withdraw an appeal",
        description="Idempotent. One that is decided stays.",
        tags=["attempts"],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        or_404(attempt.find_question(question))
        filing.withdraw(attempt=attempt, question=question)
        return Response(status=204)
