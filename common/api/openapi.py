"""Owns what every operation of the API's schema shares: how errors are documented, and what is left out."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from common.api.problems import CONTENT_TYPE


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `type` is stable and leads to a page that explains it; the texts are in the reader's language."""

    type = serializers.CharField(help_text="`/problems/<slug>`, relative to the site.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    question = serializers.UUIDField(required=False, help_text="For a refused answer: the question it was for.")
    errors = serializers.JSONField(  # type: ignore[assignment]  # DRF takes the field out of the class
        required=False, help_text="For `invalid`: what is wrong, field by field."
    )


def problems(*codes: int) -> dict[Any, Any]:
    """Responses of an operation that refuses with these codes. Every operation may also answer 401."""
    return {
        (code, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=HTTPStatus(code).phrase)
        for code in sorted({401, *codes})
    }


def without_trailing_slashes(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Addresses work with and without a slash at the end; the schema names the one without."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]
