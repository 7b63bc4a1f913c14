"""The pages that import a roster: upload, plan, columns, confirmation, progress, outcome, undo."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.models import Cohort, Course, Enrolment, RosterImport
from rosters.reading import tables
from tests.factories import EnrolmentFactory, UserFactory
from tests.rosters.files import xlsx
from tests.rosters.steps import confirmed, fresh, run, uploaded

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
Status = RosterImport.Status


def form_page(course: Course) -> str:
    return reverse("admin:courses_course_roster", args=[course.pk])


def page_of(job: RosterImport) -> str:
    return reverse("admin:courses_course_roster_job", args=[job.course_id, job.uuid])


def text_of(answer: Any) -> str:
    """The words of a page, without tags and with single spaces."""
    words = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", answer.text))
    return re.sub(r"\s+", " ", html.unescape(words))


def plan_in(page: Any) -> str:
    found = re.search(r'name="plan" value="(\w+)"', page.text)
    assert found
    return found[1]


def test_a_list_is_uploaded_looked_at_imported_and_undone(
    course: Course, enrolment: Enrolment, ines_client: Client
) -> None:
    content = "이메일,이름,기수\nnew@example.com,새 학생,2기\nno address,누구,\n".encode("cp949")
    sent = ines_client.post(form_page(course), {"file": SimpleUploadedFile("명단.csv", content)})
    job = RosterImport.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (302, page_of(job))
    page = ines_client.get(page_of(job), headers=EN)
    shown = text_of(page)
    for words in (
        "명단.csv", "Rows that are not imported (1)", "Line 3 no address", "새 학생 new@example.com", "New cohorts: 2기",
        "1 student of the course is not in the file", "Alice alice@example.com", "Import 1 student",
    ):  # fmt: skip
        assert words in shown, words
    assert not User.objects.filter(email="new@example.com").exists()
    form = {"confirm": "1", "plan": plan_in(page), "invite": "1"}
    for _ in range(2):
        assert ines_client.post(page_of(job), form).status_code == 302
    assert "being imported" in text_of(ines_client.get(page_of(job), headers=EN))
    run(job)
    done = text_of(ines_client.get(page_of(job), headers=EN))
    assert "new account, enrolled: 1" in done
    assert "Line 3: Enter a valid email address." in done
    User.objects.filter(email="ines@example.com").update(language="ko")
    assert "3번째 줄: 올바른 이메일 주소를 입력해 주세요." in text_of(ines_client.get(page_of(job)))
    User.objects.filter(email="ines@example.com").update(language="en")
    assert Enrolment.objects.filter(course=course).count() == 2
    assert ines_client.post(page_of(job), {"undo": "1"}).status_code == 302
    run(fresh(job))
    assert "The import was undone." in text_of(ines_client.get(page_of(job), headers=EN))
    assert Enrolment.objects.filter(course=course).count() == 1


def test_rows_can_be_pasted(course: Course, ines_client: Client) -> None:
    ines_client.post(form_page(course), {"text": "email\tname\r\nnew@example.com\tNew\r\n"})
    assert "new@example.com" in ines_client.get(page_of(RosterImport.objects.get())).text


@pytest.mark.parametrize("data", [{}, {"text": "  "}, {"file": SimpleUploadedFile("x.csv", b"\n")}])
def test_nothing_is_refused_in_words(course: Course, ines_client: Client, data: dict[str, Any]) -> None:
    answer = ines_client.post(form_page(course), data, headers=EN)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    course: Course, ines_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SIZE_LIMIT", 10)
    monkeypatch.setattr(SimpleUploadedFile, "read", None)
    answer = ines_client.post(form_page(course), {"text": "email\na@example.com"}, headers=EN)
    assert answer.status_code == 400
    monkeypatch.undo()
    large = SimpleUploadedFile("x.csv", b"a" * (tables.SIZE_LIMIT + 1))
    answer = ines_client.post(form_page(course), {"file": large}, headers=EN)
    assert answer.status_code == 400
    assert "The file is larger than 5 MB." in answer.text
    assert RosterImport.objects.count() == 0


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x89PNG\x00\x00", b"email\n" * 5001])
def test_what_is_no_list_is_refused_on_its_page(course: Course, ines_client: Client, content: bytes) -> None:
    ines_client.post(form_page(course), {"file": SimpleUploadedFile("x.csv", content)}, headers=EN)
    job = RosterImport.objects.get()
    page = ines_client.get(page_of(job), headers=EN)
    assert (page.status_code, job.status) == (200, Status.REFUSED)
    assert 'role="alert"' in page.text


def test_columns_that_nobody_recognises_are_chosen(course: Course, ines_client: Client) -> None:
    cohort = Cohort.objects.create(course=course, name="2026")
    job = uploaded(course, "Konto,Wer\nana,Ana Lee\n")
    page = text_of(ines_client.get(page_of(job), headers=EN))
    assert "No column of e-mail addresses was recognised. Choose it." in page
    chosen = {"columns": "1", "column-0": "name", "column-1": "", "has_header": "1", "cohort": str(cohort.pk)}
    refused = ines_client.post(page_of(job), chosen, headers=EN)
    assert refused.status_code == 400
    assert "Say which column contains the e-mail addresses" in refused.text
    ines_client.post(page_of(job), {**chosen, "column-0": "email", "column-1": "name"})
    job = fresh(job)
    assert job.layout == {"header": 0, "fields": ["email", "name"]}
    assert job.cohort == cohort
    assert "Enter a valid email address." in ines_client.get(page_of(job), headers=EN).text


@pytest.mark.parametrize("rows", ["", "no address\n"])
def test_a_list_of_nobody_offers_no_import(
    course: Course, enrolment: Enrolment, ines_client: Client, rows: str
) -> None:
    shown = text_of(ines_client.get(page_of(uploaded(course, f"email\n{rows}")), headers=EN))
    assert "Nobody would be enrolled: the file has no row that can be imported." in shown
    assert "Import 0 students" not in shown
    assert "Invite everybody" not in shown
    # Who is not in the file can be withdrawn all the same.
    assert "Withdraw those who are ticked" in shown


def test_a_plan_that_has_changed_is_shown_again(course: Course, enrolment: Enrolment, ines_client: Client) -> None:
    job = uploaded(course, "email\nnew@example.com\nalice@example.com\n")
    seen = plan_in(ines_client.get(page_of(job)))
    enrolment.delete()
    answer = ines_client.post(page_of(job), {"confirm": "1", "plan": seen}, headers=EN, follow=True)
    assert "The course has changed meanwhile." in answer.text
    assert fresh(job).status == Status.PLANNED


def test_the_progress_polls_until_the_worker_is_done(course: Course, ines_client: Client) -> None:
    job = confirmed(uploaded(course, "email\nnew@example.com\n"))
    page = ines_client.get(page_of(job), headers=EN)
    assert 'hx-trigger="every 1s"' in page.text
    assert '<meta http-equiv="refresh" content="2">' in page.text
    polled = ines_client.get(page_of(job), headers={**EN, "HX-Request": "true"})
    assert "0 of 1 changes" in text_of(polled)
    assert "HX-Refresh" not in polled.headers
    run(job)
    assert ines_client.get(page_of(job), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_list_can_be_cancelled(course: Course, ines_client: Client) -> None:
    job = uploaded(course, "email\nnew@example.com\n")
    ines_client.post(page_of(job), {"cancel": "1"})
    assert fresh(job).status == Status.CANCELLED
    assert "Nothing was changed." in text_of(ines_client.get(page_of(job), headers=EN))


def test_formulas_in_a_file_are_shown_as_text(course: Course, ines_client: Client) -> None:
    cell = '=HYPERLINK("https://example.com/<script>alert(1)</script>","x")'
    job = uploaded(course, xlsx([["email", "name"], ["a@example.com", "'" + cell]]))
    page = ines_client.get(page_of(job))
    assert "<script>alert(1)" not in page.text


def test_another_course_has_no_such_list(course: Course, otto_client: Client, ines: User) -> None:
    job = uploaded(course, "email\nnew@example.com\n")
    assert otto_client.get(page_of(job)).status_code == 404
    own = Course.objects.get(slug="elsewhere")
    foreign = reverse("admin:courses_course_roster_job", args=[own.pk, job.uuid])
    assert otto_client.get(foreign).status_code == 404
    assert otto_client.post(foreign, {"cancel": "1"}).status_code == 404
    assert fresh(job).status == Status.PLANNED


def test_the_number_of_queries_does_not_grow(course: Course, ines_client: Client) -> None:
    def queries(count: int) -> int:
        people = [UserFactory(password=None) for _ in range(count)]
        for user in people:
            EnrolmentFactory(course=course, user=user)
        job = uploaded(course, "email\n" + "".join(f"x{number}@example.com\n" for number in range(count)))
        ines_client.get(page_of(job))
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(page_of(job)).status_code == 200
        return len(captured)

    assert queries(2) == queries(200)
