"""The page of a quiz before an attempt: its rules in words, and that what is cached shows the same."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Enrolment
from courses.outline import revisions
from quizzes.authoring.models import Quiz, QuizOverride
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import take
from tests.quizzes import every_kind
from tests.quizzes.graded import publish

ADDRESS = "/courses/statistics/quizzes/quiz/"
LATER = datetime(2126, 3, 31, 11, 0, tzinfo=UTC)


def main_of(client: Client) -> str:
    page = client.get(ADDRESS).text
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page[page.index("<main") :])


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"time_limit": 45}, "The time runs from the start, also while the page is closed."),
        ({"time_limit": 45}, "When the time is over, the answers that are saved are submitted by themselves."),
        ({"time_limit": None}, "There is no time limit. Every answer is saved, so you can stop and go on later."),
        ({"closes_at": LATER}, "When the quiz closes, the answers of an open attempt are submitted by themselves."),
        ({"due_at": LATER, "late_rule": "refuse"}, "After the due date nothing can be submitted."),
        ({"due_at": LATER, "late_rule": "accept"}, "You can submit after the due date. It is then marked as late."),
        ({"show_answers": "at_once"}, "You can check each answer while you work."),
        ({"show_answers": "after_each"}, "After an attempt you can see the right answers."),
        ({"show_answers": "after_pass"}, "You see the right answers when no attempt is left,"),
        ({"show_answers": "after_due"}, "You see the right answers after the due date."),
        ({"show_answers": "never"}, "You see your points, but not the right answers."),
    ],
)
def test_the_rules_are_said_in_words(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, rules: dict[str, Any], sentence: str
) -> None:
    defaults = {"time_limit": 5, "show_answers": "after_pass"}
    if "show_answers" in rules:
        defaults["show_answers"] = "never" if rules["show_answers"] != "never" else "at_once"
    if "time_limit" in rules:
        defaults["time_limit"] = 5 if rules["time_limit"] is None else None
    if "closes_at" in rules:
        defaults["time_limit"] = None
    _save(quiz, **defaults)
    assert sentence not in main_of(alice_client)
    _save(quiz, **rules)
    assert sentence in main_of(alice_client)


def _save(quiz: Quiz, **rules: Any) -> None:
    for name, value in rules.items():
        setattr(quiz, name, value)
    quiz.save()


def test_cached_rules_are_those_of_a_page_rendered_anew(quiz: Quiz, enrolment: Enrolment) -> None:
    """Three students, one with more attempts than the others, in three states and both languages."""
    people = [enrolment, *(EnrolmentFactory(course=enrolment.course) for _ in range(2))]
    QuizOverride.objects.create(quiz=quiz, enrolment=people[2], extra_attempts=2)
    _save(quiz, attempts_allowed=2, time_limit=10)
    pages = {}
    for used, language, (number, person) in product(range(3), ["en", "ko"], enumerate(people)):
        if used and language == "en" and number != 1:
            take(quiz, person)
        User.objects.filter(pk=person.user_id).update(language=language)
        client = Client()
        client.force_login(person.user)
        cached = main_of(client)
        revisions.touch(enrolment.course_id)
        assert cached == main_of(client), (used, language, number)
        pages[used, language, number] = cached
    assert "2 of 2 left" in pages[2, "en", 1]
    assert "0 of 2 left" in pages[2, "en", 0]
    assert "2 of 4 left" in pages[2, "en", 2]


def test_a_change_of_the_quiz_is_shown_at_the_next_request(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    assert "60%" in main_of(alice_client)
    _save(quiz, pass_mark=75, intro_html={"en": "<p>Read slowly.</p>"})
    page = main_of(alice_client)
    assert "75%" in page
    assert "Read slowly." in page


def test_dates_are_in_the_readers_time_zone(
    alice_client: Client, alice: User, quiz: Quiz, enrolment: Enrolment
) -> None:
    _save(quiz, due_at=LATER)
    assert "31 March 2126, 20:00" in main_of(alice_client)
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/London")
    assert "31 March 2126, 12:00" in main_of(alice_client)


def test_the_addresses_of_lessons_and_unknown_quizzes_are_not_found(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    take(quiz, enrolment, right_answers(quiz))
    for slug in ("lesson-1", "nothing"):
        assert alice_client.get(f"/courses/statistics/quizzes/{slug}/").status_code == 404


def test_a_quiz_of_hand_ins_only_is_called_an_assignment_where_it_starts(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    every_kind.fill(quiz)
    assert "Start the quiz" in main_of(alice_client)
    quiz.questions.exclude(kind="hand_in").delete()
    publish(quiz)
    revisions.touch(quiz.activity.course_id)
    page = main_of(alice_client)
    assert "Start the assignment" in page
    assert "Start the quiz" not in page
