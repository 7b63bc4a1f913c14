"""The page of a course: states of its rows, complete modules, due dates, and that what is cached shows the same."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses import progress
from courses.models import Activity, Cohort, Enrolment, Module
from courses.outline import revisions
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from tests.factories import ActivityFactory, EnrolmentFactory, ModuleFactory, QuizFactory, right_answers
from tests.practice.cards import make_check, take

ADDRESS = "/courses/statistics/"
# 20:00 in Seoul, noon in London.
DUE = datetime(2026, 3, 31, 11, 0, tzinfo=UTC)


def main_of(client: Client) -> str:
    page = client.get(ADDRESS).text
    return page[page.index("<main") : page.index("</main>")]


def row_of(client: Client, activity: Activity) -> str:
    [row] = [row for row in re.findall(r"<li.*?</li>", main_of(client), re.DOTALL) if f"/{activity.slug}/" in row]
    return " ".join(row.split())


def test_cached_rows_are_those_of_a_page_rendered_anew(enrolment: Enrolment, lesson: Activity, quiz: Quiz) -> None:
    """Two students in every pair of states, in both languages, one after the other."""
    people = [enrolment, EnrolmentFactory(course=enrolment.course)]
    pages = {}
    for state, language, (number, person) in product(range(4), ["en", "ko"], enumerate(people)):
        if language == "en" and state > number:
            _advance(person, lesson, quiz, state)
        User.objects.filter(pk=person.user_id).update(language=language)
        client = Client()
        client.force_login(person.user)
        cached = main_of(client)
        revisions.touch(enrolment.course_id)
        assert cached == main_of(client), (state, language, number)
        pages[state, language, number] = cached
    assert len(set(pages.values())) == 12  # both are in the first state, the second one twice


def _advance(person: Enrolment, lesson: Activity, quiz: Quiz, state: int) -> None:
    if state == 1:
        progress.mark_done(enrolment=person, activity=lesson, now=timezone.now())
    elif state == 2:
        take(quiz, person)
    else:
        take(quiz, person, right_answers(quiz))


def test_students_see_their_own_state_of_a_cached_row(
    alice_client: Client, bob_client: Client, enrolment: Enrolment, bob: User, lesson: Activity
) -> None:
    EnrolmentFactory(user=bob, course=enrolment.course)
    progress.mark_done(enrolment=enrolment, activity=lesson, now=timezone.now())
    for _ in range(2):
        assert 'class="is-done"' in row_of(alice_client, lesson)
        assert 'class="is-done"' not in row_of(bob_client, lesson)


def test_a_complete_module_says_so(alice_client: Client, enrolment: Enrolment) -> None:
    module = ModuleFactory(course=enrolment.course, number=7, position=7, title_en="Charts")
    first, second = ActivityFactory(module=module), ActivityFactory(module=module)
    extra = ActivityFactory(module=module, is_required=False)
    for activity in (first, extra, second):
        assert _heading(alice_client, module) == "Module 7 Charts"
        progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    assert _heading(alice_client, module) == "Module 7 Charts Complete"
    progress.mark_undone(enrolment=enrolment, activity=first, now=timezone.now())
    assert _heading(alice_client, module) == "Module 7 Charts"


def test_a_module_with_a_quiz_that_was_not_passed_is_not_complete(alice_client: Client, enrolment: Enrolment) -> None:
    module = ModuleFactory(course=enrolment.course, number=7, position=7, title_en="Charts")
    quiz = QuizFactory(activity=ActivityFactory(module=module, kind="quiz"))
    take(quiz, enrolment)
    assert _heading(alice_client, module) == "Module 7 Charts"
    take(quiz, enrolment, right_answers(quiz))
    assert _heading(alice_client, module) == "Module 7 Charts Complete"


def _heading(client: Client, module: Module) -> str:
    found = re.search(rf'<h2 id="module-{module.slug}">(.*?)</h2>', main_of(client), re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_modules_that_begin_later_than_one_are_explained(alice_client: Client, enrolment: Enrolment) -> None:
    sentence = "This course begins with module 3."
    module = ModuleFactory(course=enrolment.course, number=3, position=0)
    ActivityFactory(module=module, position=0)
    assert sentence not in main_of(alice_client)
    Activity.objects.exclude(module=module).update(archived_at=timezone.now())
    revisions.touch(enrolment.course_id)
    assert sentence in main_of(alice_client)


def test_a_due_date_is_shown_in_the_readers_time_zone(
    alice_client: Client, alice: User, quiz: Quiz, enrolment: Enrolment
) -> None:
    assert "due " not in row_of(alice_client, quiz.activity).lower()
    assert "None" not in row_of(alice_client, quiz.activity)
    quiz.due_at = datetime(2126, 3, 31, 11, 0, tzinfo=UTC)
    quiz.save()
    assert "Due 31 March 2126, 20:00" in row_of(alice_client, quiz.activity)
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/London")
    assert "Due 31 March 2126, 12:00" in row_of(alice_client, quiz.activity)


def test_a_due_date_that_has_passed_is_past(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.due_at = DUE
    quiz.save()
    assert "Was due 31 March 2026, 20:00" in row_of(alice_client, quiz.activity)


def test_a_quiz_that_is_passed_is_no_longer_due(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.due_at = DUE
    quiz.save()
    take(quiz, enrolment, right_answers(quiz), now=DUE - timedelta(days=1))
    assert Attempt.objects.get().percent == 100
    assert "due " not in row_of(alice_client, quiz.activity).lower()


@pytest.mark.parametrize("owner", ["cohort", "student"])
def test_a_date_of_a_cohort_or_a_student_is_only_theirs(
    alice_client: Client, bob_client: Client, bob: User, quiz: Quiz, enrolment: Enrolment, owner: str
) -> None:
    EnrolmentFactory(user=bob, course=enrolment.course)
    if owner == "cohort":
        enrolment.cohort = Cohort.objects.create(course=enrolment.course, name="spring")
        enrolment.save()
        QuizDates.objects.create(quiz=quiz, cohort=enrolment.cohort, closes_at=DUE)
    else:
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, due_at=DUE)
    assert "Was due 31 March 2026, 20:00" in row_of(alice_client, quiz.activity)
    assert "due " not in row_of(bob_client, quiz.activity).lower()


def test_due_dates_and_open_mistakes_cost_no_further_query(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enrolment.cohort = Cohort.objects.create(course=enrolment.course, name="spring")
    enrolment.save()
    QuizDates.objects.create(quiz=quiz, cohort=enrolment.cohort, due_at=DUE + timedelta(days=9999))
    take(quiz, enrolment)
    main_of(alice_client)
    with django_assert_num_queries(6):
        main_of(alice_client)


def test_practice_cards_of_lesson_checks_cost_one_further_query(
    alice_client: Client, lesson: Activity, enrolment: Enrolment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    take(make_check(lesson), enrolment)
    assert "Daily review" in main_of(alice_client)
    with django_assert_num_queries(7):
        main_of(alice_client)
