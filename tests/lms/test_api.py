"""The API as a whole: its schema, its pages, and the behaviour that all addresses share."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import get_resolver
from django.utils.html import escape

from common.api.problems import HTTP_PROBLEMS
from common.errors import DomainError, refusals
from common.pages.problem_list import problems_by_slug
from lms.openapi.document import rendered
from tests.api import Api
from tests.contract import SCHEMA, document, operations

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def test_the_committed_schema_is_up_to_date() -> None:
    """Regenerate with: ./run manage spectacular --file docs/openapi.yaml --validate --fail-on-warn"""
    assert yaml.safe_load(rendered(as_json=False)) == document()
    assert rendered(as_json=False).decode().strip() == SCHEMA.read_text(encoding="utf-8").strip()


def names(node: Any) -> Iterator[object]:
    if isinstance(node, dict):
        yield from node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from names(each)


def test_every_name_in_the_document_is_a_text() -> None:
    """YAML reads `on`, `off`, `yes` and `no` as truth values, which other readers refuse as names."""
    assert [name for name in names(document()) if not isinstance(name, str)] == []


def ours() -> list[tuple[str, str, dict[str, Any]]]:
    """Return (method, path, operation) of the operations below /api/v1. The others are allauth's."""
    return [(method, path, spec) for method, path, spec in operations().values() if path.startswith("/api/v1/")]


def test_every_operation_documents_its_refusals_and_its_sign_in() -> None:
    assert ours()
    for _method, path, operation in ours():
        assert operation["security"] == [{"sessionToken": []}], path
        assert "application/problem+json" in operation["responses"]["401"]["content"]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    assert len(operations()) == sum(len(item) for item in document()["paths"].values())
    for _method, path, operation in operations().values():
        assert operation["summary"], path
        assert operation["description"], path
        assert all(answer["description"] for answer in operation["responses"].values()), path


def test_the_schema_is_public_and_does_not_vary_with_the_language(client: Client) -> None:
    english = client.get("/api/v1/schema", headers={"Accept-Language": "en"})
    korean = client.get("/api/v1/schema", headers={"Accept-Language": "ko"})

    assert english.status_code == 200
    assert english.content == korean.content
    assert client.get("/api/v1/schema?format=json").json()["openapi"].startswith("3.")


@pytest.mark.parametrize("address", ["/api/docs/", "/api/v1/docs"])
def test_the_page_names_every_operation_and_leads_to_every_schema(client: Client, db: None, address: str) -> None:
    page = client.get(address).content.decode()

    for name, (method, path, spec) in operations().items():
        assert f'id="{name}"' in page
        assert f"{method} {path}" in page
        assert escape(spec["summary"]) in page
    for anchor in {part.split('"')[0] for part in page.split('href="#')[1:]}:
        assert f'id="{anchor}"' in page


def test_the_page_shows_examples_and_says_types_in_words(client: Client, db: None) -> None:
    page = client.get("/api/docs/").content.decode()

    assert "seven quiet lighthouses" in page
    assert "in_progress | submitted | graded | needs_review" in page
    assert "string (date-time) or null" in page
    assert "list of OutlineEntry" in page
    assert "map of list of string" in page


def test_every_example_says_what_it_shows(client: Client, db: None) -> None:
    page = client.get("/api/docs/").content.decode()

    for name, (_method, _path, spec) in operations().items():
        for described in (spec.get("requestBody", {}), *spec["responses"].values()):
            for content in described.get("content", {}).values():
                summaries = [example["summary"] for example in content.get("examples", {}).values()]
                assert len(set(summaries)) == len(summaries), name
                for summary in summaries:
                    assert str(escape(summary)) in page, (name, summary)


