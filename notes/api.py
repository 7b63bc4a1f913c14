"""Serve a student's notes through the API. The pages call the same functions."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import InputSerializer, OutputSerializer
from courses import access
from courses.api.serializers import ActivityRefSerializer
from courses.lessons.reading import LONGEST_ANCHOR
from courses.models import Activity
from courses.outline.published import get_published
from notes import exports, finding, placing, writing
from notes.models import NoteQuerySet
from search.finding.queries import LONGEST


class NoteSerializer(OutputSerializer):
    """A note, a highlight (without `body`) or a bookmark (without `quote`, too)."""

    uuid = serializers.UUIDField()
    course = serializers.CharField(source="activity.course.slug", help_text="The course's `slug`.")
    lesson = ActivityRefSerializer(source="activity")
    anchor = serializers.CharField(help_text="The block of the lesson where it was made: see `position` of a lesson.")
    quote = serializers.CharField(
        help_text="What stood in that block. If it stands there no longer, look for it in the others; if it is nowhere, the "
        "note belongs to the heading."
    )
    prefix = serializers.CharField(help_text="What stood before the quotation.")
    suffix = serializers.CharField(help_text="What stood behind it.")
    language = serializers.CharField(help_text="The language of the text.")
    body = serializers.CharField(help_text="Plain text.")
    revision = serializers.IntegerField(min_value=1, help_text="Counts the changes of `body`: see `sync`.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class NoteListSerializer(PageSerializer):
    results = NoteSerializer(many=True)


class NoteInput(InputSerializer):
    """Writes a note at a block of a lesson."""

    lesson = serializers.UUIDField(help_text="The lesson's `uuid`.")
    anchor = serializers.CharField(max_length=LONGEST_ANCHOR)
    quote = serializers.CharField(max_length=writing.LONGEST_QUOTE, required=False, allow_blank=True, default="")
    prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    suffix = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=writing.LONGEST_BODY, required=False, allow_blank=True, default="")


class NoteChange(InputSerializer):
    """Changes the text of a note."""

    body = serializers.CharField(max_length=writing.LONGEST_BODY, allow_blank=True)


_CHOICE = (
    OpenApiParameter("course", str, description="Only those of this course, by its `slug`."),
    OpenApiParameter("q", str, description=f"Only those with these words; of {LONGEST} characters at most."),
)


def _chosen(request: AuthenticatedRequest) -> NoteQuerySet:
    given = request.query_params
    return finding.chosen(request.user, course=given.get("course", ""), wanted=given.get("q", ""))


class Notes(AuthenticatedAPIView):
    @extend_schema(
        operation_id="notes_list",
        summary="The student's notes",
        description="The newest first.",
        tags=["notes"],
        parameters=[
            OpenApiParameter("lesson", UUID, description="Only those of this lesson."),
            *_CHOICE,
            *PAGE_PARAMETERS,
        ],
        responses={200: NoteListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        rows = _chosen(request).select_related("activity__course")
        if "lesson" in request.query_params:
            rows = rows.filter(activity__uuid=_read_lesson(request.query_params["lesson"]))
        page = paginate(request, rows, ("-pk",))
        return paginated(page, {"results": NoteSerializer.shape_all(page.items)})

    @extend_schema(
        operation_id="note_write",
        summary="Write a note at a place of a lesson",
        description="The place is a quotation with the words around it, and the block of the text in which it stands.",
        tags=["notes"],
        request=NoteInput,
        responses={201: NoteSerializer, **problems(400, 404, 409)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        given = dict(NoteInput.read(request.data))
        lesson = given.pop("lesson")
        activity = get_object_or_404(access.activities(request.user), uuid=lesson, kind=Activity.Kind.LESSON)
        enrolment = access.enrolment_or_404(request.user, activity.course.slug)
        text = placing.read_text(get_published(enrolment.course_id, enrolment.course.revision), activity)
        note = writing.add(enrolment=enrolment, activity=activity, language=text.language, now=timezone.now(), **given)
        return Response(NoteSerializer.shape(note), status=201)


class NoteDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="note_read",
        summary="One note",
        description="With the place at which it stands in the lesson's text today.",
        tags=["notes"],
        responses={200: NoteSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return Response(NoteSerializer.shape(finding.own_note(request.user, uuid)))

    @extend_schema(
        operation_id="note_change",
        summary="Change the text of a note",
        description="With `If-Match`, so that a text of another device is not replaced: after 412, read the note "
        "and ask which text to keep, or write a second note.",
        tags=["notes"],
        request=NoteChange,
        responses={200: NoteSerializer, **problems(400, 404, 412)},
    )
    def patch(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        note = finding.own_note(request.user, uuid)
        body = NoteChange.read(request.data)["body"]
        return Response(NoteSerializer.shape(writing.change(note, body=body, seen=note.revision, now=timezone.now())))

    @extend_schema(
        operation_id="note_delete",
        summary="Delete a note",
        description="The site keeps it for a week, so that `note_restore` can take it back.",
        tags=["notes"],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        writing.delete(finding.own_note(request.user, uuid), now=timezone.now())
        return Response(status=204)


class NoteRestore(AuthenticatedAPIView):
    @extend_schema(
        operation_id="note_restore",
        summary="Take the deletion of a note back",
        description="Possible for a week. Idempotent.",
        tags=["notes"],
        request=None,
        responses={200: NoteSerializer, **problems(404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        note = finding.note_to_take_back(request.user, uuid)
        writing.take_back(note, now=timezone.now())
        note.refresh_from_db(fields=["updated_at"])
        return Response(NoteSerializer.shape(note))


class NotesExport(AuthenticatedAPIView):
    @extend_schema(
        operation_id="notes_export",
        summary="Download the notes as a file",
        description="`markdown`: a text with the quotations and the addresses of their places, under courses and lessons. "
        "`anki`: a file that Anki imports, with a card for each note that has a text; imported again, it changes the same cards.",
        tags=["notes"],
        parameters=[
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(exports.FORMATS)),
            *_CHOICE,
            OpenApiParameter(
                "Content-Disposition",
                str,
                OpenApiParameter.HEADER,
                response=[200],
                description="The name of the file.",
            ),
        ],
        responses={
            **{(200, content_type): OpenApiTypes.STR for _ending, content_type in exports.FORMATS.values()},
            **problems(404),
        },
    )
    def get(self, request: AuthenticatedRequest, kind: str) -> HttpResponse:
        return exports.send(_chosen(request), kind, site=request.build_absolute_uri("/").rstrip("/"))


def _read_lesson(text: str) -> UUID:
    """Return the id in a query. Raises ValidationError, as for a field of a body."""
    try:
        return UUID(str(serializers.UUIDField().run_validation(text)))
    except ValidationError as refused:
        raise ValidationError({"lesson": refused.detail}) from None
