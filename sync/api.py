"""Take what an app did without a network, and tell it what has changed meanwhile."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import ProblemSerializer, problems
from common.api.serializers import InputSerializer, OutputSerializer
from courses.api.serializers import DoneSerializer
from notes.api import NoteSerializer
from quizzes.sequences import LARGEST
from quizzes.taking.api.serializers import AnswerSerializer
from sync import batches, changes
from sync.outcomes import Answer, Status, Stored
from sync.reading import SyncOperationInput


class SyncInput(InputSerializer):
    """Operations in the order in which they were done."""

    operations = SyncOperationInput(  # type: ignore[call-arg]  # DRF gives `max_length` to the list
        many=True, max_length=batches.MOST, help_text=f"At most {batches.MOST} at once."
    )
    sent_at = serializers.DateTimeField(
        required=False,
        help_text="The clock of the device now. By it the times of the operations are set right if the clock is wrong.",
    )


class _Envelope(InputSerializer):
    """What is read of a request before each operation is read by itself."""

    operations = serializers.ListField(child=serializers.JSONField(allow_null=True), max_length=batches.MOST)
    sent_at = serializers.DateTimeField(required=False)


class SyncAnswerSerializer(OutputSerializer):
    """What became of one operation.

    - `applied`: it is done, or was so already.
    - `duplicate`: it was sent before; `first` and the other fields say what was answered then.
    - `conflict`: something else stands, which is newer: read `changes_read`. A text of a note that was changed elsewhere, too, is
      kept as the note `note`.
    - `evidence`: the answer came too late and is kept; it counts if the instructor accepts it.
    - `rejected`: it is not done, and `problem` says why. Only this status is not remembered: the operation stays with the app,
      which may send it again, later or changed with another `id`.
    """

    id = serializers.UUIDField(allow_null=True, help_text="Of the operation. Null if it has none.")
    status = serializers.ChoiceField(choices=[status.value for status in Status])
    first = serializers.ChoiceField(choices=Stored.values, allow_null=True, help_text="For `duplicate`, else null.")
    note = serializers.UUIDField(allow_null=True, help_text="The note that has the text. Null for other kinds.")
    sequence = serializers.IntegerField(
        min_value=0, max_value=LARGEST, allow_null=True, help_text="Of the answer that stands. Null for other kinds."
    )
    problem = ProblemSerializer(allow_null=True, help_text="For `rejected`, else null.")


class SyncResultSerializer(OutputSerializer):
    """The answers to the operations, in their order."""

    results = SyncAnswerSerializer(many=True)
    server_time = serializers.DateTimeField(help_text="The server's clock.")


class ReadingPlaceSerializer(OutputSerializer):
    """Where the student stopped reading a lesson."""

    lesson = serializers.UUIDField(source="activity.uuid")
    anchor = serializers.CharField(help_text="See `position` of a lesson.")
    read_at = serializers.DateTimeField()


class OpenAttemptSerializer(OutputSerializer):
    """An attempt that can be answered, with its stored answers."""

    uuid = serializers.UUIDField(source="attempt.uuid")
    quiz = serializers.UUIDField(source="attempt.quiz.activity.uuid", help_text="The quiz's uuid, as in the outline.")
    deadline = serializers.DateTimeField(source="attempt.deadline", allow_null=True)
    answers = AnswerSerializer(many=True)
    flagged = serializers.ListField(child=serializers.UUIDField(), help_text="The flagged questions.")


class CourseStateSerializer(OutputSerializer):
    """The student's state in one course. It is complete: what is not in it is not done, or not open any more."""

    course = serializers.CharField(source="enrolment.course.slug", help_text="The course's `slug`.")
    progress_percent = serializers.IntegerField(min_value=0, max_value=100, source="enrolment.progress_percent")
    done = DoneSerializer(many=True)
    positions = ReadingPlaceSerializer(many=True)
    attempts = OpenAttemptSerializer(many=True, help_text="Those that are open.")


class ChangesSerializer(OutputSerializer):
    """What has changed since a cursor."""

    cursor = serializers.CharField(help_text="To send as `since` next time.")
    is_full = serializers.BooleanField(
        help_text="Whether it began without a cursor: drop what none of its pages contains."
    )
    has_more = serializers.BooleanField(help_text="Whether there are more notes: read on with `cursor` at once.")
    server_time = serializers.DateTimeField(help_text="The server's clock.")
    courses = CourseStateSerializer(many=True, help_text="All courses of the student. Empty while `has_more`.")
    notes = NoteSerializer(many=True, help_text="Those that were written, changed or taken back.")
    deleted_notes = serializers.ListField(child=serializers.UUIDField())


@dataclass(frozen=True, slots=True)
class _Result:
    """What `SyncResultSerializer` shapes."""

    results: list[Answer]
    server_time: datetime


class Sync(AuthenticatedAPIView):
    @extend_schema(
        operation_id="sync",
        summary="Send what was done without a network",
        description="Each operation is carried out by itself, once, in the order of the list, and is answered by itself. One "
        "that is wrong or of an unknown kind is `rejected` and stops no other. Sent again, whole or in part, nothing is done "
        "twice: an `id` is known for 400 days.",
        tags=["offline"],
        request=SyncInput,
        responses={200: SyncResultSerializer, **problems(400, 413)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        given = _Envelope.read(request.data)
        now = timezone.now()
        found = batches.apply(user=request.user, operations=given["operations"], now=now, sent_at=given.get("sent_at"))
        return Response(SyncResultSerializer.shape(_Result(found, now)))


class ChangesSince(AuthenticatedAPIView):
    @extend_schema(
        operation_id="changes_read",
        summary="What has changed",
        description="Since the `cursor` of the last answer. Without one, everything. A cursor of more than a week is refused "
        "with 410 `cursor-too-old`: then read everything again, and drop what is not in it. Reading is never a reason to drop "
        "what was not sent yet.",
        tags=["offline"],
        parameters=[OpenApiParameter("since", str, description="From `cursor` of the answer before.")],
        responses={200: ChangesSerializer, **problems(400, 410)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        since = request.query_params.get("since")
        found = changes.read_changes(user=request.user, since=since, now=timezone.now())
        return Response(ChangesSerializer.shape(found))
