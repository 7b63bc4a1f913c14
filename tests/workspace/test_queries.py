"""The number of queries of the workspace's pages does not depend on the size of the course."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Module
from quizzes.authoring.models import Quiz
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, LessonFactory, QuizFactory
from tests.workspace.authors import Author

PAGES = [
    "", "settings/", "lessons/lesson-1/", "lessons/lesson-1/text/en/", "quizzes/quiz/", "quizzes/quiz/q0/",
    "quizzes/quiz/new/matching/", "glossary/", "files/", "publish/", "history/", "history/1/", "earlier/?activity=lesson-1",
    "archive/lesson-1/", "teaching/",
]  # fmt: skip


def test_queries_do_not_grow_with_the_course(
    ines: User, ines_client: Client, course: Course, module: Module, quiz: Quiz
) -> None:
    author = Author(ines, course)
    author.change_edition("lesson-1", "en", body="Published.")
    author.publish()
    author.change_edition("lesson-1", "en", body="Draft.")

    def counts() -> dict[str, int]:
        found = {}
        for page in PAGES:
            address = f"/admin/workspace/statistics/{page}"
            ines_client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert ines_client.get(address).status_code == 200, page
            found[page] = len(captured)
        return found

    few = counts()
    make_many(lambda: LessonFactory(activity=ActivityFactory(module=module)), 200)
    make_many(lambda: QuizFactory(activity=ActivityFactory(module=module, kind="quiz", code="")), 30)
    author.add_lesson("One more", body="Text.")
    assert counts() == few
    assert max(few.values()) <= 40, few


@pytest.mark.parametrize("number", [1, 60])
def test_queries_do_not_grow_with_the_drafts(ines: User, ines_client: Client, course: Course, number: int) -> None:
    author = Author(ines, course)
    for count in range(number):
        author.change_edition("lesson-1", "en", body=f"Version {count}.")
    for page in ("", "publish/", "history/", "earlier/?activity=lesson-1"):
        with CaptureQueriesContext(connection) as captured:
            ines_client.get(f"/admin/workspace/statistics/{page}")
        assert len(captured) <= 30, (page, len(captured))
