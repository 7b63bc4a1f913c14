"""What docs/openapi.yaml says about every operation, and the form of `errors`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.exceptions import ValidationError

from accounts.api.base import AuthenticatedAPIView
from common.api.problems import problem_handler
from tests.contract import document


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        if path.startswith("/api/v1/"):
            for method, operation in item.items():
                yield path, method, operation


def headers_of(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", []) if parameter.get("in") == "header"}


def test_every_operation_declares_the_refusals_of_the_conventions() -> None:
    for path, method, operation in operations():
        expected = {"400", "401", "429"}
        if "requestBody" in operation:
            expected |= {"408", "411", "413", "415"}
        if method != "get":
            expected |= {"412"}
        if method == "post":
            expected |= {"409", "422"}
        assert expected <= set(operation["responses"]), (path, method)
        assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_what_can_be_read_declares_its_tag_and_304() -> None:
    for path, method, operation in operations():
        if method == "get":
            assert "If-None-Match" in headers_of(operation), path
            assert "ETag" in operation["responses"]["200"]["headers"], path
            assert "content" not in operation["responses"]["304"], path
        else:
            assert "If-Match" in headers_of(operation), path


def components(part: Any) -> set[str]:
    """The names of the components that `part` refers to, directly or through others."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in found:
                found.add(name)
                waiting.append(document()["components"]["schemas"][name])
            waiting += node.values()
    return found


def test_requests_have_no_other_fields_and_answers_may_get_more() -> None:
    """The policy of docs/api-conventions.md: an app accepts new fields, the site refuses unknown ones."""
    schemas = document()["components"]["schemas"]
    of_requests = set().union(*(components(each.get("requestBody")) for _path, _method, each in operations()))
    of_answers = set().union(*(components(each["responses"]) for _path, _method, each in operations()))

    for name in of_requests:
        if "properties" in schemas[name]:
            assert schemas[name]["additionalProperties"] is False, name
    for name in of_answers - of_requests:
        assert schemas[name].get("additionalProperties") is not False, name


def test_every_post_takes_an_idempotency_key() -> None:
    for path, method, operation in operations():
        assert ("Idempotency-Key" in headers_of(operation)) == (method == "post"), (path, method)


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        ({"name": ["Wrong."]}, {"name": ["Wrong."]}),
        ({"inner": {"count": ["Wrong.", "Bad."]}}, {"inner.count": ["Wrong.", "Bad."]}),
        ({"inners": [{}, {"count": ["Wrong."]}]}, {"inners.1.count": ["Wrong."]}),
        ({"names": {0: ["Wrong."]}}, {"names.0": ["Wrong."]}),
        (["Wrong."], {"non_field_errors": ["Wrong."]}),
        ({"name": "Wrong."}, {"name": ["Wrong."]}),
    ],
)
def test_errors_are_a_flat_object_by_path(detail: Any, errors: dict[str, list[str]]) -> None:
    response = problem_handler(ValidationError(detail), {})

    assert response is not None
    assert response.data["errors"] == errors


def test_every_view_of_the_api_applies_the_conventions() -> None:
    described = {"api-schema", "api-docs"}
    for pattern in get_resolver("lms.api_urls").url_patterns:
        for route in getattr(pattern, "url_patterns", [pattern]):
            view = getattr(route.callback, "cls", None)
            if view is not None and route.name not in described:
                assert issubclass(view, AuthenticatedAPIView), route
