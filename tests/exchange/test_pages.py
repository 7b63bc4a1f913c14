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
from tests.exchange.quizzes import drafted_keys, into
from tests.exchange.test_importing import many
from tests.workspace.authors import Author
from workspace.drafts import outline
from workspace.models import Edit

pytestmark = pytest.mark.django_db
IMPORTED = "The questions are in the draft of the quiz."
LARGE = "\n\n".join(
    f"::new-{n}::What is the right answer to question {n}? {{=right ~wrong ~other}}" for n in range(900)
).encode()


@pytest.fixture
def ines_client(ines: User) -> Client:
    client = Client()
    client.force_login(ines)
    return client


def address(quiz: Quiz, page: str = "import") -> str:
    if page == "export":
        return reverse("admin:quizzes_quiz_export", args=[quiz.pk])
    return reverse("exchange:import", args=[quiz.activity.course.slug, quiz.activity.slug])


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
    assert "12 added, 0 changed, 0 unchanged, 3 not brought over" in page.text
    assert "This kind of question is not supported: ddimageortext." in page.text
    assert len(drafted_keys(quiz)) == 3
    assert IMPORTED in confirm(ines_client, page).text
    assert len(drafted_keys(quiz)) == 15
    again = upload(ines_client, quiz, sample("tea.en.xml")).text
    assert "There is nothing to change" in again
    assert 'name="plan"' not in again


