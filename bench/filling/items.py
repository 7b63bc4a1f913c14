"""Fill a quiz with a million counted responses and measure its item statistics. Runs in `manage.py shell` of the product.

25,000 students of five cohorts have answered 40 questions: better students are right more often.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from math import exp
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts.models import User
from analysis import counting, reading
from analysis.anew import recounting
from analysis.models import CountedAttempt, ItemResponse
from analysis.tallies import Response
from courses.models import Cohort, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Choice, Quiz
from tests.factories import QuizFactory

STUDENTS, CHOICES_QUESTIONS, COHORTS, REPEATED = 25_000, 39, 5, 5


def main() -> None:
    """Print the seconds of the figures from the responses, and from the kept sums, as JSON: medians of five."""
    quiz: Quiz = QuizFactory(questions=CHOICES_QUESTIONS)
    started = time.monotonic()
    fill(quiz)
    filled = time.monotonic() - started
    recounting.recount(quiz.pk)
    print(
        json.dumps(
            {
                "responses": ItemResponse.objects.filter(quiz=quiz).count(),
                "filled_s": round(filled),
                "anew_s": _median(lambda: recounting.compute(quiz.pk)),
                "from_sums_s": _median(lambda: reading.get_figures(quiz)),
                "differing": recounting.recount(quiz.pk, only_compare=True),
            }
        )
    )


def fill(quiz: Quiz) -> None:
    """Write students with counted first attempts at the quiz."""
    now, course, version = timezone.now(), quiz.activity.course, quiz.current_version
    if version is None:
        raise ValueError("The quiz is not published.")
    cohorts = [Cohort.objects.create(course=course, name=f"Cohort {number}") for number in range(COHORTS)]
    nobody = make_password(None)
    people = User.objects.bulk_create(
        (User(email=f"answering{n}@bench.invalid", name=f"Student {n}", password=nobody) for n in range(STUDENTS)),
        batch_size=5_000,
    )
    enrolments = Enrolment.objects.bulk_create(
        (Enrolment(user=person, course=course, cohort=cohorts[n % COHORTS]) for n, person in enumerate(people)),
        batch_size=5_000,
    )
    attempts = Attempt.objects.bulk_create(
        (
            Attempt(
                quiz=quiz,
                version=version,
                enrolment=enrolment,
                number=1,
                status=Attempt.Status.GRADED,
                started_at=now,
                submitted_at=now,
                graded_at=now,
                max_points=CHOICES_QUESTIONS + 1,
            )
            for enrolment in enrolments
        ),
        batch_size=5_000,
    )
    counted = CountedAttempt.objects.bulk_create(
        (
            CountedAttempt(attempt=attempt, grade=1, cohort=cohorts[n % COHORTS].pk)
            for n, attempt in enumerate(attempts)
        ),
        batch_size=5_000,
    )
    questions = _questions(quiz)
    chance = random.Random(20261130)
    ItemResponse.objects.bulk_create(
        (row for each in counted for row in _responses(each, quiz, questions, chance)), batch_size=5_000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _questions(quiz: Quiz) -> list[tuple[UUID, list[str]]]:
    """Return the questions with what can be given, the right answer first."""
    choices: dict[UUID, list[str]] = {}
    for choice in Choice.objects.filter(question__quiz=quiz).order_by("position").select_related("question"):
        choices.setdefault(choice.question.uuid, []).append(str(choice.uuid))
    return [
        (question, choices.get(question, ["correct", "incorrect"]))
        for question in quiz.questions.order_by("position").values_list("uuid", flat=True)
    ]


def _responses(
    counted: CountedAttempt, quiz: Quiz, questions: list[tuple[UUID, list[str]]], chance: random.Random
) -> Iterator[ItemResponse]:
    ability = chance.gauss(0, 1)
    right = [chance.random() < 1 / (1 + exp(number / 10 - 2 - ability)) for number in range(len(questions))]
    total = sum(right)
    for (question, given), is_right in zip(questions, right, strict=True):
        yield counting.row_of(
            counted.pk,
            quiz.pk,
            Response(
                question=question,
                share=1_000_000 * is_right,
                rest=round(1_000_000 * (total - is_right) / (len(questions) - 1)),
                points=100 * is_right,
                given=given[0] if is_right else chance.choice(given[1:]),
                time_class=chance.randrange(12),
            ),
        )


def _median(call: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPEATED):
        before = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - before)
    return round(statistics.median(seconds), 2)
