"""Serve courses for offline use: a list of files with their hashes, and each file at an address that never changes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from bundles import allowed, contents, quiz_rules
from common import languages
from common.api import conditional
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from common.lookup import or_404
from common.pages.headers import FOR_GOOD
from courses import access
from courses.api.serializers import ActivityRefSerializer
from courses.outline.published import get_published
from quizzes.taking.api.serializers import QuizSerializer
from quizzes.taking.api.shapes import QuizBefore

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Files of a course that are worth compressing. Pictures and documents are compressed already.
_TEXTS = (".csv", ".ipynb", ".json", ".md", ".svg", ".tsv", ".txt")


class BundleFileSerializer(OutputSerializer):
    """A file of a course. It never changes: a changed text is another file with another hash."""

    kind = serializers.ChoiceField(
        choices=contents.Kind.values,
        source="file.kind",
        help_text="`outline`, `lesson` and `glossary`: the JSON that `course_outline`, `lesson_read` and `course_glossary` "
        "give a student who has done nothing yet. `course_file`: a picture or a download.",
    )
    activity = ActivityRefSerializer(
        source="file.activity", allow_null=True, help_text="The lesson of a text, else null."
    )
    name = serializers.CharField(source="file.name", help_text="The name of a course file, else empty.")
    address = serializers.CharField(
        help_text="The address of a course file in `html` and `text` of lessons, up to a `?`. Empty for other files."
    )
    sha256 = serializers.CharField(
        source="file.sha256", help_text="Of the file before it is compressed, in hexadecimal."
    )
    size = serializers.IntegerField(min_value=0, source="file.size", help_text="Bytes before it is compressed.")
    url = serializers.CharField(help_text="Where the file is, relative to the site.")


class BundleSerializer(OutputSerializer):
    """A course for offline use, in one language."""

    course = serializers.CharField(help_text="The course's `slug`.")
    language = serializers.CharField(help_text="The language of the texts, where they have an edition in it.")
    size = serializers.IntegerField(min_value=0, help_text="Bytes of all files before they are compressed.")
    offline = serializers.ListField(
        child=serializers.CharField(), help_text="What may be done without a network: kinds of operations for `sync`."
    )
    needs_network = serializers.ListField(
        child=serializers.CharField(),
        help_text="What may not, as operations of the API: `sync` rejects it by `needs-network`.",
    )
    files = BundleFileSerializer(many=True)
    quizzes = QuizSerializer(
        many=True,
        help_text="All quizzes and lesson checks with the student's rules and attempts, as `quiz_read` has them.",
    )


@dataclass(frozen=True, slots=True)
class ListedFile:
    course: str
    file: contents.File

    @property
    def address(self) -> str:
        return reverse("courses:asset", args=[self.course, self.file.name]) if self.file.name else ""

    @property
    def url(self) -> str:
        return reverse("api-course-bundle-file", args=[self.course, self.file.sha256])


@dataclass(frozen=True, slots=True)
class Bundle:
    course: str
    language: str
    files: Sequence[ListedFile]
    quizzes: Sequence[QuizBefore]
    offline: Sequence[str]
    needs_network: Sequence[str]

    @property
    def size(self) -> int:
        return sum(each.file.size for each in self.files)


class CourseBundle(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_bundle",
        summary="A course for offline use",
        description="Lists the files of the course with their hashes, and the rules of its quizzes. An app downloads the files "
        "whose hashes it does not have, and drops those that are no longer listed. No file has anything of an answer key. "
        "Questions come with an attempt, which is started with a network.",
        tags=["offline"],
        responses={200: BundleSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        enrolment = access.enrolment_or_404(request.user, slug)
        course = get_published(enrolment.course_id, enrolment.course.revision)
        files = [ListedFile(slug, file) for file in contents.list_files(course)]
        quizzes = quiz_rules.list_quizzes(course, enrolment, timezone.now())
        found = Bundle(slug, languages.active(), files, quizzes, allowed.OPERATIONS, allowed.NEED_NETWORK)
        return Response(BundleSerializer.shape(found))


class CourseBundleFile(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_bundle_file",
        summary="One file of a course for offline use",
        description="The bytes with this hash, for those who may read the course, as long as the course has them: after a "
        "404, read `course_bundle` again. `Cache-Control` is `immutable`. The language of the request makes no difference.",
        tags=["offline"],
        parameters=[
            OpenApiParameter(
                "sha256",
                {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                OpenApiParameter.PATH,
                description="The hash.",
            )
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str, sha256: str) -> HttpResponse:
        enrolment = access.enrolment_or_404(request.user, slug)
        course = get_published(enrolment.course_id, enrolment.course.revision)
        found = contents.read_file(course, sha256) if _SHA256.fullmatch(sha256) else None
        file, content = or_404(found)
        self.etag = f'"{file.sha256}"'
        headers = {"Cache-Control": FOR_GOOD}
        if conditional.has_current(request, self.etag):
            return HttpResponse(status=304, headers=headers)
        response = HttpResponse(content, content_type="application/octet-stream", headers=headers)
        response.is_text = not file.name or file.name.endswith(_TEXTS)  # type: ignore[attr-defined]  # for the compression
        return response
