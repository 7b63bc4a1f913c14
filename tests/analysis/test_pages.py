"""The page of a quiz's figures: what it says, to whom, in which language, and with how many queries."""

import random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analysis import counting, tallies
from analysis.tallies import Response
from courses.models import Cohort, Course
from quizzes.authoring.models import Quiz
from tests.factories import EnrolmentFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/analysis/statistics/quizzes/quiz/"
ENGLISH, KOREAN = {"Accept-Language": "en"}, {"Accept-Language": "ko"}


def add(quiz: Quiz, students: int, *, cohort: int = 0, right: float = 0.5, wrong_key: bool = False) -> None:
    """Add the sums of so many students, of whom the better half tends to be right.

    With `wrong_key` the better half takes the second choice of the first question, which is not the key.
    """
    chance = random.Random(students)
    changes = tallies.new_changes()
    questions = list(quiz.questions.order_by("position").prefetch_related("choices"))
    for number in range(students):
        is_good = number % 2 == 0
        rest = 800_000 if is_good else 300_000
        responses = []
        for question in questions:
            took = 0 if chance.random() < (right + 0.3 if is_good else right - 0.3) else 1
            if wrong_key and question.key == "q0":
                took = 1 if is_good else 0
            choices = [str(choice.uuid) for choice in question.choices.all()]
            given = choices[took] if choices else ("correct", "incorrect")[took]
            share = 0 if took else 1_000_000
            responses.append(Response(question.uuid, share, rest, share // 10_000, given, number % 9))
        tallies.change(changes, quiz.pk, cohort, responses, 1)
    for table in tallies.TABLES:
        table.add(changes[table])


def page(client: Client, **headers: str) -> str:
    answer = client.get(ADDRESS, headers=headers or ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_answers_it_says_so(quiz: Quiz, ines_client: Client) -> None:
    assert "Nobody has a graded first attempt here yet" in page(ines_client)


def test_few_answers_are_shown_and_called_too_few(quiz: Quiz, course: Course, ines_client: Client) -> None:
    for choice in (0, 1):
        graded(quiz, EnrolmentFactory(course=course), choosing(quiz, choice))
    counting.count_graded()
    text = page(ines_client)
    assert "Fewer than 20 first attempts: too few to say anything" in text
    assert "50% (9 – 91%)" in text
    assert "Look at these first" not in text


def test_a_planted_wrong_key_is_named_with_the_rates_of_the_rule(quiz: Quiz, ines_client: Client) -> None:
    add(quiz, 40, wrong_key=True)
    text = page(ines_client)
    assert "Look at these first" in text
    assert "The key may be wrong" in text
    assert "the rule finds 90 of 100 wrong keys, and suspects 2 of 100 right ones" in " ".join(text.split())
    assert text.count("The key may be wrong") == 1


def test_a_sound_question_is_not_suspected(quiz: Quiz, ines_client: Client) -> None:
    add(quiz, 40)
    assert "The key may be wrong" not in page(ines_client)


def test_a_choice_that_nobody_takes_is_named(quiz: Quiz, ines_client: Client) -> None:
    add(quiz, 60)
    assert page(ines_client).count("nobody takes it") == 2


def test_a_question_that_has_become_harder_is_named(quiz: Quiz, course: Course, ines_client: Client) -> None:
    spring, autumn = (Cohort.objects.create(course=course, name=name) for name in ("Spring", "Autumn"))
    add(quiz, 200, cohort=spring.pk, right=0.65)
    assert "newest cohort" not in page(ines_client)
    add(quiz, 201, cohort=autumn.pk, right=0.35)
    text = page(ines_client)
    assert text.count("a change of -") == 3
    assert "Other answers are given than before" in text


def test_the_page_is_korean_for_korean_readers(quiz: Quiz, ines_client: Client, ines: object) -> None:
    add(quiz, 40, wrong_key=True)
    type(ines)._default_manager.update(language="ko")  # type: ignore[attr-defined]
    text = page(ines_client, **KOREAN)
    assert "정답이 틀렸을 수 있습니다" in text
    assert "Facility" not in text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ines_client", 200),
        ("ada_client", 200),
        ("oscar_client", 200),
        ("otto_client", 404),
        ("alice_client", 302),
        ("client", 302),
    ],
)
def test_who_may_read_it(quiz: Quiz, who: str, status: int, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    assert client.get(ADDRESS).status_code == status


def test_a_quiz_of_another_course_or_none_is_not_found(quiz: Quiz, ines_client: Client) -> None:
    assert ines_client.get("/admin/analysis/statistics/quizzes/nothing/").status_code == 404
    assert ines_client.get("/admin/analysis/elsewhere/quizzes/quiz/").status_code == 404


def test_queries_do_not_grow_with_the_answers(quiz: Quiz, ines_client: Client) -> None:
    counts = []
    for students in (2, 200):
        add(quiz, students)
        page(ines_client)
        with CaptureQueriesContext(connection) as captured:
            page(ines_client)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 25


def test_the_quiz_of_the_workspace_leads_to_it(quiz: Quiz, ines_client: Client) -> None:
    assert f'href="{ADDRESS}"' in ines_client.get("/admin/workspace/statistics/quizzes/quiz/").content.decode()
