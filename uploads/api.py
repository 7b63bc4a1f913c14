"""Take files of hand-ins in pieces, by tus 1.0.0: an upload that was cut off goes on where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from common.cut_bodies import BODY_CUT, PIECE
from common.lookup import or_404
from common.pages import errors
from quizzes.attempts import queries
from uploads import protocol, receiving
from uploads.models import Upload

# The methods that a client which knows only GET and POST names in a header.
_OVERRIDES = ("PATCH", "DELETE", "HEAD")


@dataclass(frozen=True, slots=True)
class UploadState:
    """What `UploadSerializer` shapes."""

    upload: Upload

    @property
    def url(self) -> str:
        return reverse("api-upload-detail", args=[self.upload.uuid])

    @property
    def offset(self) -> int:
        return receiving.get_offset(self.upload)

    @property
    def file(self) -> UUID | None:
        return self.upload.file.uuid if self.upload.file else None


class UploadSerializer(OutputSerializer):
    """A file that comes in pieces, or has come.

    `status` is `open` until the file is complete and accepted. Then it is `handed_in`, or `evidence` if the attempt was closed
    meanwhile: the file is kept, and counts if the instructor accepts it.
    """

    uuid = serializers.UUIDField(source="upload.uuid")
    url = serializers.CharField(help_text="Where its pieces go, relative to the site.")
    attempt = serializers.UUIDField(source="upload.attempt.uuid")
    question = serializers.UUIDField(source="upload.question")
    name = serializers.CharField(source="upload.name", help_text="Without folders and control characters.")
    size = serializers.IntegerField(min_value=1, source="upload.size", help_text="Bytes.")
    offset = serializers.IntegerField(min_value=0, help_text="Bytes that are there. All of them once it is handed in.")
    status = serializers.ChoiceField(choices=Upload.Status.values, source="upload.status")
    file = serializers.UUIDField(allow_null=True, help_text="The file that was handed in, in `attempts/{uuid}/files`.")
    created_at = serializers.DateTimeField(source="upload.created_at")
    expires_at = serializers.DateTimeField(
        source="upload.expires_at", help_text="Until then it can go on. Each piece gives it more time."
    )


class UploadListSerializer(OutputSerializer):
    results = UploadSerializer(many=True)


class PieceParser(BaseParser):
    """Names the type of a piece for the document of the API. Views read the body by themselves, block by block."""

    media_type = PIECE

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raise UnsupportedMediaType(str(media_type))


def _sent(name: str, description: str, *, required: bool = False, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=description)


def _answered(name: str, description: str, statuses: Sequence[int], kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, response=list(statuses), description=description)


_VERSION = _sent("Tus-Resumable", "Always `1.0.0`.", required=True)
_CHECKSUM = _sent("Upload-Checksum", "`sha1` or `sha256`, a space, and the base64 of the digest of this body.")
_OFFSET = "How many bytes of the file are there."
_EXPIRES = "Until when the upload can go on, as a date of HTTP."


class _TusView(AuthenticatedAPIView):
    parser_classes = (PieceParser,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        wanted = request.META.get("HTTP_X_HTTP_METHOD_OVERRIDE", "")
        if request.method == "POST" and wanted in _OVERRIDES:
            request.method = wanted
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Of a method that the address does not have, DRF says so after this.
        if request.method in self.allowed_methods:
            protocol.check_version(request.META, request.method or "")

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # as DRF's own
        return Response(status=204, headers=protocol.describe())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Tus-Resumable"] = protocol.VERSION
        # Also of what can be read: the protocol wants it, and a stored offset would be of no use.
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _append(request: AuthenticatedRequest, upload: Upload, offset: int) -> None:
    """Store the body of the request."""
    piece = protocol.read_piece(request.META, request.stream)
    receiving.append(
        upload=upload,
        offset=offset,
        size=piece.size,
        content=piece.blocks(),
        is_intact=piece.is_intact,
        now=timezone.now(),
    )


class AnswerUploads(_TusView):
    @extend_schema(
        operation_id="answer_uploads_list",
        summary="The unfinished uploads of one answer",
        description="For an app that has forgotten where its pieces go.",
        tags=["attempts"],
        responses={200: UploadListSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        or_404(attempt.find_question(question))
        found = receiving.list_open(attempt, question, timezone.now())
        return Response({"results": UploadSerializer.shape_all(UploadState(each) for each in found)})

    @extend_schema(
        operation_id="answer_upload_begin",
        summary="Hand in a file in pieces",
        description="tus 1.0.0: say how long the file is; its pieces then go to `Location`. Name, size and number of files are "
        "checked now, before the first byte. The body may be the first piece, or empty. After the deadline the file is evidence. "
        "Refused with `file-refused`, `file-too-large`, `unknown-question`, `attempt-closed` or `too-many-uploads`.",
        tags=["attempts"],
        parameters=[
            _VERSION,
            _sent("Upload-Length", "Bytes of the whole file, at most 10,000,000.", required=True, kind=int),
            _sent(
                "Upload-Metadata",
                "`filename`, a space, and the base64 of the name in UTF-8. Other entries, after a comma, are given back.",
                required=True,
            ),
            _CHECKSUM,
            _answered("Location", "Where the pieces go.", [201]),
            _answered("Upload-Offset", _OFFSET, [201], int),
            _answered("Upload-Expires", _EXPIRES, [201]),
        ],
        request={PIECE: OpenApiTypes.BINARY},
        responses={201: UploadSerializer, **problems(400, 404, 409, 412, 413, 415, 460)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID, question: UUID) -> Response:
        attempt = or_404(queries.find_own_attempt(request.user, uuid))
        protocol.check_extensions(request.META)
        size = protocol.read_number(request.META, "Upload-Length")
        name, metadata = protocol.read_metadata(request.META)
        has_body = protocol.read_length(request.META) > 0
        if has_body:
            protocol.check_type(request.META)
        upload = receiving.begin(
            user=request.user,
            attempt=attempt,
            question=question,
            name=name,
            size=size,
            metadata=metadata,
            now=timezone.now(),
        )
        if has_body:
            try:
                _append(request, upload, 0)
            except Exception:
                # Nobody learns its address.
                receiving.remove(upload=upload)
                raise
        state = UploadState(upload)
        headers = {"Location": state.url, **protocol.get_headers(upload)}
        return Response(UploadSerializer.shape(state), status=201, headers=headers)


class UploadDetail(_TusView):
    @extend_schema(
        operation_id="upload_read",
        summary="How far an upload has come",
        description="HEAD answers the same without the body. `Upload-Offset` is `Upload-Length` only after the file was handed "
        "in: if it was refused with its last byte, that one is missing. 410 `upload-expired` after a week without a piece.",
        tags=["attempts"],
        parameters=[
            _answered("Upload-Offset", _OFFSET, [200], int),
            _answered("Upload-Length", "Bytes of the whole file.", [200], int),
            _answered("Upload-Expires", _EXPIRES, [200]),
            _answered("Upload-Metadata", "As it was sent.", [200]),
        ],
        responses={200: UploadSerializer, **problems(404, 410)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        upload = receiving.find_own(request.user, uuid, timezone.now())
        return Response(UploadSerializer.shape(UploadState(upload)), headers=protocol.get_headers(upload))

    @extend_schema(
        operation_id="upload_append",
        summary="Send the next piece of an upload",
        description="The piece begins at `Upload-Offset`. Of one that is cut off, what has arrived is kept, unless it has a "
        "checksum. With the last byte the file is handed in, once; read the upload to know whether it counts (`handed_in`) or "
        "came too late (`evidence`). `file-refused` is about the whole file: its bytes stay for a week, all but the last one.",
        tags=["attempts"],
        parameters=[
            _VERSION,
            _sent("Upload-Offset", _OFFSET, required=True, kind=int),
            _CHECKSUM,
            _answered("Upload-Offset", _OFFSET, [204, 408, 409], int),
            _answered("Upload-Expires", _EXPIRES, [204]),
        ],
        request={PIECE: OpenApiTypes.BINARY},
        responses={204: None, **problems(400, 404, 408, 409, 410, 412, 413, 415, 423, 460)},
    )
    def patch(self, request: AuthenticatedRequest, uuid: UUID) -> Any:
        upload = receiving.find_own(request.user, uuid, timezone.now())
        protocol.check_type(request.META)
        offset = protocol.read_number(request.META, "Upload-Offset")
        _append(request, upload, offset)
        headers = protocol.get_headers(upload)
        if BODY_CUT in request.META and upload.status == Upload.Status.OPEN:
            refusal = errors.body_refused(request._request, 408)
            refusal.headers["Upload-Offset"] = headers["Upload-Offset"]
            return refusal
        return Response(status=204, headers={name: headers[name] for name in ("Upload-Offset", "Upload-Expires")})

    @extend_schema(
        operation_id="upload_end",
        summary="Give up an upload",
        description="Its bytes are deleted. A file that was handed in stays; `answer_file_remove` takes it out.",
        tags=["attempts"],
        parameters=[_VERSION],
        responses={204: None, **problems(404, 410, 412, 423)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        receiving.remove(upload=receiving.find_own(request.user, uuid, timezone.now()))
        return Response(status=204)
