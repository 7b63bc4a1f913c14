"""Files with grades: what is in them, in three formats, made by the worker, cancelled, made again."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Cohort, Course
from quizzes.authoring.models import Quiz
from reports import exporting, files
from reports.models import Export
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/statistics/exports/"


@pytest.fixture
def export(quiz: Quiz, course: Course, ines: User) -> Export:
    """A gradebook that is asked for, of a student whose name looks like a formula, and of one whose name CP949 lacks."""
    graded(quiz, EnrolmentFactory(course=course, user=UserFactory(name="=1+1", email="a@example.com")))
    EnrolmentFactory(course=course, user=UserFactory(name="김하늘 😀", email="b@example.com"))
    return ask(course, ines, Export.Format.CSV)


def ask(course: Course, actor: User, format: str, kind: str = "gradebook", cohort: Cohort | None = None) -> Export:
    return exporting.request_export(
        course=course, kind=kind, format=format, cohort=cohort, language="en", actor=actor, now=timezone.now()
    )


def made(export: Export) -> Export:
    exporting.run(export_id=export.pk, now=timezone.now())
    export.refresh_from_db()
    return export


def table(content: bytes | memoryview, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes(content).decode(encoding), newline="")))


def test_a_csv_opens_in_excel_and_computes_nothing(export: Export) -> None:
    content = bytes(made(export).content)
    assert content.startswith(b"\xef\xbb\xbf")
    head, first, second = table(content, "utf-8-sig")
    assert head[:5] == ["Name", "E-mail address", "Cohort", "Progress (%)", "Grade (%)"]
    assert first[0] == "'=1+1"
    assert first[4:] == ["100", "100", "3.0"]
    assert second[0] == "김하늘 😀"
    assert second[4:] == ["", "", ""]


def test_cp949_says_how_many_characters_it_lacks(export: Export, course: Course, ines: User) -> None:
    found = made(ask(course, ines, Export.Format.CP949))
    assert found.lost_characters == 1
    assert table(found.content, "cp949")[2][0] == "김하늘 ?"


def test_an_xlsx_has_numbers_as_numbers_and_texts_as_texts(export: Export, course: Course, ines: User) -> None:
    sheet = load_workbook(io.BytesIO(bytes(made(ask(course, ines, Export.Format.XLSX)).content))).active
    assert sheet is not None
    first = next(iter(sheet.iter_rows(min_row=2, max_row=2)))
    assert (first[0].value, first[0].data_type) == ("=1+1", "s")
    assert (first[4].value, first[4].data_type) == (100, "n")


@pytest.mark.parametrize("text", ["=a", "+a", "-a", "@a", "\ta", "\ra"])
def test_no_text_is_a_formula(text: str) -> None:
    assert files.neutral(text) == f"'{text}"
    assert files.neutral(-5) == -5


def test_a_completion_report_says_who_has_completed(export: Export, course: Course, ines: User) -> None:
    course.enrolments.filter(user__email="a@example.com").update(progress_percent=80)
    head, first, second = table(made(ask(course, ines, Export.Format.CSV, "completion")).content, "utf-8-sig")
    assert head[-1] == "Completed"
    assert [first[-1], second[-1]] == ["yes", "no"]


def test_a_cancelled_export_is_not_made(export: Export) -> None:
    assert exporting.cancel(export)
    assert made(export).status == Export.Status.CANCELLED
    assert not exporting.cancel(export)


def test_a_cancelled_export_stops_in_the_middle(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write

    def cancel_meanwhile(rows: Any, format: str) -> tuple[bytes, int]:
        exporting.cancel(export)
        return write(rows, format)

    monkeypatch.setattr(files, "write", cancel_meanwhile)
    found = made(export)
    assert (found.status, bytes(found.content)) == (Export.Status.CANCELLED, b"")


def test_a_lost_export_is_enqueued_again_and_given_up_after_three_claims(export: Export, ines: User) -> None:
    later = timezone.now() + timedelta(minutes=5)
    Export.objects.update(claims=Export.objects.all().most_claims, lease_until=timezone.now())
    exporting.sweep(now=later)
    export.refresh_from_db()
    assert export.status == Export.Status.FAILED


def test_old_files_are_deleted(export: Export) -> None:
    exporting.sweep(now=timezone.now() + timedelta(days=8))
    assert not Export.objects.exists()


def test_the_pages_lead_from_the_wish_to_the_file(export: Export, ines_client: Client) -> None:
    asked = ines_client.post(ADDRESS, {"kind": "gradebook", "format": "xlsx", "cohort": ""})
    assert "Cancel" in ines_client.get(asked["Location"], headers={"Accept-Language": "en"}).content.decode()
    assert ines_client.get(f"{asked['Location']}file/").status_code == 404
    made(Export.objects.latest("pk"))
    before = AuditEntry.objects.count()
    file = ines_client.get(f"{asked['Location']}file/")
    assert file.headers["Content-Disposition"].startswith('attachment; filename="statistics-gradebook-')
    assert "no-store" in file.headers["Cache-Control"]
    assert AuditEntry.objects.count() == before + 2
    again = ines_client.post(asked["Location"], {"again": "1"})
    assert again["Location"] != asked["Location"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "x", "format": "csv"},
        {"kind": "gradebook", "format": "csv", "cohort": "999"},
        {"kind": "gradebook", "format": "csv", "cohort": "9" * 20},
    ],
)
def test_a_wish_for_something_else_is_not_found(export: Export, ines_client: Client, data: dict[str, str]) -> None:
    assert ines_client.post(ADDRESS, data).status_code == 404


def test_the_rule_of_completion_is_changed_and_checked(export: Export, ines_client: Client) -> None:
    address = "/admin/reports/statistics/completion/"
    assert ines_client.post(address, {"progress": "101", "grade": "0", "hand_ins": "0"}).status_code == 400
    assert ines_client.post(address, {"progress": "0", "grade": "0", "hand_ins": "0"}).status_code == 302
    text = ines_client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert text.count('<span class="desk-tag is-good">yes</span>') == 2
