"""Serve the flags of an attempt through the API. The page calls the same function."""

from dataclasses import dataclass
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from common.lookup import or_404
from quizzes.attempts import queries
from quizzes.attempts.flags import set_flag
from quizzes.attempts.models import Attempt


class FlagsSerializer(OutputSerializer):
    """The questions that the student wants to look at again before submitting."""

    questions = serializers.ListField(child=serializers.UUIDField())


@dataclass(frozen=True, slots=True)
class _Flags:
    questions: list[str]


class Flags(AuthenticatedAPIView):
    @extend_schema(
        operation_id="attempt_flags",
        summary="The flagged questions of an attempt",
        description="Flags change nothing of the result.",
        tags=["attempts"],
        responses={200: FlagsSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        return Response(FlagsSerializer.shape(_Flags(attempt.flagged or [])))


class Flag(AuthenticatedAPIView):
    @extend_schema(
        operation_id="answer_flag",
        summary="Flag a question, to look at it again",
        description="Idempotent. An attempt that is over keeps its flags.",
        tags=["attempts"],
        request=None,
        responses={204: None, **problems(404)},
    )
    def put(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        set_flag(attempt=_attempt_or_404(request, uuid, question), question=question, is_flagged=True)
        return Response(status=204)

    @extend_schema(
        operation_id="answer_unflag",
        summary="Take the flag of a question away",
        description="Idempotent. An attempt that is over keeps its flags.",
        tags=["attempts"],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        set_flag(attempt=_attempt_or_404(request, uuid, question), question=question, is_flagged=False)
        return Response(status=204)


def _attempt_or_404(request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Attempt:
    attempt = or_404(queries.find_own_attempt(request.user, uuid))
    or_404(attempt.find_question(question))
    return attempt
