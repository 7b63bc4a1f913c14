"""Start an attempt: when it is allowed, which questions it draws, and in which order."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import translation

from common.limits import TooManyCodes
from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present_attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz, QuizOverride
from quizzes.results.overview import get_overview
from quizzes.taking import responses, save, start, submit
from tests.factories import EnrolmentFactory, QuizFactory, add_single_choice
from tests.quizzes.refusals import assert_refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def start_now(quiz: Quiz, enrolment: Enrolment, now: datetime = NOW, **how: Any) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=now, **how)


@pytest.mark.parametrize(
    ("changes", "code", "refusal", "english", "korean"),
    [
        ({"opens_at": NOW + DAY}, "", start.NotOpenYet, "This quiz opens on", "퀴즈"),
        ({"closes_at": NOW}, "", start.QuizClosed, "This quiz is closed.", "퀴즈"),
        ({"due_at": NOW, "late_rule": "refuse"}, "", start.QuizClosed, "This quiz is closed.", "퀴즈"),
        ({"access_code": "봄-2026"}, "", start.WrongAccessCode, "This is not the access code of this quiz.", "코드"),
        ({"access_code": "봄-2026"}, "봄", start.WrongAccessCode, "This is not the access code", "코드"),
    ],
)
def test_an_attempt_cannot_start_against_the_rules(
    quiz: Quiz, enrolment: Enrolment, changes: dict[str, Any], code: str, refusal: type, english: str, korean: str
) -> None:
    for name, value in changes.items():
        setattr(quiz, name, value)
    for language, sentence in (("en", english), ("ko", korean)):
        with translation.override(language), pytest.raises(refusal, match=sentence):
            start_now(quiz, enrolment, access_code=code)
    assert not Attempt.objects.exists()


def test_an_open_attempt_is_resumed_without_the_access_code(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.access_code = "봄-2026"
    attempt = start_now(quiz, enrolment, access_code=" 봄-2026 ")
    quiz.access_code = "another"
    assert start_now(quiz, enrolment) == attempt


def test_access_codes_cannot_be_guessed(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.access_code = "봄-2026"
    for guess in range(10):
        with pytest.raises(start.WrongAccessCode):
            start_now(quiz, enrolment, access_code=f"봄-{guess}")
    with pytest.raises(TooManyCodes, match="Too many wrong codes") as refused:
        start_now(quiz, enrolment, access_code="봄-2026")
    assert refused.value.wait in range(590, 601)
    assert not Attempt.objects.exists()


def test_wrong_access_codes_limit_neither_another_student_nor_another_quiz(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.access_code = "봄-2026"
    for guess in range(11):
        with pytest.raises((start.WrongAccessCode, TooManyCodes)):
            start_now(quiz, enrolment, access_code=f"봄-{guess}")
    assert start_now(quiz, EnrolmentFactory(course=enrolment.course), access_code="봄-2026")
    assert start_now(QuizFactory(activity__course=enrolment.course, access_code="x"), enrolment, access_code="x")


def test_an_open_attempt_is_resumed_even_if_the_quiz_now_opens_later(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start_now(quiz, enrolment)
    quiz.opens_at = NOW + DAY
    assert start_now(quiz, enrolment) == attempt


def test_starting_submits_an_overdue_attempt_and_starts_the_next_one(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.time_limit = 10
    first = start_now(quiz, enrolment)
    second = start_now(quiz, enrolment, now=NOW + DAY)
    first.refresh_from_db()
    assert first.status == "submitted"
    assert first.submitted_at == NOW + timedelta(minutes=10)
    assert second.number == 2


def test_an_override_allows_another_attempt(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.attempts_allowed = 1
    submit.submit(attempt=start_now(quiz, enrolment), now=NOW)
    for language, sentence in (("en", "You have used all the attempts"), ("ko", "모두")):
        with translation.override(language), pytest.raises(start.NoAttemptsLeft, match=sentence):
            start_now(quiz, enrolment)
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="outage")
    seen = get_overview(quiz=quiz, enrolment=enrolment, now=NOW)
    assert seen.attempts_left == 1
    assert seen.can_start is True
    assert seen.rules.attempts_allowed == 2
    assert start_now(quiz, enrolment).number == 2


def test_an_attempt_that_another_tab_started_at_the_same_time_is_resumed(
    quiz: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both tabs found no open attempt. The constraint of the database refuses the second."""
    attempt = start_now(quiz, enrolment)
    monkeypatch.setattr(queries, "get_attempts", lambda *_arguments: [])
    look, seen = queries.find_open_attempt, []

    def blind_at_first(*arguments: Any) -> Attempt | None:
        seen.append(arguments)
        return look(*arguments) if len(seen) > 1 else None

    monkeypatch.setattr(queries, "find_open_attempt", blind_at_first)
    assert start_now(quiz, enrolment) == attempt
    # Another violation of a constraint is raised.
    monkeypatch.setattr(queries, "find_open_attempt", lambda *_arguments: None)
    with pytest.raises(IntegrityError):
        start_now(quiz, enrolment)


# --- What is drawn ------------------------------------------------------------------------------------------------