def test_the_frame_of_the_page_is_in_the_readers_language(client: Client, db: None) -> None:
    page = client.get("/api/docs/", headers={"Accept-Language": "ko"}).content.decode()

    assert '<html lang="ko"' in page
    assert 'lang="en"' in page
    label = 'aria-label="Operations"'
    assert label not in page
    assert label in client.get("/api/docs/", headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/me", "/api/v1/lessons/not-a-uuid"])
def test_an_unknown_address_is_a_problem_document(api: Api, db: None, method: str, path: str) -> None:
    assert api.call(method, path, {}, expect=404)["type"] == "/problems/not-found"


def test_an_unsupported_method_is_a_problem_document(alice_api: Api) -> None:
    assert alice_api.delete("me", expect=405)["type"] == "/problems/method-not-allowed"


def test_options_names_the_methods_of_an_address_to_those_who_are_signed_in(alice_api: Api, api: Api) -> None:
    alice_api.call("OPTIONS", "me", expect=204)
    assert alice_api.response.headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"
    assert alice_api.response.content == b""
    api.call("OPTIONS", "me", expect=401)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "application/problem+json", "nonsense"])
def test_answers_are_json_whatever_the_accept_header(alice_api: Api, accept: str) -> None:
    alice_api.get("me", headers={"Accept": accept})
    alice_api.get("courses/nothing/outline", headers={"Accept": accept}, expect=404)


def test_addresses_work_with_a_trailing_slash(alice_api: Api) -> None:
    assert alice_api.get("me/") == alice_api.get("me")


def test_a_foreign_host_name_is_a_problem_document(client: Client) -> None:
    response = client.get("/api/v1/me", headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed"


def test_a_server_error_is_a_problem_document(alice_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("something with a secret in it")

    monkeypatch.setattr("courses.access.enrolments", broken)
    alice_api.client.raise_request_exception = False

    problem = alice_api.get("courses", expect=500)

    assert problem["type"] == "/problems/server-error"
    assert b"secret" not in alice_api.response.content


def test_every_endpoint_asks_for_a_token(api: Api, db: None) -> None:
    sample = {
        "slug": "statistics",
        "uuid": "8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e",
        "question": "8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e",
        "file": "8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e",
        "activity": "8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e",
        "card": "8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e",
        "turn": "2",
        "kind": "weekly-summary",
        "sha256": "0" * 64,
        "language": "en",
    }
    for method, path, _operation in ours():
        api.call(method, path.format(**sample), {}, expect=401)


def test_there_is_no_endpoint_that_the_schema_does_not_name() -> None:
    known = {path.removeprefix("/api/v1/") for _method, path, _operation in ours()} | {"schema", "docs"}
    found = set()
    for pattern in get_resolver("lms.api_urls").url_patterns:
        for route in getattr(pattern, "url_patterns", [pattern]):
            found.add(re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern).rstrip("/")))
    assert found == known


def every_refusal() -> list[type[DomainError]]:
    """All refusals of the product: the URLconf imports every module that declares one."""
    assert get_resolver().url_patterns
    return list(refusals())


def test_every_refusal_says_its_help_where_it_says_its_slug() -> None:
    for refusal in every_refusal():
        assert refusal.help, refusal
        assert ("slug" in vars(refusal)) == ("help" in vars(refusal)), refusal


def test_refusals_with_the_same_slug_have_the_same_status_and_help() -> None:
    described = [(refusal.slug, refusal.status, str(refusal.help)) for refusal in every_refusal()]
    described += [(problem.slug, problem.status, str(problem.help)) for problem in HTTP_PROBLEMS]
    slugs = [slug for slug, _status, _help in set(described)]
    assert sorted(slugs) == sorted(set(slugs))


def test_every_problem_is_listed_and_has_its_page(client: Client, db: None) -> None:
    problems = problems_by_slug()
    assert {refusal.slug for refusal in every_refusal()} <= set(problems)
    listing = client.get("/problems/").content.decode()
    for slug, problem in problems.items():
        page = client.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert str(problem.status) in page.content.decode()
        assert str(escape(problem.help)) in page.content.decode()
        assert f"/problems/{slug}" in listing


def test_an_unknown_problem_has_no_page(client: Client, db: None) -> None:
    assert client.get("/problems/no-such-problem").status_code == 404
