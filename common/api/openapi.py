"""Describe refusals and values that DRF has no field for in the OpenAPI schema."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from common.api.problems import CONTENT_TYPE


class ComponentField(serializers.JSONField):
    """A JSON value whose schema is the component `component` of the document (`lms.openapi`)."""

    def __init__(self, component: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.component = component


class ComponentFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = ComponentField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"allOf": [{"$ref": f"#/components/schemas/{self.target.component}"}]}


class UploadField(serializers.FileField):
    """A file in a request. DRF's own field is described as the address of a file."""


class UploadFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = UploadField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        # OpenAPI 3.1 says it with `contentMediaType`. Some generators of clients know only `format`, the way of 3.0.
        return {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document of RFC 9457. `type` never changes and is the address of a page that explains the problem. `title` and
    `detail` are in the reader's language. Accept types that are not listed: later versions add some."""

    type = ComponentField("ProblemType", help_text="`/problems/<slug>`, relative to the site.")
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(required=False)
    question = serializers.CharField(
        required=False,
        help_text="For a refused answer: the uuid of its question. For `unknown-question`: the name as it was sent.",
    )
    deadline = serializers.DateTimeField(required=False, help_text="For `deadline-passed`: when the time was up.")
    server_time = serializers.DateTimeField(required=False, help_text="Beside `deadline`: the server's clock.")
    minimum = serializers.CharField(
        required=False, help_text="For `client-too-old`: the oldest version that may be used."
    )
    errors = ComponentField(  # type: ignore[assignment]  # DRF takes the field out of the class
        "FieldErrors", required=False, help_text="For `invalid`: what is wrong, field by field."
    )


# The headers of a download that goes on where it was cut off: see `common.files.ranges`.
PARTS = (
    OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One part, such as `bytes=1000-`."),
    OpenApiParameter("If-Range", str, OpenApiParameter.HEADER, description="The ETag of the part before."),
    OpenApiParameter(
        "Content-Range",
        str,
        OpenApiParameter.HEADER,
        response=[206, 416],
        description="Which bytes these are, and how many the file has: `bytes 1000-1999/2000`.",
    ),
)


# The protocol tus has a status of its own.
_PHRASES = {**{status.value: status.phrase for status in HTTPStatus}, 460: "Checksum Mismatch"}


def problems(*codes: int) -> dict[Any, Any]:
    """Return the error responses of an operation for `extend_schema`: those with `codes`, and 401, which every operation has."""
    return {
        (code, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=_PHRASES[code])
        for code in sorted({401, *codes})
    }