@pytest.fixture
def pooled() -> Quiz:
    """One question for everybody, and two of a pool of six."""
    quiz: Quiz = QuizFactory(questions=0)
    quiz.pools = {"bank": 2}
    quiz.save()
    for number in range(6):
        add_single_choice(quiz, f"bank-{number}", pool="bank", points=2)
    publishing.publish(quiz)
    return quiz


@pytest.fixture
def pupil(pooled: Quiz) -> Enrolment:
    enrolment: Enrolment = EnrolmentFactory(course=pooled.activity.course)
    return enrolment


def keys(attempt: Attempt) -> list[str]:
    by_uuid = {str(question.uuid): question.key for question in Question.objects.all()}
    return [by_uuid[view["uuid"]] for view in attempt.public_questions]


def test_the_configured_number_of_questions_is_drawn_from_a_pool(pooled: Quiz, pupil: Enrolment) -> None:
    assert pooled.current_version
    assert pooled.current_version.question_count == 3
    pooled.attempts_allowed = None
    met: Counter[str] = Counter()
    for _attempt in range(40):
        attempt = start_now(pooled, pupil)
        assert len(keys(attempt)) == 3
        assert attempt.max_points == pooled.current_version.max_points
        assert attempt.max_points == 5
        assert keys(attempt)[0] == "short"
        met.update(keys(attempt)[1:])
        submit.submit(attempt=attempt, now=NOW)
    # Any of the six is missed by all of forty draws once in ten million runs.
    assert len(met) == 6


def test_a_question_that_was_not_drawn_cannot_be_answered(pooled: Quiz, pupil: Enrolment) -> None:
    attempt = start_now(pooled, pupil)
    left_out = pooled.questions.exclude(uuid__in=[view["uuid"] for view in attempt.public_questions])[0]
    choice = {"choice": str(left_out.choices.all()[0].uuid)}
    with pytest.raises(responses.UnknownQuestion, match="not part of the attempt"):
        save.save_answer(attempt=attempt, question=left_out.uuid, response=choice, now=NOW)


def test_the_shuffled_order_differs_between_attempts_and_stays_within_one(quiz: Quiz, enrolment: Enrolment) -> None:
    for number in range(10):
        add_single_choice(quiz, f"more-{number}", choices=6)
    quiz.shuffle_questions = True
    quiz.attempts_allowed = None
    quiz.save()
    publishing.publish(quiz)

    def seen(attempt: Attempt) -> list[tuple[str, list[str]]]:
        again = Attempt.objects.select_related("version", "quiz").get(pk=attempt.pk)
        return [(q.uuid, [c["uuid"] for c in q.body.get("choices", [])]) for q in present_attempt(again)]

    orders = []
    for _attempt in range(3):
        attempt = start_now(quiz, enrolment)
        assert seen(attempt) == seen(attempt)
        orders.append(seen(attempt))
        submit.submit(attempt=attempt, now=NOW)
    assert len({str(order) for order in orders}) == 3
    assert len({str(sorted((uuid, sorted(choices)) for uuid, choices in order)) for order in orders}) == 1


def test_without_shuffling_questions_and_choices_have_the_authors_order(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.shuffle_choices = False
    attempt = start_now(quiz, enrolment)
    assert attempt.drawn is None
    assert [q.text for q in present_attempt(attempt)] == ["Question q0", "Question q1", "Question short"]
    assert [choice["text"] for choice in present_attempt(attempt)[0].body["choices"]] == [
        f"Choice q0 {number}" for number in range(3)
    ]


# --- What the errors say --------------------------------------------------------------------------------------


def test_the_refusal_before_the_opening_names_its_date(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.opens_at = NOW + DAY
    assert_refused(
        partial(start_now, quiz, enrolment),
        error=start.NotOpenYet,
        message=f"This quiz opens on {start.format_moment(NOW + DAY)}.",
        extra={"opens_at": NOW + DAY},
    )


def test_the_refusal_after_the_closing_names_its_date(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.closes_at = NOW
    assert_refused(
        partial(start_now, quiz, enrolment),
        error=start.QuizClosed,
        message="This quiz is closed.",
        extra={"closes_at": NOW},
    )


def test_an_attempt_can_start_at_the_moment_the_quiz_opens(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.opens_at, quiz.closes_at = NOW, NOW + DAY
    assert start_now(quiz, enrolment).status == Attempt.Status.IN_PROGRESS


def test_a_student_who_has_seen_the_solutions_cannot_start(quiz: Quiz, enrolment: Enrolment) -> None:
    submit.submit(attempt=start_now(quiz, enrolment), now=NOW)
    Attempt.objects.update(answers_revealed_at=NOW)
    assert_refused(
        partial(start_now, quiz, enrolment),
        error=start.AnswersRevealed,
        message="You have seen the answers, so this quiz cannot be taken again.",
    )


def test_a_quiz_without_questions_cannot_be_started(quiz: Quiz, enrolment: Enrolment) -> None:
    assert quiz.current_version is not None
    quiz.current_version.content["questions"] = []
    assert_refused(
        partial(start_now, quiz, enrolment), error=start.NothingToAnswer, message="This quiz has no questions yet."
    )


def test_a_date_is_formatted_in_the_readers_time_zone_and_language() -> None:
    assert start.format_moment(NOW) == "2 Mar 2026, 18:00"
    with translation.override("ko"):
        assert start.format_moment(NOW) == "2026-3-2 18:00"
