"""Compute the sums of item statistics from the stored responses, and put right what differs.

Sums differ where a student has changed to another cohort, or somebody changed rows by hand.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from analysis import counting
from analysis.anew import pairing
from analysis.in_short import summaries
from analysis.models import NO_COHORT, CountedAttempt, ItemResponse
from analysis.tallies import ITEMS, NO_REST, NO_TIME, PAIRS, POINTS, REST_CLASS, TABLES, Changes, Key, Sums
from common.database import planning
from common.database.aggregates import JoinedIds
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz


@transaction.atomic
def compute(quiz_id: int) -> Changes:
    """Return the sums of one quiz by its responses. Two queries that read the responses."""
    planning.allow_memory()
    responses = ItemResponse.objects.filter(quiz=quiz_id)
    rest = Coalesce(F("rest"), Value(0))
    items = (
        responses.annotate(
            rest_class=Case(
                When(rest=None, then=Value(NO_REST)), default=F("rest") / REST_CLASS, output_field=IntegerField()
            )
        )
        .values_list("quiz_id", "counted__cohort", "question", "given", "rest_class")
        .annotate(
            n=Count("pk"),
            x=Sum("share"),
            y=Sum(rest),
            xx=Sum(F("share") * F("share")),
            yy=Sum(rest * rest),
            xy=Sum(F("share") * rest),
        )
        .order_by()
    )
    sums = {tuple(row[:5]): tuple(map(int, row[5:])) for row in items}
    return {ITEMS: sums, **_points(quiz_id)}


def _points(quiz_id: int) -> Changes:
    """Return the sums over points, and over the points of pairs. One query."""
    rows = (
        ItemResponse.objects.filter(quiz=quiz_id)
        .annotate(time=Coalesce(F("time_class"), Value(NO_TIME)))
        .values_list("question", "points", "time")
        .annotate(n=Count("pk"), attempts=JoinedIds("counted_id", distinct=False))
        .order_by()
    )
    points: dict[Key, Sums] = {}
    earned: dict[UUID, dict[int, list[int]]] = {}
    for question, own, time, n, attempts in rows:
        key = quiz_id, question, time
        before = points.get(key, (0, 0, 0))
        points[key] = before[0] + n, before[1] + n * own, before[2] + n * own**2
        earned.setdefault(question, {}).setdefault(own, []).extend(map(int, attempts.split(",")))
    pairs: dict[Key, Sums] = {(quiz_id, *key): sums for key, sums in pairing.pair_sums(earned).items()}
    return {POINTS: points, PAIRS: pairs}


@transaction.atomic
def recount(quiz_id: int, *, only_compare: bool = False) -> int:
    """Replace the stored sums of one quiz by the computed ones; returns how many rows differed.

    With `only_compare` nothing is written.
    """
    counting.lock_state()
    if not only_compare:
        _refresh_cohorts(quiz_id)
    computed = compute(quiz_id)
    differing = 0
    for table in TABLES:
        stored = table.read([quiz_id])
        changes = {}
        for key in stored.keys() | computed[table].keys():
            nothing = (0,) * len(table.sums)
            pair = zip(computed[table].get(key, nothing), stored.get(key, nothing), strict=True)
            difference = tuple(right - there for right, there in pair)
            if any(difference):
                changes[key] = difference
        differing += len(changes)
        if not only_compare:
            table.add(changes)
    if differing and not only_compare:
        summaries.mark_outdated([quiz_id])
    return differing


def recount_all(*, only_compare: bool = False, with_gradings: bool = False) -> int:
    """Recount each quiz in a transaction of its own; returns how many sums differed.

    With `with_gradings` the responses are compared with the gradings first, and attempts that differ are counted again; the
    result includes their number. That takes a minute for a million answers.
    """
    differing = 0
    for quiz in Quiz.objects.order_by("pk").values_list("pk", flat=True):
        if with_gradings:
            attempts = counting.find_miscounted(quiz)
            differing += len(attempts)
            if not only_compare:
                counting.count_again(attempts)
        differing += recount(quiz, only_compare=only_compare)
    return differing


def _refresh_cohorts(quiz_id: int) -> None:
    """Count the attempts in the cohorts in which their students are now."""
    now = Attempt.objects.filter(pk=OuterRef("pk")).values("enrolment__cohort")
    counted = CountedAttempt.objects.filter(attempt__quiz=quiz_id)
    counted.annotate(now=Coalesce(Subquery(now), Value(NO_COHORT))).exclude(cohort=F("now")).update(
        cohort=Coalesce(Subquery(now), Value(NO_COHORT))
    )
