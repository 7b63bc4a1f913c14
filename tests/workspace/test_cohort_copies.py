"""A new cohort from an old one: every date shifted, shown in one table, changed by hand, saved once."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Cohort, Course, Enrolment
from quizzes.authoring import cohorts
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.authoring.shifting import Dates
from tests.factories import ActivityFactory, QuizFactory

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
SEOUL = ZoneInfo("Asia/Seoul")


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.fixture
def spring(course: Course, quiz: Quiz) -> Cohort:
    """A cohort whose quiz opens on a Monday and is due on Sunday; it closes when the quiz itself does, a week later."""
    cohort = Cohort.objects.create(course=course, name="Spring")
    Quiz.objects.update(opens_at=seoul("2025-01-01T00:00"), closes_at=seoul("2026-03-15T23:59:59"))
    QuizDates.objects.create(
        quiz=quiz, cohort=cohort, opens_at=seoul("2026-03-02T09:00"), due_at=seoul("2026-03-08T23:59")
    )
    return cohort


def page_of(cohort: Cohort) -> str:
    return reverse("admin:courses_cohort_copy", args=[cohort.pk])


def shown(page: Any) -> dict[str, str]:
    """What a browser would send for the table as it is shown."""
    found = re.findall(r'<input type="(?:datetime-local|text)" name="([^"]+)"(?: value="([^"]*)")?', page.text)
    return {name: value for name, value in found if name == "name" or name.startswith("quiz-")}


def table(client: Client, cohort: Cohort, **query: str) -> dict[str, str]:
    page = client.get(page_of(cohort), query or {"start": "2026-09-07"}, headers=EN)
    assert page.status_code == 200
    return shown(page)


def send(client: Client, cohort: Cohort, data: dict[str, str], **changed: str) -> Any:
    return client.post(f"{page_of(cohort)}?start=2026-09-07", {**data, "name": "Autumn", **changed}, headers=EN)


def dates_of(name: str) -> list[str]:
    row = QuizDates.objects.get(cohort__name=name)
    moments = (row.opens_at, row.due_at, row.closes_at)
    return ["–" if moment is None else f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M:%S}" for moment in moments]


def test_the_cohorts_page_leads_to_the_copy(ines_client: Client, spring: Cohort) -> None:
    change = ines_client.get(reverse("admin:courses_cohort_change", args=[spring.pk]), headers=EN)
    link = re.search(r'href="([^"]+go-copy[^"]*)"', change.text)
    assert link
    page = ines_client.get(link[1], follow=True, headers=EN)
    assert page.redirect_chain[-1][0] == page_of(spring)
    assert "The first date of “Spring” is 2 March 2026 (Monday)." in page.text
    assert "<table" not in page.text


def test_all_dates_move_to_the_new_start(ines_client: Client, spring: Cohort, quiz: Quiz) -> None:
    data = table(ines_client, spring)
    assert data == {
        "name": "",
        f"quiz-{quiz.pk}-opens_at": "2026-09-07T09:00",
        f"quiz-{quiz.pk}-due_at": "2026-09-13T23:59",
        f"quiz-{quiz.pk}-closes_at": "2026-09-20T23:59:59",
    }
    answer = send(ines_client, spring, data)
    made = Cohort.objects.get(name="Autumn")
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("admin:courses_cohort_change", args=[made.pk])
    assert made.course == spring.course
    assert dates_of("Autumn") == ["2026-09-07 09:00:00", "2026-09-13 23:59:00", "2026-09-20 23:59:59"]
    # Nothing else has changed.
    assert dates_of("Spring") == ["2026-03-02 09:00:00", "2026-03-08 23:59:00", "–"]
    assert LogEntry.objects.get().object_repr == "Autumn"


def test_by_days_and_on_weekdays_only(ines_client: Client, spring: Cohort) -> None:
    page = ines_client.get(page_of(spring), {"days": "7", "weekdays_only": "on"}, headers=EN)
    assert list(shown(page).values()) == ["", "2026-03-09T09:00", "2026-03-16T23:59", "2026-03-23T23:59:59"]
    assert page.text.count("moved off the weekend") == 2
    assert "Was 8 Mar 2026, 23:59 (Sun)" in " ".join(page.text.split())


def test_a_date_is_changed_by_hand(ines_client: Client, spring: Cohort, quiz: Quiz) -> None:
    data = table(ines_client, spring)
    changed = {f"quiz-{quiz.pk}-due_at": "2026-09-14T12:00", f"quiz-{quiz.pk}-closes_at": ""}
    assert send(ines_client, spring, data, **changed).status_code == 302
    assert dates_of("Autumn") == ["2026-09-07 09:00:00", "2026-09-14 12:00:00", "–"]


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"due_at": "2026-09-07T09:00"}, ["The due date must be after the opening."]),
        ({"closes_at": "2026-09-13T23:58"}, ["The closing must not be before the due date."]),
        ({"opens_at": "1026-09-07T09:00"}, ["The year is before 2000."]),
        ({"opens_at": "tomorrow"}, ["Enter a valid date/time."]),
        ({"opens_at": "2026-09-14T00:00"}, ["The due date must be after the opening."]),
    ],
)
def test_a_wrong_date_is_told_at_its_place(
    ines_client: Client, spring: Cohort, quiz: Quiz, changed: dict[str, str], faults: list[str]
) -> None:
    data = table(ines_client, spring)
    answer = send(ines_client, spring, data, **{f"quiz-{quiz.pk}-{name}": value for name, value in changed.items()})
    assert answer.status_code == 400
    assert [text for text in faults if text not in answer.text] == []
    assert "1 entry needs another look. Nothing was saved." in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    # What was typed is still there.
    assert all(f'value="{value}"' in answer.text for value in changed.values())
    assert not Cohort.objects.filter(name="Autumn").exists()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"start": "", "days": ""}, "Say the first day, or the number of days: one of them."),
        ({"start": "2026-09-07", "days": "3"}, "Say the first day, or the number of days: one of them."),
        ({"start": "soon"}, "Enter a valid date."),
        ({"start": "0001-01-01"}, "The year is not between 2000 and 2999."),
        ({"days": "999999999999"}, "Ensure this value is less than or equal to 36525."),
        ({"days": "1.5"}, "Enter a whole number."),
    ],
)
def test_a_wrong_shift_is_told_at_its_place(
    ines_client: Client, spring: Cohort, query: dict[str, str], fault: str
) -> None:
    page = ines_client.get(page_of(spring), query, headers=EN)
    assert page.status_code == 400
    assert fault in page.text
    assert "<table" not in page.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_the_new_cohort_needs_a_name(ines_client: Client, spring: Cohort, name: str) -> None:
    answer = send(ines_client, spring, table(ines_client, spring), name=name)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert Cohort.objects.count() == 1


def test_a_double_press_makes_one_cohort(ines_client: Client, spring: Cohort) -> None:
    data = table(ines_client, spring)
    first, second = (send(ines_client, spring, data, name=name) for name in ("Autumn", " Autumn "))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Cohort.objects.filter(name="Autumn").count() == QuizDates.objects.filter(cohort__name="Autumn").count() == 1


def test_a_name_that_another_cohort_has_is_refused(ines_client: Client, spring: Cohort) -> None:
    answer = send(ines_client, spring, table(ines_client, spring), name="Spring")
    assert answer.status_code == 400
    assert "This course has a cohort with the name “Spring” already." in answer.text
    assert dates_of("Spring") == ["2026-03-02 09:00:00", "2026-03-08 23:59:00", "–"]


@pytest.mark.django_db(transaction=True)
def test_what_breaks_in_between_leaves_nothing(spring: Cohort, quiz: Quiz) -> None:
    """Foreign keys are checked at the end of the transaction, after the cohort was written."""
    with pytest.raises(IntegrityError):
        cohorts.copy_cohort(cohort=spring, name="Autumn", dates={quiz.pk + 99: Dates(seoul("2026-09-07T09:00"))})
    assert not Cohort.objects.filter(name="Autumn").exists()


def test_a_course_without_dates_needs_no_start(ines_client: Client, course: Course, quiz: Quiz) -> None:
    cohort = Cohort.objects.create(course=course, name="Spring")
    page = ines_client.get(page_of(cohort), headers=EN)
    assert "“Spring” has no dates" in page.text
    assert send(ines_client, cohort, shown(page)).status_code == 302
    assert Cohort.objects.filter(course=course, name="Autumn").exists()
    assert not QuizDates.objects.exists()


def test_archived_quizzes_and_checks_without_dates_are_left_out(
    ines_client: Client, spring: Cohort, quiz: Quiz, course: Course
) -> None:
    module = course.modules.get()
    gone = QuizFactory(activity=ActivityFactory(module=module, kind="quiz", archived_at=timezone.now()))
    check = QuizFactory(activity=course.activities.get(slug="lesson-1"))
    dated = QuizFactory(activity=course.activities.get(slug="lesson-2"), due_at=seoul("2026-03-05T09:00"))
    other = QuizFactory(activity=ActivityFactory(kind="quiz"))
    found = [each for each, _dates in cohorts.find_dates(spring)]
    assert dated in found
    assert quiz in found
    assert not {gone, check, other} & set(found)


def test_a_later_due_date_of_the_cohort_keeps_the_quiz_open(spring: Cohort, quiz: Quiz) -> None:
    """As in the rules for a student: the quiz's own closing does not come before the cohort's due date."""
    QuizDates.objects.update(due_at=seoul("2026-03-20T12:00"))
    [(_quiz, dates)] = cohorts.find_dates(spring)
    assert dates.closes_at == dates.due_at == seoul("2026-03-20T12:00")


def test_a_stranger_finds_nothing(
    client: Client, otto_client: Client, alice_client: Client, spring: Cohort, enrolment: Enrolment
) -> None:
    for person, status in ((client, 302), (alice_client, 302), (otto_client, 404)):
        assert person.get(page_of(spring)).status_code == status
        assert person.post(page_of(spring), {"name": "Autumn"}).status_code == status
    assert Cohort.objects.count() == 1


def test_an_administrator_copies_any_cohort(spring: Cohort) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root@example.com", "x"))
    assert send(root, spring, table(root, spring)).status_code == 302


def test_a_form_without_a_csrf_token_is_refused(ines: User, spring: Cohort) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ines)
    assert client.post(page_of(spring), {"name": "Autumn"}).status_code == 403


def test_query_counts_do_not_grow(ines_client: Client, spring: Cohort, course: Course) -> None:
    module = course.modules.get()
    counts = []
    # The first time fills caches of the process.
    for name, more in (("first", 1), ("few", 1), ("many", 58)):
        for _each in range(more):
            quiz = QuizFactory(activity=ActivityFactory(module=module, kind="quiz"), questions=0)
            QuizDates.objects.create(quiz=quiz, cohort=spring, due_at=seoul("2026-03-04T09:00"))
        with CaptureQueriesContext(connection) as shown_queries:
            data = table(ines_client, spring)
        with CaptureQueriesContext(connection) as saved:
            assert send(ines_client, spring, data, name=name).status_code == 302
        counts.append((len(shown_queries), len(saved)))
    assert QuizDates.objects.filter(cohort__name="many").count() == 61
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 12
