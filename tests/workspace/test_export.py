"""The published course as one zip file."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from course_files import course_folder
from courses.models import Course
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author
from workspace.drafts import files, records

ADDRESS = "/admin/workspace/statistics/export/"


def test_the_file_is_imported_as_the_same_course(
    ines: User, ines_client: Client, course: Course, quiz: Quiz, tmp_path: Path
) -> None:
    author = Author(ines, course)
    author.change_edition("lesson-1", "en", body="Published.")
    files.add(course, "table.csv", b"a,b", editor=ines, now=timezone.now())
    author.publish()
    before = author.read().published
    author.change_edition("lesson-1", "en", body="Secret draft.")
    answer = ines_client.get(ADDRESS)
    assert answer["Content-Disposition"] == 'attachment; filename="statistics.zip"'
    assert answer.content == ines_client.get(ADDRESS).content
    with ZipFile(BytesIO(answer.content)) as folder:
        folder.extractall(tmp_path)
    # Now the site has no course of this name.
    Course.objects.filter(pk=course.pk).update(slug="the-first")
    course_folder.import_folder(tmp_path / "statistics", now=timezone.now())
    assert records.read(Course.objects.get(slug="statistics")).records == before


@pytest.mark.parametrize("who", ["ada_client", "oscar_client"])
def test_assistants_and_observers_get_what_is_published(
    course: Course, who: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(who)
    assert client.get(ADDRESS).status_code == 200
    assert client.post(ADDRESS).status_code == 405


def test_an_empty_course_can_be_downloaded(ines_client: Client) -> None:
    answer = ines_client.post("/admin/workspace/", {"title": "Empty", "languages": "en"}, follow=True)
    slug = answer.request["PATH_INFO"].split("/")[-2]
    assert ines_client.get(f"/admin/workspace/{slug}/export/").status_code == 200


def test_the_next_publication_is_in_the_next_file(ines: User, ines_client: Client, course: Course, quiz: Quiz) -> None:
    author = Author(ines, course)
    first = ines_client.get(ADDRESS).content
    with CaptureQueriesContext(connection) as asked:
        assert ines_client.get(ADDRESS).content == first
    # It is not made again.
    assert not any("courseasset" in each["sql"] for each in asked.captured_queries)
    files.add(course, "table.csv", b"a,b", editor=ines, now=timezone.now())
    author.publish()
    with ZipFile(BytesIO(ines_client.get(ADDRESS).content)) as folder:
        assert any(name.endswith("table.csv") for name in folder.namelist())
