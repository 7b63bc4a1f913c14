"""Compute the sums of item statistics from the stored responses, and put right what differs.

Sums differ where an account was erased, a student changed to another cohort, or somebody changed rows by hand.
"""

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from analysis.counting import lock_state
from analysis.in_short import summaries
from analysis.models import NO_COHORT, CountedAttempt, ItemResponse
from analysis.tallies import ITEMS, NO_REST, NO_TIME, PAIRS, POINTS, REST_CLASS, TABLES, Changes
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz


def compute(quiz_id: int) -> Changes:
    """Return the sums of one quiz by its responses. Three queries."""
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
    times = (
        responses.annotate(time=Coalesce(F("time_class"), Value(NO_TIME)))
        .values_list("quiz_id", "question", "time")
        .annotate(n=Count("pk"), x=Sum("points"), xx=Sum(F("points") * F("points")))
        .order_by()
    )
    other = "counted__responses"
    pairs = (
        responses.filter(counted__responses__question__gt=F("question"))
        .values_list("quiz_id", "question", f"{other}__question")
        .annotate(
            n=Count("pk"),
            x=Sum("points"),
            y=Sum(f"{other}__points"),
            xy=Sum(F("points") * F(f"{other}__points")),
        )
        .order_by()
    )
    return {
        table: {row[: len(table.keys)]: tuple(map(int, row[len(table.keys) :])) for row in rows}
        for table, rows in ((ITEMS, items), (POINTS, times), (PAIRS, pairs))
    }


@transaction.atomic
def recount(quiz_id: int, *, only_compare: bool = False) -> int:
    """Replace the stored sums of one quiz by the computed ones; returns how many rows differed.

    With `only_compare` nothing is written.
    """
    lock_state()
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


def recount_all(*, only_compare: bool = False) -> int:
    """Recount each quiz in a transaction of its own; returns how many rows differed."""
    quizzes = Quiz.objects.order_by("pk").values_list("pk", flat=True)
    return sum(recount(quiz, only_compare=only_compare) for quiz in quizzes)


def _refresh_cohorts(quiz_id: int) -> None:
    """Count the attempts in the cohorts in which their students are now."""
    now = Attempt.objects.filter(pk=OuterRef("pk")).values("enrolment__cohort")
    counted = CountedAttempt.objects.filter(attempt__quiz=quiz_id)
    counted.annotate(now=Coalesce(Subquery(now), Value(NO_COHORT))).exclude(cohort=F("now")).update(
        cohort=Coalesce(Subquery(now), Value(NO_COHORT))
    )
