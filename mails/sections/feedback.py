"""The section of comments that a person wrote about answers of the reader in the week."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.summaries.sections import Line, Reader, Section
from quizzes.attempts.models import Attempt
from quizzes.grading.models import Review


def find_feedback(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the attempts with new comments. An attempt that still waits for a person shows its comments to nobody."""
    periods = {enrolment.pk: reader for reader in readers for enrolment in reader.enrolments}
    if not periods:
        return {}
    written = (
        Review.objects.filter(
            attempt__enrolment__in=list(periods),
            attempt__status=Attempt.Status.GRADED,
            attempt__quiz__activity__archived_at=None,
            at__gte=min(reader.start for reader in readers),
        )
        .exclude(comment="")
        .select_related("attempt__quiz__activity")
        .order_by("pk")
    )
    counts: dict[int, dict[Attempt, int]] = {}
    for review in written:
        reader = periods[review.attempt.enrolment_id]
        if reader.is_in_period(review.at):
            of_reader = counts.setdefault(reader.user.pk, {})
            of_reader[review.attempt] = of_reader.get(review.attempt, 0) + 1
    return {reader.user.pk: _section(reader, counts[reader.user.pk]) for reader in readers if reader.user.pk in counts}


def _section(reader: Reader, counts: Mapping[Attempt, int]) -> Section:
    with reader.speaking():
        return Section(
            _("Feedback on your answers"),
            [
                Line(
                    str(attempt.quiz.activity),
                    reverse("quizzes:attempt-result", args=[attempt.uuid]),
                    ngettext("%(n)d comment of your instructor", "%(n)d comments of your instructor", count)
                    % {"n": count},
                )
                for attempt, count in counts.items()
            ],
            is_news=True,
        )
