"""Pictures and files that are only in the draft, in the preview of a lesson and of an attempt."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from common.uploads import pictures
from courses.models import Course
from quizzes.authoring.models import Quiz
from tests.lms.admin_world import everything
from tests.workspace.authors import Author
from tests.workspace.site import Site, picture, tiny_png
from workspace.drafts import files

HOME = "/admin/workspace/statistics/"


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    """Ines, who has uploaded a picture, a table and a drawing, and uses them in a lesson and in a question."""
    author = Author(ines, course)
    drawing = pictures.read_picture(picture().read(), "drawing.svg", alt="A drawing", language="en")
    for name, content in (("photo.png", tiny_png()), ("table.csv", b"a,b"), (drawing.name, drawing.content)):
        files.add(course, name, content, editor=ines, now=timezone.now())
    for language in ("ko", "en"):
        body = f"![A photo](assets/photo.png)\n\n![A drawing](assets/{drawing.name})\n\n[The table](assets/table.csv)"
        author.change_edition("lesson-1", language, body=body)
    return author


def addresses(page: str, name: str) -> list[str]:
    return re.findall(rf'(?:src|href)="([^"]*{name}[^"]*)"', page)


@pytest.mark.parametrize("who", ["ines_client", "ada_client", "oscar_client"])
def test_files_of_the_draft_are_shown_in_the_preview(author: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    page = client.get(f"{HOME}preview/lessons/lesson-1/").text
    assert "<svg" in page
    for name, content in (("photo.png", tiny_png()), ("table.csv", b"a,b")):
        (address,) = addresses(page, name)
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.content == content


def test_a_replaced_picture_is_shown_as_in_the_draft(author: Author, ines_client: Client) -> None:
    author.publish()
    other = tiny_png() + b"\x00"
    files.add(author.course, "photo.png", other, editor=author.user, now=timezone.now())
    page = ines_client.get(f"{HOME}preview/lessons/lesson-1/").text
    (address,) = addresses(page, "photo.png")
    assert ines_client.get(address).content == other


def test_a_picture_of_a_question_is_shown_in_the_preview_of_an_attempt(
    author: Author, ines_client: Client, quiz: Quiz
) -> None:
    record = author.read().records["question", "quiz", "q0"]
    text = {"ko": "무엇일까요?\n\n![사진](assets/photo.png)", "en": "What is it?\n\n![A photo](assets/photo.png)"}
    author.save({("question", "quiz", "q0"): {**record, "text": text}})
    page = Site(ines_client).open(f"{HOME}preview/quizzes/quiz/start/").text
    (address,) = addresses(page, "photo.png")
    assert ines_client.get(address).content == tiny_png()


@pytest.fixture
def hand_in(author: Author) -> str:
    """The quiz has one more question, which takes a file. Its key."""
    both = {"ko": "보고서", "en": "A report"}
    rubric = [{"key": "overall", "text": both, "points": 2}]
    record = {
        "kind": "hand_in", "points": "2.00", "lesson": "", "text": both, "archived": False,
        "definition": {"rubric": rubric, "files": {"max": 2, "types": ["pdf"]}},
        "feedback": {"correct": {}, "incorrect": {}},
    }  # fmt: skip
    author.add_question("quiz", "report", record)
    return "report"


def test_a_file_that_is_handed_in_is_shown_in_the_result_and_not_kept(
    author: Author, ines_client: Client, hand_in: str, settings: Settings
) -> None:
    before = everything(), stored_files(settings)
    site = Site(ines_client).open(f"{HOME}preview/quizzes/quiz/start/")
    form = next(form for form in site.read().forms if form.action.endswith("/preview/quizzes/quiz/result/"))
    (name,) = [name for name in form.names if name.endswith(":files")]
    upload = SimpleUploadedFile("my report.pdf", b"%PDF-1.7\n%")
    assert "my report.pdf" in site.send(form, {name: upload}).text
    assert (everything(), stored_files(settings)) == before


def test_a_file_of_another_kind_is_refused_as_for_a_student(
    author: Author, ines_client: Client, hand_in: str, settings: Settings
) -> None:
    before = stored_files(settings)
    site = Site(ines_client).open(f"{HOME}preview/quizzes/quiz/start/")
    form = next(form for form in site.read().forms if form.action.endswith("/preview/quizzes/quiz/result/"))
    (name,) = [name for name in form.names if name.endswith(":files")]
    site.send(form, {name: SimpleUploadedFile("setup.exe", b"MZ")}, status=400)
    assert stored_files(settings) == before


def stored_files(settings: Settings) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
