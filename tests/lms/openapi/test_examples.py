"""The examples of the document are answers of the product.

Record them again: UPDATE_EXAMPLES=1 python -m pytest tests/lms/openapi/test_examples.py
"""

import json
import os
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from lms.openapi.examples import EXAMPLES
from operations.management.commands.seed_demo import PASSWORD
from tests.contract import check_content, operations
from tests.lms.openapi.app_tour import AppTour
from tests.lms.openapi.recorder import Recorder
from tests.lms.openapi.sign_in_tour import SignInTour
from tests.lms.openapi.teaching_tour import TeachingTour
from tests.product import ROOT

# They need neither a token nor a body, so nothing is refused.
NEVER_REFUSED = {"sign_in_configuration", "passkey_sign_in_options"}
# Signing out answers 401: nobody is signed in any more.
NEVER_SUCCESSFUL = {"session_sign_out", "email_confirm", "email_confirm_resend", "password_reset"}


def examples_in_the_document() -> list[tuple[str, dict[str, Any], Any]]:
    found = []
    for name, (_method, _path, spec) in operations().items():
        for part in (spec.get("requestBody", {}), *spec["responses"].values()):
            for content in part.get("content", {}).values():
                found += [(name, content, example["value"]) for example in content.get("examples", {}).values()]
    return found


def shape(value: Any) -> Any:
    """What an answer looks like whoever gets it, and whenever: names of fields, types, and types of problems.

    None stands for a value that is null for somebody.
    """
    if isinstance(value, dict):
        if "type" in value and str(value["type"]).startswith("/problems/"):
            return value["type"], sorted(value)
        return {name if "-" not in name else "…": shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None if value is None else type(value).__name__


def fits(one: Any, other: Any) -> bool:
    """Whether two shapes are those of the same answer. What is null or empty in one of them is left out."""
    if not one or not other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(fits(part, other[name]) for name, part in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return all(fits(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def recorded(mails: list[Any], settings: Any) -> dict[str, Any]:
    settings.DEMO = True
    call_command("import_course", str(ROOT / "content" / "data-analytics-week-2"), verbosity=0)
    call_command("seed_demo")
    recorder = Recorder()
    student = User.objects.get(email="student@example.com")
    AppTour(recorder, student, PASSWORD, mails).run()
    TeachingTour(recorder, User.objects.get(email="instructor@example.com"), PASSWORD).run()
    SignInTour(recorder, student, PASSWORD, mails).run(settings)
    return json.loads(json.dumps(recorder.examples))  # type: ignore[no-any-return]


@pytest.mark.django_db
def test_the_examples_are_what_the_product_answers(mailoutbox: list[Any], settings: Any) -> None:
    found = recorded(mailoutbox, settings)
    if os.environ.get("UPDATE_EXAMPLES"):
        EXAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    committed = json.loads(EXAMPLES.read_text(encoding="utf-8"))

    assert found.keys() == committed.keys()
    for name, example in committed.items():
        assert fits(shape(found[name]), shape(example)), (name, shape(found[name]))


def test_every_example_matches_its_schema() -> None:
    assert examples_in_the_document()
    for name, content, value in examples_in_the_document():
        try:
            check_content(content, value)
        except Exception as error:
            raise AssertionError(name) from error


def test_every_operation_has_an_example_of_success_and_of_a_refusal() -> None:
    for name, (_method, _path, spec) in operations().items():
        shown = {
            status
            for status, answer in spec["responses"].items()
            if any("examples" in content for content in answer.get("content", {}).values())
        }
        json_answers = {
            status
            for status, answer in spec["responses"].items()
            if status < "300" and "application/json" in answer.get("content", {})
        }
        assert json_answers <= shown or name in NEVER_SUCCESSFUL, name
        assert any(status >= "400" for status in shown) or name in NEVER_REFUSED, name
        body = spec.get("requestBody", {}).get("content", {}).values()
        assert all("examples" in content for content in body) or name in NEVER_SUCCESSFUL, name


def test_every_operation_is_linked_with_another_one() -> None:
    linked: set[str] = set()
    for name, (_method, _path, spec) in operations().items():
        for answer in spec["responses"].values():
            for link in answer.get("links", {}).values():
                target = operations()[link["operationId"]][2]
                path = {parameter["name"] for parameter in target.get("parameters", []) if parameter["in"] == "path"}
                assert set(link.get("parameters", {})) == path, (name, link)
                linked |= {name, link["operationId"]}
    assert linked == set(operations())
