"""Serve the files of hand-ins through the API. The pages call the same functions."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api import conditional
from common.api.conditional import NotModified
from common.api.openapi import PARTS, UploadField, problems
from common.api.parsing import FormParser
from common.api.serializers import InputSerializer
from common.lookup import or_404
from quizzes.attempts import queries
from quizzes.attempts.models import HandInFile
from quizzes.results import downloads, question_results
from quizzes.results.api import FileListSerializer, FileSerializer
from quizzes.taking import uploads


class FileInput(InputSerializer):
    file = UploadField(allow_empty_file=True)


class AnswerFiles(AuthenticatedAPIView):
    parser_classes = (FormParser,)

    @extend_schema(
        operation_id="answer_files_list",
        summary="The files that belong to one answer",
        description="Those that are graded, in the order of their upload. Empty for a question that takes no files.",
        tags=["attempts"],
        responses={200: FileListSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        or_404(attempt.find_question(question))
        files = question_results.files_by_question(attempt).get(str(question), [])
        return Response({"results": FileSerializer.shape_all(files)})

    @extend_schema(
        operation_id="answer_file_add",
        summary="Hand in a file with one answer",
        description="Idempotent. Refused with `file-refused`, `file-too-large`, `unknown-question`, "
        "`attempt-closed` or `deadline-passed`: a file that comes after the deadline is kept for the instructor.",
        tags=["attempts"],
        request={"multipart/form-data": FileInput},
        responses={201: FileSerializer, **problems(400, 404, 409, 413, 415)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        given = FileInput.read(request.data)
        file = uploads.add_file(attempt=attempt, question=question, upload=given["file"], now=timezone.now())
        return Response(FileSerializer.shape(file), status=201)


class FileDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="answer_file_read",
        summary="Download a file",
        description="Its bytes, for the student who handed it in and for those who see the course as staff. The name is in "
        "`Content-Disposition`. A file that was taken out can still be downloaded. A download that was cut off goes on with "
        "`Range`; its ETag in `If-Range` makes sure that it is the same file.",
        tags=["attempts"],
        parameters=[
            OpenApiParameter(
                "Content-Disposition",
                str,
                OpenApiParameter.HEADER,
                response=[200, 206],
                description="The name of the file.",
            ),
            *PARTS,
        ],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            **problems(404, 416),
        },
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID, file: UUID) -> FileResponse:
        response = downloads.open_download(request, user=request.user, attempt=uuid, file=file)
        # The bytes of a file never change, and are never compressed.
        self.etag = response.headers["ETag"]
        if conditional.has_current(request, self.etag):
            # Closing the response would end the request, and with it the connection to the database.
            if response.file_to_stream is not None:
                response.file_to_stream.close()
            raise NotModified
        return response

    @extend_schema(
        operation_id="answer_file_remove",
        summary="Take a file out of an open attempt",
        description="The file is no longer handed in. Refused with `attempt-closed` after the attempt was submitted.",
        tags=["attempts"],
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID, file: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        counted = HandInFile.objects.counted().filter(attempt=attempt)
        row = get_object_or_404(counted.select_related("attempt__quiz"), uuid=file)
        uploads.remove_file(file=row, now=timezone.now())
        return Response(status=204)
