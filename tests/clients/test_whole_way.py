"""Generated clients take the whole way through the product: from signing in to a result, today's and a later version's."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from questions import KINDS
from tests.clients import compiling, course, generate, proxy, tools
from tests.clients.schemas import LATER, Description
from tests.product import Product

pytestmark = [pytest.mark.clients, pytest.mark.processes]
# Runs an app at an address, as a student who takes the way once, and returns what it printed.
Run = Callable[[str, str], Any]


@dataclass(frozen=True)
class Taken:
    """What an app has printed, and what went between it and the product."""

    language: str
    seen: dict[str, Any]
    between: proxy.Proxy


@pytest.fixture(scope="module", params=["python", "typescript"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def run(language: str, request: pytest.FixtureRequest) -> Run:
    def take(address: str, student: str) -> Any:
        arguments = (address, f"{language}-{student}@example.com", course.PASSWORD, course.SLUG)
        if language == "typescript":
            built = request.getfixturevalue("built_typescript")
            return json.loads(tools.run(tools.program("node"), built / "whole_way.js", *arguments, folder=built))
        client = request.getfixturevalue("generated") / "python"
        environment = tools.environment(PYTHONPATH=str(client), PYTHONDONTWRITEBYTECODE="1")
        app = compiling.APPS / "whole_way.py"
        return json.loads(tools.run(tools.program("python"), app, *arguments, folder=client, env=environment))

    return take


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(generate.DOCUMENT)


@pytest.fixture(scope="module")
def now(run: Run, language: str, site: Product, description: Description) -> Taken:
    with proxy.started(site.address, description) as between:
        return Taken(language, run(between.address, "now"), between)


def test_an_app_takes_the_whole_way(now: Taken) -> None:
    assert now.seen["email"] == f"{now.language}-now@example.com"
    assert now.seen["courses"] == [course.SLUG]
    assert now.seen["entries"] == 2
    assert now.seen["lesson"] == {"title": "Read", "progress": 50}
    attempt = now.seen["attempt"]
    assert set(attempt["saved"]) == {*KINDS, "file"}
    assert all(attempt["saved"].values())
    assert (attempt["questions"], attempt["answered"]) == (len(KINDS), len(KINDS))
    # A person grades the file that was handed in.
    assert (attempt["submitted"], attempt["status"]) == ("submitted", "needs_review")
    assert {"correct", "pending"} <= set(attempt["outcomes"])
    assert now.seen["refusal"] == {"status": 404, "type": "/problems/not-found"}
    assert now.seen["after"] == 401


def test_every_request_of_the_app_and_its_answer_are_described(now: Taken) -> None:
    assert now.between.faults == []
    assert len(now.between.exchanges) > len(KINDS)


def test_models_of_datamodel_code_generator_read_every_answer(now: Taken, tmp_path: Path) -> None:
    """With its defaults, so that they refuse null where the description does not permit it."""
    document = ("--input", generate.DOCUMENT, "--input-file-type", "openapi")
    tools.run(tools.program("datamodel-codegen"), *document, "--output", tmp_path / "models.py", folder=tmp_path)
    (tmp_path / "answers.json").write_text(json.dumps([(each.name, each.answer) for each in now.between.exchanges]))
    read = "[getattr(models, name).model_validate(answer) for name, answer in json.load(open('answers.json'))]"
    tools.run(tools.program("python"), "-c", f"import json, models; {read}", folder=tmp_path)


def test_every_answer_can_be_read_with_fields_and_values_of_a_later_version(
    now: Taken, description: Description, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    later = [(each.name, description.later(each.schema, each.answer)) for each in now.between.exchanges]
    (tmp_path / "answers.json").write_text(json.dumps(later))
    if now.language == "python":
        environment = tools.environment(PYTHONPATH=str(request.getfixturevalue("generated") / "python"))
        read = "[getattr(client, name).from_dict(answer) for name, answer in json.load(open('answers.json'))]"
        tools.run(
            tools.program("python"),
            "-c",
            f"import json, baeum_client as client; {read}",
            folder=tmp_path,
            env=environment,
        )
    else:
        client = request.getfixturevalue("built_typescript") / "typescript" / "index.js"
        (tmp_path / "read.mjs").write_text(
            f'import * as client from "{client}"; import answers from "./answers.json" with {{ type: "json" }};'
            "for (const [name, answer] of answers) client[`${name}FromJSON`](answer);"
        )
        tools.run(tools.program("node"), tmp_path / "read.mjs", folder=tmp_path)


def test_an_app_survives_fields_values_and_kinds_of_a_later_version(
    run: Run, site: Product, description: Description
) -> None:
    with proxy.started(site.address, description, is_later=True) as between:
        seen = run(between.address, "later")

    assert seen["entries"] == 3
    attempt = seen["attempt"]
    assert attempt["questions"] == len(KINDS) + 1
    assert set(attempt["saved"]) == {*KINDS, "file"}
    assert (attempt["submitted"], attempt["status"]) == (LATER, LATER)
    assert seen["refusal"] == {"status": 404, "type": LATER}
    assert seen["after"] == 401
