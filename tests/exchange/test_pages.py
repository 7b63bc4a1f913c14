"""The admin pages: upload, plan, confirm and export; permissions and refusals."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Course
from exchange import files
from exchange.imports import importing, jobs
from quizzes.authoring.models import Question, Quiz
from tests.exchange.files import read, sample
from tests.exchange.test_importing import many

pytestmark = pytest.mark.django_db
LARGE = "\n\n".join(
    f"::new-{n}::What is the right answer to question {n}? {{=right ~wrong ~other}}" for n in range(900)
).encode()


@pytest.fixture
def ines_client(ines: User) -> Client:
    client = Client()
    client.force_login(ines)
    return client


def address(quiz: Quiz, page: str = "import") -> str:
    return reverse(f"admin:quizzes_quiz_{page}", args=[quiz.pk])


def upload(client: Client, quiz: Quiz, content: bytes, **fields: str) -> Any:
    """Upload a file. Return the response of the page that it leads to."""
    file = SimpleUploadedFile("questions", content)
    response = client.post(address(quiz), {"file": file, "language": "en", **fields}, follow=True)
    assert response.status_code in (200, 400)
    return response


def confirm(client: Client, page: Any) -> Any:
    """Press the page's button that imports the questions."""
    found = re.search(r'name="plan"\s+value="([^"]+)"', page.text)
    assert found, page.text
    return client.post(page.request["PATH_INFO"], {"plan": found[1]}, follow=True)


