"""Courses API: a lesson as one Markdown text."""

from typing import Any

import pytest

from courses.models import Activity, Enrolment, LessonEdition
from tests.api import Api

RUBRIC = [{"key": "method", "points": 10, "title": "Method", "description": "The method fits the question."}]
MARKDOWN = """\
# Activity lesson-1

## What you learn

- Objective in en

Body in en

## Rubric

- **Method** (10): The method fits the question.
"""


@pytest.fixture
def path(lesson: Activity) -> str:
    LessonEdition.objects.filter(lesson__activity=lesson).update(rubric=RUBRIC)
    return f"/api/v1/lessons/{lesson.uuid}"


def read(api: Api, path: str, accept: str, language: str = "en") -> Any:
    return api.client.get(path, headers={**api.headers, "Accept": accept, "Accept-Language": language})


def test_a_lesson_is_also_one_markdown_text(alice_api: Api, path: str) -> None:
    answer = read(alice_api, path, "text/markdown")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.headers["Content-Language"] == "en"
    assert answer.text == MARKDOWN


def test_the_headings_are_in_the_language_of_the_text(alice_api: Api, path: str, lesson: Activity) -> None:
    LessonEdition.objects.filter(lesson__activity=lesson, language="en").delete()

    answer = read(alice_api, path, "text/markdown", "en")

    assert answer.headers["Content-Language"] == "ko"
    assert answer.text.startswith("# 활동 lesson-1\n\n## ")
    assert "What you learn" not in answer.text
    assert "Body in ko" in answer.text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("text/markdown, */*;q=0.1", "text/markdown; charset=utf-8"),
        ("application/json;q=0.5, text/markdown", "text/markdown; charset=utf-8"),
        ("text/markdown;q=0.5, application/json", "application/json"),
        ("text/markdown;q=0", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("text/markdown;q=nan", "text/markdown; charset=utf-8"),
        (";q=,,/", "application/json"),
        ("", "application/json"),
    ],
)
def test_json_is_answered_unless_markdown_is_preferred(alice_api: Api, path: str, accept: str, kind: str) -> None:
    answer = read(alice_api, path, accept)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert "Accept" in [name.strip() for name in answer.headers["Vary"].split(",")]


def test_a_refusal_is_a_problem_document_all_the_same(bob_api: Api, path: str) -> None:
    answer = read(bob_api, path, "text/markdown")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_reading_as_markdown_is_a_visit(alice_api: Api, path: str, lesson: Activity, enrolment: Enrolment) -> None:
    read(alice_api, path, "text/markdown")

    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson
