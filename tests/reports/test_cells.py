"""A cell of the gradebook: its history, and a grade that a person sets for a reason."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import Message
from courses import gradebook
from courses.models import Enrolment, GradeChange, GradeItem
from operations.verify.grades import find_differences
from quizzes.authoring.models import Quiz
from tests.factories import EnrolmentFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
BOOK = "/admin/reports/statistics/gradebook/"


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.select_related("activity").get(activity=quiz.activity)


def address(enrolment: Enrolment) -> str:
    return f"{BOOK}{enrolment.uuid}/quiz/"


def set_grade(client: Client, enrolment: Enrolment, **more: Any) -> int:
    form = {"set": "1", "points": "1.5", "note": "Oral exam.", "seen": "0", **more}
    return client.post(address(enrolment), form, headers=ENGLISH).status_code


def percent(item: GradeItem, enrolment: Enrolment) -> int | None:
    return gradebook.get_item_grades(enrolment, [item])[0].percent


def test_a_grade_is_set_with_a_reason_and_taken_back(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines_client: Client, alice_client: Client
) -> None:
    attempt = graded(quiz, enrolment, choosing(quiz, 1))
    assert percent(item, enrolment) == 66
    assert set_grade(ines_client, enrolment) == 302
    assert percent(item, enrolment) == 50
    result = f"/attempts/{attempt.uuid}/result/"
    shown = " ".join(alice_client.get(result, headers=ENGLISH).content.decode().split())
    assert "your instructor set your grade for this to 50%" in shown
    assert "Oral exam." in shown
    assert "set your grade to 50%" in alice_client.get("/notifications/", headers=ENGLISH).content.decode()
    page = ines_client.get(address(enrolment), headers=ENGLISH).content.decode()
    assert "Without it the attempts would give 66%." in " ".join(page.split())
    # What is graded later does not change it.
    graded(quiz, enrolment, now=timezone.now())
    assert percent(item, enrolment) == 50
    assert list(find_differences()) == []
    form = {"take_back": "1", "note": "A mistake.", "seen": "1"}
    assert ines_client.post(address(enrolment), form).status_code == 302
    assert percent(item, enrolment) == 100
    assert GradeChange.objects.filter(source_number=0).count() == 2
    assert "from your attempts again" in alice_client.get(result, headers=ENGLISH).content.decode()
    assert list(find_differences()) == []


def test_without_an_attempt_there_can_be_a_grade(item: GradeItem, enrolment: Enrolment, ines_client: Client) -> None:
    assert set_grade(ines_client, enrolment, points="3") == 302
    grade = gradebook.get_item_grades(enrolment, [item])[0]
    assert (grade.percent, grade.attempts, grade.is_by_hand) == (100, 0, True)


def test_the_second_tab_is_told(item: GradeItem, enrolment: Enrolment, ines_client: Client) -> None:
    assert set_grade(ines_client, enrolment) == 302
    late = ines_client.post(
        address(enrolment), {"set": "1", "points": "3", "note": "No.", "seen": "0"}, headers=ENGLISH
    )
    assert late.status_code == 409
    assert "in the meantime" in late.content.decode()
    assert (percent(item, enrolment), Message.objects.count()) == (50, 1)


def test_a_button_that_is_pressed_twice_does_nothing_more(
    item: GradeItem, enrolment: Enrolment, ines_client: Client
) -> None:
    assert [set_grade(ines_client, enrolment) for _time in range(2)] == [302, 302]
    form = {"take_back": "1", "note": "A mistake.", "seen": "1"}
    assert [ines_client.post(address(enrolment), form).status_code for _time in range(2)] == [302, 302]
    assert (GradeChange.objects.count(), Message.objects.count()) == (2, 2)
    # From a page that shows that the attempts count.
    again = ines_client.post(address(enrolment), {**form, "seen": "2"}, headers=ENGLISH)
    assert again.status_code == 409
    assert "the attempts count already" in again.text
    assert GradeChange.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"points": "4"}, {"points": "-1"}, {"points": "NaN"}, {"points": "1.234"}, {"points": ""}, {"note": " "}]
)
def test_what_is_no_grade_or_has_no_reason_is_refused(
    item: GradeItem, enrolment: Enrolment, ines_client: Client, wrong: dict[str, str]
) -> None:
    assert set_grade(ines_client, enrolment, **wrong) == 400
    assert not GradeChange.objects.exists()


def test_roles(
    item: GradeItem, enrolment: Enrolment, ada_client: Client, oscar_client: Client, otto_client: Client
) -> None:
    assert otto_client.get(address(enrolment)).status_code == 404
    assert set_grade(otto_client, enrolment) == 404
    assert oscar_client.get(address(enrolment)).status_code == 200
    assert set_grade(oscar_client, enrolment) == 403
    assert set_grade(ada_client, enrolment) == 302


def test_another_course_or_activity_is_not_found(item: GradeItem, enrolment: Enrolment, ines_client: Client) -> None:
    elsewhere = EnrolmentFactory()
    assert ines_client.get(address(elsewhere)).status_code == 404
    assert ines_client.get(f"{BOOK}{enrolment.uuid}/lesson-1/").status_code == 404


def test_verify_finds_entries_that_nobody_made(item: GradeItem, enrolment: Enrolment, ines_client: Client) -> None:
    set_grade(ines_client, enrolment)
    made = GradeChange.objects.get()
    GradeChange.objects.filter(pk=made.pk).update(note="")
    [found] = find_differences()
    assert found.of == str(enrolment.uuid)


def test_the_ledger_refuses_an_entry_by_hand_that_is_none(item: GradeItem, enrolment: Enrolment) -> None:
    for number, reason, of in ((0, "graded", 1), (1, "set", 1), (0, "set", 0), (0, "taken_back", 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            GradeChange.objects.create(
                item=item, enrolment=enrolment, source=enrolment.uuid, source_number=number, reason=reason,
                points=Decimal(0), max_points=Decimal(of), at=timezone.now(),
            )  # fmt: skip


def test_the_gradebook_leads_to_the_cell_and_marks_it(
    item: GradeItem, enrolment: Enrolment, ines_client: Client
) -> None:
    set_grade(ines_client, enrolment)
    page = ines_client.get(BOOK, headers=ENGLISH).content.decode()
    assert f'href="{address(enrolment)}"' in page
    assert "set by hand" in page
    assert AuditEntry.objects.filter(subject=enrolment.user, model="courses.enrolment").exists()


@pytest.mark.parametrize("n", [1, 20])
def test_as_many_queries_for_many_attempts(quiz: Quiz, enrolment: Enrolment, ines_client: Client, n: int) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=None)
    quiz.refresh_from_db()
    for _ in range(n):
        graded(quiz, enrolment, choosing(quiz, 1), now=timezone.now())
    ines_client.get(address(enrolment))
    with CaptureQueriesContext(connection) as captured:
        assert ines_client.get(address(enrolment)).status_code == 200
    assert len(captured) == 25
