"""The admin forms of quizzes refuse invalid rules with a message and save nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from courses.models import Cohort, Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Question, Quiz, QuizDates, QuizOverride
from quizzes.taking import start, submit

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def shown(page: Any) -> dict[str, Any]:
    """The data that a browser would submit for a form as it is shown."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                data[bound.html_name] = str(value)
    return data


def send(client: Client, address: str, **changed: str) -> HttpResponse:
    data = {**shown(client.get(address, headers=EN)), "_continue": "1", **changed}
    return client.post(address, data, headers=EN)  # type: ignore[return-value]


def page_of(row: Quiz | Question) -> str:
    return reverse(f"admin:quizzes_{row._meta.model_name}_change", args=[row.pk])


def faults(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    errors = dict(answer.context["adminform"].form.errors)
    for inline in answer.context["inline_admin_formsets"]:
        for form_errors in inline.formset.errors:
            errors |= form_errors
    return errors


@pytest.mark.parametrize(
    ("dates", "at_fault", "sentence"),
    [
        ({"opens_at": "2026-12-02", "due_at": "2026-12-01"}, "due_at", "The due date must be after the opening."),
        ({"opens_at": "2026-12-02", "closes_at": "2026-12-02"}, "closes_at", "The closing must be after the opening."),
        (
            {"due_at": "2026-12-02", "closes_at": "2026-12-01"},
            "closes_at",
            "The closing must not be before the due date.",
        ),
        ({"due_at": "0001-01-01"}, "due_at", "The year is before 2000."),
    ],
)
def test_dates_must_be_in_order_for_quizzes_and_overrides(
    quiz: Quiz,
    course: Course,
    enrolment: Enrolment,
    ines_client: Client,
    dates: dict[str, str],
    at_fault: str,
    sentence: str,
) -> None:
    typed = {f"{name}_{part}": text for name, day in dates.items() for part, text in ((0, day), (1, "10:00"))}
    assert faults(send(ines_client, page_of(quiz), **typed)) == {at_fault: [sentence]}
    cohort = Cohort.objects.create(course=course, name="Autumn")
    of_cohort = {f"dates-0-{name}": text for name, text in typed.items()}
    answer = send(
        ines_client, page_of(quiz), **{"dates-TOTAL_FORMS": "1", "dates-0-cohort": str(cohort.pk)}, **of_cohort
    )
    assert faults(answer) == {at_fault: [sentence]}
    granted = {"quiz": str(quiz.pk), "email": enrolment.user.email, "reason": "ill"}
    answer = send(ines_client, reverse("admin:quizzes_quizoverride_add"), **granted, **typed)
    assert faults(answer) == {at_fault: [sentence]}
    assert not QuizDates.objects.exists()
    assert not QuizOverride.objects.exists()


def test_an_override_out_of_range_is_refused(quiz: Quiz, enrolment: Enrolment, ines_client: Client) -> None:
    granted = {"quiz": str(quiz.pk), "email": enrolment.user.email, "reason": "ill"}
    page = reverse("admin:quizzes_quizoverride_add")
    answer = send(ines_client, page, **granted, extra_minutes="99999999999999", extra_attempts="1001")
    assert set(faults(answer)) == {"extra_minutes", "extra_attempts"}
    assert send(ines_client, page, **granted, extra_minutes="10000", extra_attempts="1000").status_code == 302


def test_a_closing_date_in_the_past_ends_running_attempts_now(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    before = datetime.now(UTC)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=before)
    past = {"closes_at_0": "2025-12-01", "closes_at_1": "10:00"}
    sentence = (
        "1 student is in the middle of an attempt, which this would end at once: Alice. Choose a later moment, or tick "
        "“end running attempts”."
    )
    assert faults(send(ines_client, page_of(quiz), **past)) == {"closes_at": [sentence]}
    attempt.refresh_from_db()
    assert attempt.deadline is None
    assert send(ines_client, page_of(quiz), **past, ends_running="on").status_code == 302
    attempt.refresh_from_db()
    assert attempt.deadline is not None
    assert before <= attempt.deadline <= datetime.now(UTC)
    assert submit.expire_overdue(now=attempt.deadline + timedelta(minutes=11)) == 1
    attempt.refresh_from_db()
    assert attempt.submitted_at is not None
    assert attempt.submitted_at >= attempt.started_at


def test_a_closing_date_that_ends_no_attempt_needs_no_confirmation(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    past = {"closes_at_0": "2025-12-01", "closes_at_1": "10:00"}
    assert send(ines_client, page_of(quiz), **past).status_code == 302
    # An attempt whose time is up counts as ended, even if the sweep has not submitted it yet.
    send(ines_client, page_of(quiz), closes_at_0="", closes_at_1="")
    attempt = start.start(quiz=Quiz.objects.get(pk=quiz.pk), enrolment=enrolment, now=datetime.now(UTC))
    Attempt.objects.filter(pk=attempt.pk).update(deadline=datetime.now(UTC) - timedelta(minutes=1))
    assert send(ines_client, page_of(quiz), **past).status_code == 302


# --- Questions ----------------------------------------------------------------------------------------------------
