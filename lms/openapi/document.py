"""Build the OpenAPI document, once for each process, and serve it as a file."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from accounts.api.base import AuthenticatedAPIView
from common.api.serializers import InputSerializer, MappingOutput, OutputSerializer


def base_classes() -> list[type]:
    """Return the base classes whose docstrings must not appear in the schema as descriptions of their subclasses."""
    return [*get_lib_doc_excludes(), AuthenticatedAPIView, InputSerializer, OutputSerializer, MappingOutput]  # type: ignore[no-untyped-call]


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, always in English, so that the committed file does not vary."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call, no-any-return]


@cache
def rendered(as_json: bool) -> bytes:
    renderer = OpenApiJsonRenderer() if as_json else OpenApiYamlRenderer()
    return bytes(renderer.render(document(), renderer_context={}))


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """Return the document as YAML, or as JSON with `?format=json` or an Accept header that contains "json"."""
    as_json = request.GET.get("format") == "json" or "json" in request.headers.get("Accept", "")
    return HttpResponse(rendered(as_json), content_type="application/json" if as_json else "application/yaml")
