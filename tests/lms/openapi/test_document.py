"""The description of the API: what generators of clients can do with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, ValidationError

from common.pages.problem_list import problems_by_slug
from questions import KINDS
from quizzes.authoring.models import Quiz
from tests.api import Api
from tests.contract import check, document, operations
from tests.quizzes import every_kind

_INT32 = 2**31 - 1


def schemas() -> dict[str, dict[str, Any]]:
    return document()["components"]["schemas"]  # type: ignore[no-any-return]


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from nodes(value)


def types(node: dict[str, Any]) -> list[str]:
    kind = node.get("type", [])
    return [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []


def test_it_is_openapi_3_1_and_says_null_by_type() -> None:
    assert document()["openapi"].startswith("3.1.")
    assert not [node for node in nodes(document()) if "nullable" in node]


def test_every_integer_says_its_size_and_its_least_value() -> None:
    integers = [node for node in nodes(document()) if "integer" in types(node) and "properties" not in node]
    assert integers
    for node in integers:
        assert node["format"] == ("int64" if node.get("maximum", 0) > _INT32 else "int32"), node
        assert "minimum" in node, node


def test_the_number_of_a_save_has_64_bits_wherever_it_is_sent() -> None:
    for name in ("AnswerInput", "Answer", "AttemptQuestion"):
        assert schemas()[name]["properties"]["sequence"]["format"] == "int64"


def test_every_entry_of_an_enum_has_a_name_in_any_language() -> None:
    for name, schema in schemas().items():
        for node in nodes(schema):
            entries = node.get("enum", [])
            # A property may be called enum.
            assert isinstance(entries, dict) or all(isinstance(entry, str) and entry for entry in entries), name
    assert not {"BlankEnum", "NullEnum"} & schemas().keys()


@pytest.mark.parametrize("word", ["Any", "Array", "Data", "Date", "Error", "File", "List", "Map", "Object", "Result"])
def test_no_schema_is_called_like_a_type_that_languages_have(word: str) -> None:
    assert word not in schemas()


def test_an_upload_is_bytes_and_not_the_address_of_a_file() -> None:
    file = schemas()["FileInput"]["properties"]["file"]
    assert file["type"] == "string"
    assert file["contentMediaType"] == "application/octet-stream"
    assert file["format"] == "binary"


def test_no_property_is_without_a_type() -> None:
    typed = {"type", "$ref", "anyOf", "oneOf", "allOf"}
    for name, schema in schemas().items():
        for field, node in schema.get("properties", {}).items():
            assert typed & node.keys(), f"{name}.{field}"


def test_every_kind_shows_and_takes_what_is_described(alice_api: Api, quiz: Quiz) -> None:
    every_kind.fill(quiz)
    assert quiz.current_version
    keys = quiz.current_version.answer_key.content
    attempt = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)
    for question in attempt["questions"]:
        kind = KINDS[question["kind"]]
        response = every_kind.right(keys[question["uuid"]])
        solution = kind.solution(keys[question["uuid"]])
        saved = alice_api.put(
            f"attempts/{attempt['uuid']}/answers/{question['uuid']}", {"response": response, "sequence": 1}
        )
        for schema, name, value in (
            (kind.body_schema, "QuestionBody", question["body"]),
            (kind.response_schema, "QuestionResponseInput", response),
            (kind.response_schema, "QuestionResponse", saved["response"]),
            (kind.solution_schema, "QuestionSolution", solution),
        ):
            Draft202012Validator(schema).validate(value)
            check(name, value)
    assert {question["kind"] for question in attempt["questions"]} == set(KINDS)
    check("Attempt", alice_api.get(f"attempts/{attempt['uuid']}"))


def test_no_schema_of_an_object_is_one_of_several() -> None:
    """Generators merge them into a class that requires the properties of all, see tests/clients/test_traps.py."""
    for name, schema in schemas().items():
        for node in nodes(schema):
            several = [part for part in (*node.get("oneOf", ()), *node.get("anyOf", ())) if part != {"type": "null"}]
            assert len(several) <= 1, name


def test_every_type_of_a_problem_is_listed_and_is_the_address_of_a_page(client: Client, db: None) -> None:
    assert schemas()["ProblemType"]["enum"] == [f"/problems/{slug}" for slug in problems_by_slug()]
    for address in schemas()["ProblemType"]["enum"]:
        assert client.get(address).status_code == 200


def test_what_is_wrong_with_a_request_is_described(alice_api: Api) -> None:
    problem = alice_api.patch("me", {"time_zone": "Nowhere", "wants_weekly_summary": "?"}, expect=400)

    check("Problem", problem)
    assert set(problem["errors"]) == {"time_zone", "wants_weekly_summary"}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("MeInput", {"time_zone": ""}),
        ("MeInput", {"language": "xx"}),
        ("AnswerInput", {"response": None}),
        ("SubmitInput", {"answers": {"8c3a5ad4-1d5c-4c3a-9b38-2f0a3c9b9d7e": None}}),
        ("StartInput", {"access_code": "a\x00b"}),
    ],
)
def test_what_is_refused_breaks_the_schema_too(name: str, body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(name, body)


def test_every_operation_of_staff_says_what_is_asked_of_them() -> None:
    for name, (_method, _path, spec) in operations().items():
        if spec["tags"] == ["teaching"]:
            assert "`authenticator-required`" in spec["responses"]["403"]["description"], name


def test_every_schema_has_a_name_that_somebody_gave_it() -> None:
    """drf-spectacular calls an enum without a name of ours after the first field that has it, and adds Enum."""
    assert [name for name in schemas() if name.endswith("Enum")] == []


def test_every_operation_of_sign_in_says_that_a_token_may_have_ended(client: Client, db: None) -> None:
    ended = {"X-Session-Token": "a-token-that-is-none"}
    for name, (method, path, spec) in operations().items():
        if path.startswith("/_allauth/"):
            answer = client.generic(method, path, headers=ended)
            assert answer.status_code == 410, name
            assert "410" in spec["responses"], name


def test_no_operation_is_called_as_a_schema() -> None:
    """The page of the API has a table for each. People who only hear the page could not tell them apart."""
    assert not {name.lower() for name in schemas()} & {name.lower() for name in operations()}
