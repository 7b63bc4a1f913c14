"""Regrading in the admin: from the quiz to the dry run, its approval and its progress."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, regrading
from quizzes.grading.models import GradeNotice, Regrade
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, fresh, graded, other_choice_right, publish, question_of

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def start_page(quiz: Quiz) -> str:
    return reverse("admin:quizzes_quiz_regrade", args=[quiz.pk])


def page_of(regrade: Regrade) -> str:
    return reverse("admin:quizzes_regrade_review", args=[regrade.pk])


@pytest.fixture
def wrong_key(quiz: Quiz, enrolment: Enrolment, course: Course) -> Quiz:
    """Bea chose the second choice and Alice the first. Then the answer key changed to the second."""
    now = timezone.now()
    graded(quiz, EnrolmentFactory(course=course, user=UserFactory(name="Bea")), choosing(quiz, 1), now=now)
    graded(quiz, enrolment, choosing(quiz, 0), now=now)
    other_choice_right(quiz)
    return quiz


def dry_run(client: Client, quiz: Quiz) -> Regrade:
    answer = client.post(start_page(quiz))
    regrade = Regrade.objects.latest("pk")
    assert answer.headers["Location"] == page_of(regrade)
    return regrade


def test_only_the_button_makes_a_dry_run(wrong_key: Quiz, ines_client: Client) -> None:
    page = ines_client.get(start_page(wrong_key), headers=EN)
    assert "2 attempts were graded by an earlier version." in page.text
    assert not Regrade.objects.exists()
    regrade = dry_run(ines_client, wrong_key)
    assert page_of(regrade) in ines_client.get(start_page(wrong_key), headers=EN).text
    go = reverse("admin:quizzes_quiz_regrade_page", args=[wrong_key.pk])
    assert ines_client.get(go).headers["Location"] == start_page(wrong_key)
    look = reverse("admin:quizzes_regrade_look", args=[regrade.pk])
    assert ines_client.get(look).headers["Location"] == page_of(regrade)


def test_the_page_says_if_no_grade_would_change(quiz: Quiz, ines_client: Client) -> None:
    answer = ines_client.post(start_page(quiz), follow=True, headers=EN)
    assert "The current key changes nobody" in answer.text


def test_students_who_lose_points_come_first_with_the_reason(wrong_key: Quiz, ines_client: Client) -> None:
    page = ines_client.get(page_of(dry_run(ines_client, wrong_key)), headers=EN)
    names = [row["line"].attempt.enrolment.user.name for row in page.context["rows"]]
    assert names == ["Alice", "Bea"]
    for words in (
        "▼ falls", "▲ rises", "100% →", "▼ 66%", "Question q0", "Answered: Choice q0 0", "Right is: Choice q0 1",
        "For 1 student the quiz will stand lower.",
    ):  # fmt: skip
        assert words in " ".join(page.text.split())
    User.objects.filter(email="ines@example.com").update(language="ko")
    assert "보기 q0 1" in ines_client.get(page_of(Regrade.objects.get())).text


def test_a_student_who_loses_in_two_attempts_is_counted_once(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    for _attempt in range(2):
        graded(quiz, enrolment, choosing(quiz, 0), now=timezone.now())
    other_choice_right(quiz)
    page = ines_client.get(page_of(dry_run(ines_client, quiz)), headers=EN)
    assert "For 1 student the quiz will stand lower." in page.text


def test_approval_needs_a_reason_and_is_idempotent(wrong_key: Quiz, ines_client: Client, ines: User) -> None:
    regrade = dry_run(ines_client, wrong_key)
    refused = ines_client.post(page_of(regrade), {"reason": "  "}, headers=EN)
    assert refused.status_code == 400
    assert "Say why" in refused.text
    for reason in ("The key was wrong.", "Sent by the second click"):
        answer = ines_client.post(page_of(regrade), {"reason": reason})
        assert answer.status_code == 302
        assert answer.headers["Location"] == page_of(regrade)
    regrade.refresh_from_db()
    assert regrade.status == "approved"
    assert regrade.reason == "The key was wrong."
    assert regrade.approved_by == ines


def test_the_progress_is_updated_by_htmx(wrong_key: Quiz, ines_client: Client) -> None:
    regrade = dry_run(ines_client, wrong_key)
    ines_client.post(page_of(regrade), {"reason": "The key was wrong."})
    page = ines_client.get(page_of(regrade), headers=EN).text
    assert 'hx-trigger="every 1s"' in page
    # Without script the whole page is reloaded.
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh"', page)
    part = ines_client.get(page_of(regrade), headers={**EN, "HX-Request": "true"})
    assert re.match(r'\s*<div\s+id="progress"', part.text)
    assert "0 of 2 attempts" in part.text
    assert "HX-Refresh" not in part.headers
    regrading.run(regrade_id=regrade.pk, now=timezone.now())
    assert ines_client.get(page_of(regrade), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    done = ines_client.get(page_of(regrade), headers=EN).text
    assert "2 students are told by mail." in done
    assert "every 1s" not in done
    assert "needs a look" not in done
    GradeNotice.objects.update(status=GradeNotice.Status.UNCERTAIN)
    assert "2 notices need a look." in ines_client.get(page_of(regrade), headers=EN).text


def test_a_draft_for_an_earlier_version_says_so(wrong_key: Quiz, ines_client: Client) -> None:
    regrade = dry_run(ines_client, wrong_key)
    wrong_key.questions.filter(key="q1").update(points=2)
    publish(wrong_key)
    page = ines_client.get(page_of(regrade), headers=EN).text
    assert "The quiz has been changed since." in page
    assert 'name="reason"' not in page
    # The request comes from a page that was opened before.
    refused = ines_client.post(page_of(regrade), {"reason": "The key was wrong."}, headers=EN)
    assert refused.status_code == 400
    assert "The quiz has been changed since." in refused.text
    regrade = dry_run(ines_client, wrong_key)
    dry_run(ines_client, wrong_key)
    assert "replaced by a later one" in ines_client.get(page_of(regrade), headers=EN).text
    late = ines_client.post(page_of(regrade), {"reason": "x"}, headers=EN)
    assert late.status_code == 400
    assert "no draft any more" in late.text


def test_a_finished_regrade_names_what_it_did_not_change(wrong_key: Quiz, ines_client: Client, ines: User) -> None:
    regrade = dry_run(ines_client, wrong_key)
    alice = fresh(Attempt.objects.get(enrolment__user__name="Alice"))
    question = question_of(alice, "short_answer")
    manual.record_reviews(
        attempt=alice,
        decisions={question: manual.Decision(alice.max_points * 0, {}, "")},
        reviewer=ines,
        now=timezone.now(),
    )
    ines_client.post(page_of(regrade), {"reason": "The key was wrong."})
    regrading.run(regrade_id=regrade.pk, now=timezone.now())
    page = ines_client.get(page_of(regrade), headers=EN).text
    assert "left alone: graded anew since the dry run" in page
    assert "1 attempt has been graded by an earlier key since the dry run" in page
    again = dry_run(ines_client, wrong_key)
    assert [line.attempt for line in again.lines.all()] == [alice]


def test_what_happens_later_does_not_change_what_a_finished_regrade_reports(
    wrong_key: Quiz, ines_client: Client, ines: User
) -> None:
    regrade = dry_run(ines_client, wrong_key)
    ines_client.post(page_of(regrade), {"reason": "The key was wrong."})
    regrading.run(regrade_id=regrade.pk, now=timezone.now())

    def report() -> tuple[str, ...]:
        page = ines_client.get(page_of(regrade), headers=EN).text
        return tuple(
            re.sub(r"\s+", " ", part)
            for part in (
                *re.findall(r"\d+ students? (?:is|are) told by mail", page),
                *re.findall(r"\d+ attempts? ha\w+ been graded by an earlier key", page),
                *re.findall(r"A person has decided on this answer", page),
            )
        )

    assert report() == ("2 students are told by mail",)
    # A later version of the quiz, and a decision by a person on what the regrade has graded.
    question = wrong_key.questions.get(key="q1")
    question.points += 1
    question.save()
    publish(wrong_key)
    assert report() == ("2 students are told by mail",)
    alice = fresh(Attempt.objects.get(enrolment__user__name="Alice"))
    manual.record_reviews(
        attempt=alice,
        decisions={question_of(alice, "single_choice"): manual.Decision(alice.max_points * 0 + 1, {}, "")},
        reviewer=ines,
        now=timezone.now(),
    )
    assert GradeNotice.objects.filter(attempt=alice).count() == 2
    assert report() == ("2 students are told by mail",)
    # The later key's own regrade leaves the report of the first one as it is, too.
    again = dry_run(ines_client, wrong_key)
    ines_client.post(page_of(again), {"reason": "One more point."})
    regrading.run(regrade_id=again.pk, now=timezone.now())
    assert report() == ("2 students are told by mail",)


def test_instructors_of_other_courses_get_404(wrong_key: Quiz, ines_client: Client, otto_client: Client) -> None:
    regrade = dry_run(ines_client, wrong_key)
    for url in (start_page(wrong_key), page_of(regrade)):
        assert otto_client.get(url).status_code == 404
        assert otto_client.post(url, {"reason": "Mine"}).status_code == 404
    regrade.refresh_from_db()
    assert regrade.status == Regrade.Status.DRAFT


def test_the_number_of_queries_does_not_grow(quiz: Quiz, course: Course, ines_client: Client) -> None:
    def fill() -> None:
        student = EnrolmentFactory(course=course, user=UserFactory(name="S"))
        graded(quiz, student, choosing(quiz, 0), now=timezone.now())

    def queries(url: str) -> int:
        ines_client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(url).status_code == 200
        return len(captured)

    def all_pages() -> list[int]:
        regrade = dry_run(ines_client, quiz)
        counts = [queries(start_page(quiz)), queries(page_of(regrade))]
        Regrade.objects.filter(pk=regrade.pk).update(status="done", approved_at=timezone.now())
        return [*counts, queries(page_of(regrade))]

    make_many(fill, 2)
    question = other_choice_right(quiz)
    few = all_pages()
    question.choices.update(is_correct=False)
    question.choices.filter(key="q0-0").update(is_correct=True)
    publish(quiz)
    make_many(fill, 198)
    assert Attempt.objects.count() == 200
    other_choice_right(quiz)
    assert all_pages() == few
    assert max(few) <= 23


def test_lines_are_paginated_and_counts_cover_all_pages(wrong_key: Quiz, ines_client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("quizzes.admin.pages.regrades.PAGE", 1)
    regrade = dry_run(ines_client, wrong_key)
    first = ines_client.get(page_of(regrade), headers=EN)
    second = ines_client.get(page_of(regrade), {"page": 2}, headers=EN)
    assert [len(page.context["rows"]) for page in (first, second)] == [1, 1]
    assert "?page=2" in first.text
    # The counts include the lines of all pages.
    assert first.context["counts"] == second.context["counts"]
