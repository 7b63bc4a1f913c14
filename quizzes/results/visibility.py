"""Decide when a student may see the right answers.

They are shown when knowing them can no longer improve a grade: no attempt is left or may start, an attempt has full
marks, or the student gave up the remaining attempts (`reveal`). A lesson check is not graded, so it shows them after
each attempt. With "at once", confirming an answer shows the feedback to that question.

While the grades of a quiz are held back, no answer is shown, whatever the rules say: it would tell what an attempt is worth.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.results.overview import QuizOverview, build_overview


def answers_shown(quiz: Quiz, overview: QuizOverview, now: datetime) -> bool:
    """Return whether the student may see the right answers to all questions now."""
    if quiz.show_answers == Quiz.ShowAnswers.NEVER or any(attempt.is_held for attempt in overview.attempts):
        return False
    if not quiz.is_graded or overview.is_revealed:
        return True
    if quiz.show_answers == Quiz.ShowAnswers.AFTER_DUE and not overview.rules.is_past_due(now):
        return False
    # A student with full marks has given every right answer already.
    full = any(a.points is not None and a.points == a.max_points for a in overview.attempts)
    return (full and not overview.open_attempt) or overview.is_over


def can_reveal(attempt: Attempt, overview: QuizOverview, now: datetime) -> bool:
    """Return whether the student may give up the remaining attempts to see the answers.

    The caller checks that the answers are not shown yet.
    """
    quiz = attempt.quiz
    if attempt.status != Attempt.Status.GRADED or overview.open_attempt:
        return False
    allowed = {
        Quiz.ShowAnswers.AT_ONCE: True,
        Quiz.ShowAnswers.AFTER_EACH: True,
        Quiz.ShowAnswers.AFTER_PASS: is_passed(attempt),
        Quiz.ShowAnswers.AFTER_DUE: overview.rules.is_past_due(now),
        Quiz.ShowAnswers.NEVER: False,
    }
    return allowed[Quiz.ShowAnswers(quiz.show_answers)]


def is_passed(attempt: Attempt) -> bool:
    return attempt.percent is not None and attempt.percent >= attempt.quiz.pass_mark


def find_pairs_with_answers_shown(pairs: Collection[tuple[Quiz, Enrolment]], *, now: datetime) -> set[tuple[int, int]]:
    """Return those of `pairs` whose student may see the answers now, as {(quiz id, enrolment id)}.

    At most three queries for any number of pairs; none if all are lesson checks.
    """
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    graded = [(quiz, enrolment) for quiz, enrolment in pairs if quiz.is_graded]
    if graded:
        found = Attempt.objects.filter(
            quiz__in={quiz.pk for quiz, _ in graded}, enrolment__in={enrolment.pk for _, enrolment in graded}
        )
        for attempt in found.with_release().order_by("-number"):
            attempts.setdefault((attempt.quiz_id, attempt.enrolment_id), []).append(attempt.hide_held())
    rules = get_rules_for_all(pairs)
    shown = set()
    for quiz, enrolment in pairs:
        pair = (quiz.pk, enrolment.pk)
        if answers_shown(quiz, build_overview(quiz, attempts.get(pair, []), rules[pair], now), now):
            shown.add(pair)
    return shown


def may_be_shown(now: datetime) -> Q:
    """Return a condition for rows with an `attempt`: true for every attempt for which `answers_shown` is true.

    It is also true for some others, so it only says where asking `answers_shown` is worth its queries.
    """
    # A due date alone ends nothing, unless late attempts are refused.
    refuses = Quiz.LateRule.REFUSE
    ended = Q(closes_at__lte=now) | Q(due_at__lte=now, quiz__late_rule=refuses)
    of_quiz = {"quiz": OuterRef("attempt__quiz")}
    of_student = {**of_quiz, "enrolment": OuterRef("attempt__enrolment")}
    enough = (
        Q(answers_revealed_at__isnull=False) | Q(points=F("max_points")) | Q(number__gte=F("quiz__attempts_allowed"))
    )
    return ~Q(attempt__quiz__show_answers=Quiz.ShowAnswers.NEVER) & (
        Q(attempt__quiz__activity__kind=Activity.Kind.LESSON)
        | Q(attempt__quiz__closes_at__lte=now)
        | Q(attempt__quiz__due_at__lte=now, attempt__quiz__late_rule=refuses)
        | Q(Exists(Attempt.objects.filter(enough, **of_student)))
        | Q(Exists(QuizDates.objects.filter(ended, **of_quiz, cohort=OuterRef("attempt__enrolment__cohort"))))
        | Q(Exists(QuizOverride.objects.filter(ended, **of_student)))
    )