def test_upload_plan_confirm(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    assert "10 added, 0 changed, 0 unchanged, 5 not brought over" in page.text
    assert "This kind of question is not supported: ddimageortext." in page.text
    assert quiz.questions.count() == 3
    assert "The questions are imported." in confirm(ines_client, page).text
    assert quiz.questions.count() == 13
    again = upload(ines_client, quiz, sample("tea.en.xml")).text
    assert "There is nothing to change" in again
    assert 'name="plan"' not in again


def test_confirming_twice_imports_once(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    confirm(ines_client, page)
    quiz.refresh_from_db()
    version = quiz.current_version_id
    assert "The questions are imported." in confirm(ines_client, page).text
    quiz.refresh_from_db()
    assert quiz.current_version_id == version


def test_a_changed_quiz_shows_the_new_plan(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    importing.execute(quiz=quiz, parsed=read("::Making::x{>2 ALL\na\nb\n}"), language="en", now=timezone.now())
    changed = confirm(ines_client, page)
    assert "The quiz has changed since you looked." in changed.text
    assert "9 added, 1 changed" in changed.text
    assert quiz.questions.count() == 4
    # The page that was open before confirms a plan that is no longer shown.
    assert "9 added, 1 changed" in confirm(ines_client, page).text
    assert quiz.questions.count() == 4
    # What is shown now may be confirmed.
    confirm(ines_client, changed)
    assert quiz.questions.count() == 13


@pytest.mark.parametrize("plan", ["", "nonsense"])
def test_a_confirmation_without_the_shown_plan_imports_nothing(ines_client: Client, quiz: Quiz, plan: str) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    ines_client.post(page.request["PATH_INFO"], {"plan": plan})
    assert quiz.questions.count() == 3


def test_a_cancelled_upload_imports_nothing(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    cancelled = ines_client.post(page.request["PATH_INFO"], {"cancel": "1"}, follow=True)
    assert "cancelled" in cancelled.text
    confirm(ines_client, page)
    assert quiz.questions.count() == 3


def test_the_upload_of_another_quiz_is_not_found(ines_client: Client, quiz: Quiz, lesson: Activity) -> None:
    job = upload(ines_client, quiz, sample("tea.en.xml")).context["job"]
    other = Quiz.objects.create(activity=lesson)
    path = reverse("admin:quizzes_quiz_import_job", args=[other.pk, job.uuid])
    assert ines_client.get(path).status_code == ines_client.post(path, {"plan": "x"}).status_code == 404


def test_questions_can_be_imported_into_a_lesson_check(ines_client: Client, course: Course, lesson: Activity) -> None:
    check = Quiz.objects.create(activity=lesson)
    confirm(ines_client, upload(ines_client, check, sample("item.xml")))
    check.refresh_from_db()
    assert check.current_version is not None


def test_a_large_file_is_left_to_the_worker_and_its_page_polls(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, LARGE)
    path = page.request["PATH_INFO"]
    assert f'hx-get="{path}"' in page.text
    # Without script the page reloads itself.
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh"', page.text)
    assert "HX-Refresh" not in ines_client.get(path, headers={"HX-Request": "true"}).headers
    jobs.run(import_id=page.context["job"].pk, now=timezone.now())
    assert ines_client.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    planned = ines_client.get(path)
    assert "900 added" in planned.text
    confirmed = confirm(ines_client, planned)
    assert "being imported" in confirmed.text
    assert quiz.questions.count() == 3
    jobs.run(import_id=page.context["job"].pk, now=timezone.now())
    assert "The questions are imported." in ines_client.get(path).text
    assert quiz.questions.count() == 903


def test_the_form_lists_earlier_files(ines_client: Client, quiz: Quiz) -> None:
    path = upload(ines_client, quiz, LARGE).request["PATH_INFO"]
    page = ines_client.get(address(quiz)).text
    assert path in page
    assert "being read" in page


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><quiz/>', "declares a document type"),
        (b"x" * 10_000_001, "The file is larger than 10 MB."),
        (b"\xff\xfe\x00", "neither UTF-8 nor cp949"),
        (b"<quiz><question>", "not well-formed XML"),
    ],
)
def test_an_invalid_file_shows_its_error(ines_client: Client, quiz: Quiz, content: bytes, message: str) -> None:
    assert message in upload(ines_client, quiz, content).text
    assert quiz.questions.count() == 3


def test_a_missing_file_and_a_wrong_language_or_format_are_refused(ines_client: Client, quiz: Quiz) -> None:
    assert "Choose a file." in ines_client.post(address(quiz), {"language": "en"}).content.decode()
    assert "not written in this language: xx" in upload(ines_client, quiz, b"x", language="xx").text
    assert "This is not a QTI 2.1 file" in upload(ines_client, quiz, sample("tea.en.xml"), format="qti").text
    assert "This is not a zzz file" in upload(ines_client, quiz, sample("tea.en.xml"), format="zzz").text


def test_texts_of_a_file_are_escaped(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, b"::<script>alert(1)</script>::<b>x</b> [plain]{=a}")
    assert "<script>alert(1)" not in page.text


@pytest.mark.parametrize("page", ["import", "export"])
def test_only_teachers_of_the_course_may_use_the_page(
    quiz: Quiz, otto: User, alice: User, ines: User, page: str
) -> None:
    for person, status in ((otto, 404), (alice, 302), (None, 302), (ines, 200)):
        client = Client()
        if person is not None:
            client.force_login(person)
        assert client.get(address(quiz, page)).status_code == status
    client = Client()
    client.force_login(otto)
    response = client.post(address(quiz), {"file": SimpleUploadedFile("x", sample("item.xml")), "language": "en"})
    assert response.status_code == 404
    assert client.get(address(quiz, "export"), {"format": "gift", "language": "en", "download": "1"}).status_code == 404


def test_an_upload_without_csrf_token_is_refused(quiz: Quiz, ines: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ines)
    response = client.post(address(quiz), {"file": SimpleUploadedFile("x", sample("item.xml")), "language": "en"})
    assert response.status_code == 403


def test_the_page_of_a_quiz_links_to_import_and_export(ines_client: Client, quiz: Quiz) -> None:
    page = ines_client.get(reverse("admin:quizzes_quiz_change", args=[quiz.pk])).content.decode()
    for name in ("import", "export"):
        assert f"/{quiz.pk}/go-{name}" in page
        action = reverse(f"admin:quizzes_quiz_{name}_questions", args=[quiz.pk])
        assert ines_client.get(action)["Location"] == address(quiz, name)


@pytest.mark.parametrize("format", list(files.FORMATS))
def test_an_export_lists_its_losses_before_the_download(ines_client: Client, quiz: Quiz, format: str) -> None:
    Question.objects.filter(key="short").update(text_en="")
    chosen = {"format": format, "language": "en"}
    page = ines_client.get(address(quiz, "export"), chosen).content.decode()
    assert "left out: it has no text in this language" in page
    response = ines_client.get(address(quiz, "export"), {**chosen, "download": "1"})
    assert "attachment" in response["Content-Disposition"]
    assert len(importing.parse(response.content, language="en").questions) == 2


def test_an_export_with_a_wrong_format_or_language_is_refused(ines_client: Client, quiz: Quiz) -> None:
    for chosen in ({"format": "zzz", "language": "en"}, {"format": "gift"}, {"format": "gift", "language": "xx"}):
        assert ines_client.get(address(quiz, "export"), chosen).status_code == 400


def test_a_plan_needs_as_many_queries_for_2_questions_as_for_200(
    ines_client: Client, quiz: Quiz, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The progress is stored every second, however many questions there are.
    monkeypatch.setattr(jobs, "PROGRESS_INTERVAL", float("inf"))
    counts = []
    upload(ines_client, quiz, many(1).encode())
    for count in (2, 200):
        with CaptureQueriesContext(connection) as captured:
            upload(ines_client, quiz, many(count).encode())
        counts.append(len(captured))
        importing.execute(quiz=quiz, parsed=read(many(200)), language="en", now=timezone.now())
    assert counts[0] == counts[1]