def test_confirming_twice_imports_once(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    confirm(ines_client, page)
    edits = Edit.objects.count()
    assert IMPORTED in confirm(ines_client, page).text
    assert Edit.objects.count() == edits


def test_students_see_imported_questions_when_the_draft_is_published(
    ines: User, ines_client: Client, quiz: Quiz
) -> None:
    version = quiz.current_version_id
    page = confirm(ines_client, upload(ines_client, quiz, sample("tea.ko.gift.txt"), language="ko"))
    assert reverse("workspace:publish", args=["statistics"]) in page.text
    quiz.refresh_from_db()
    assert (quiz.questions.count(), quiz.current_version_id) == (3, version)
    drafted = drafted_keys(quiz)
    Author(ines, quiz.activity.course).publish()
    quiz.refresh_from_db()
    assert set(quiz.questions.values_list("key", flat=True)) == drafted
    assert quiz.current_version_id != version


def test_an_import_is_one_edit_that_can_be_undone(ines: User, ines_client: Client, quiz: Quiz) -> None:
    confirm(ines_client, upload(ines_client, quiz, sample("tea.en.xml")))
    edit = Edit.objects.get()
    assert edit.editor == ines
    Author(ines, quiz.activity.course).undo(edit)
    assert len(drafted_keys(quiz)) == 3


def test_a_file_is_compared_with_the_draft(ines: User, ines_client: Client, quiz: Quiz) -> None:
    """A question that is only in the draft is changed, and not added a second time."""
    confirm(ines_client, upload(ines_client, quiz, b"::only-drafted::One?{=a ~b}"))
    page = upload(ines_client, quiz, b"::only-drafted::Two?{=a ~b}")
    assert "0 added, 1 changed" in page.text


def test_a_changed_quiz_shows_the_new_plan(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    making = read("::Making::x{>2 ALL\na\nb\n}")
    importing.draft(
        **into(quiz),
        parsed=making,
        language="en",
        editor=None,
        now=timezone.now(),
    )
    changed = confirm(ines_client, page)
    assert "The quiz has changed since you looked." in changed.text
    assert "11 added, 1 changed" in changed.text
    assert len(drafted_keys(quiz)) == 4
    # The page that was open before confirms a plan that is no longer shown.
    assert "11 added, 1 changed" in confirm(ines_client, page).text
    assert len(drafted_keys(quiz)) == 4
    # What is shown now may be confirmed.
    confirm(ines_client, changed)
    assert len(drafted_keys(quiz)) == 15


@pytest.mark.parametrize("plan", ["", "nonsense"])
def test_a_confirmation_without_the_shown_plan_imports_nothing(ines_client: Client, quiz: Quiz, plan: str) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    ines_client.post(page.request["PATH_INFO"], {"plan": plan})
    assert len(drafted_keys(quiz)) == 3


def test_a_cancelled_upload_imports_nothing(ines_client: Client, quiz: Quiz) -> None:
    page = upload(ines_client, quiz, sample("tea.en.xml"))
    cancelled = ines_client.post(page.request["PATH_INFO"], {"cancel": "1"}, follow=True)
    assert "cancelled" in cancelled.text
    confirm(ines_client, page)
    assert len(drafted_keys(quiz)) == 3


def test_the_upload_of_another_quiz_is_not_found(ines_client: Client, quiz: Quiz, lesson: Activity) -> None:
    job = upload(ines_client, quiz, sample("tea.en.xml")).context["job"]
    other = Quiz.objects.create(activity=lesson)
    path = reverse("exchange:import-job", args=["statistics", other.activity.slug, job.uuid])
    assert ines_client.get(path).status_code == ines_client.post(path, {"plan": "x"}).status_code == 404


def test_questions_can_be_imported_into_a_lesson_check(ines_client: Client, course: Course, lesson: Activity) -> None:
    check = Quiz.objects.create(activity=lesson)
    confirm(ines_client, upload(ines_client, check, sample("item.xml")))
    assert len(drafted_keys(check)) == 1


@pytest.mark.parametrize("is_check", [True, False])
def test_questions_are_imported_into_what_was_never_published(
    ines: User, ines_client: Client, course: Course, is_check: bool
) -> None:
    author = Author(ines, course)
    slug = author.add_lesson("New lesson", body="Text.") if is_check else author.add_quiz("New quiz")
    form = reverse("exchange:import", args=["statistics", slug])
    assert form in ines_client.get(reverse("workspace:quiz", args=["statistics", slug])).text
    file = SimpleUploadedFile("questions", b"::one::What is it?{=a ~b}")
    page = ines_client.post(form, {"file": file, "language": "en"}, follow=True)
    assert "1 added" in page.text
    done = confirm(ines_client, page)
    assert IMPORTED in done.text
    assert author.read().records["quiz", slug]["questions"] == ["one"]
    # The form lists the file.
    assert page.request["PATH_INFO"] in ines_client.get(form).text


def test_an_import_into_a_quiz_that_was_taken_out_meanwhile_says_so(
    ines: User, ines_client: Client, course: Course
) -> None:
    author = Author(ines, course)
    slug = author.add_quiz("New quiz")
    file = SimpleUploadedFile("questions", LARGE)
    page = ines_client.post(
        reverse("exchange:import", args=["statistics", slug]), {"file": file, "language": "en"}, follow=True
    )
    job = page.context["job"]
    jobs.run(import_id=job.pk, now=timezone.now())
    confirm(ines_client, ines_client.get(page.request["PATH_INFO"]))
    author.save(outline.archive(author.read(), slug))
    jobs.run(import_id=job.pk, now=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.reason) == ("refused", "This entry is no longer there.")
    assert ines_client.get(page.request["PATH_INFO"]).status_code == 404


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
    assert len(drafted_keys(quiz)) == 3
    jobs.run(import_id=page.context["job"].pk, now=timezone.now())
    assert IMPORTED in ines_client.get(path).text
    assert len(drafted_keys(quiz)) == 903


def test_a_long_plan_is_shown_page_by_page(ines_client: Client, quiz: Quiz) -> None:
    text = many(220) + "\n\n" + "\n\n".join(f"::left-{n}::No answers" for n in range(130))
    page = upload(ines_client, quiz, text.encode())
    path = page.request["PATH_INFO"]
    assert "220 added, 0 changed, 0 unchanged, 130 not brought over" in page.text
    assert "1 / 3" in page.text
    assert "1 / 2" in page.text
    assert ("What is 99?" in page.text, "What is 100?" in page.text) == (True, False)
    last = ines_client.get(path, {"page": "3", "left": "2"}).text
    assert ("What is 199?" in last, "What is 200?" in last, "What is 219?" in last) == (False, True, True)
    assert ("left-99" in last, "left-100" in last) == (False, True)
    # A page that does not exist is the nearest one, and the other table keeps its page.
    assert "3 / 3" in ines_client.get(path, {"page": "99"}).text
    assert "?page=2&amp;left=2#entries" in last


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
    assert len(drafted_keys(quiz)) == 3


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


@pytest.mark.parametrize("format", list(files.WRITTEN))
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
        importing.draft(
            **into(quiz),
            parsed=read(many(200)),
            language="en",
            editor=None,
            now=timezone.now(),
        )
    assert counts[0] == counts[1]
