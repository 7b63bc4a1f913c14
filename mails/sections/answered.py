"""The number of questions that a reader answered in the week, in quizzes and in practice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from courses.summaries.sections import Number, Reader
from quizzes.attempts.models import Attempt
from quizzes.practice.models import PracticeAnswer


def find_answered(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Number]:
    """Return the number for each reader, 0 too. Two queries, with one row for each attempt and each answer in practice."""
    periods = {enrolment.pk: reader for reader in readers for enrolment in reader.enrolments}
    counts: Counter[int] = Counter()
    if periods:
        first, last = min(reader.start for reader in readers), max(reader.end for reader in readers)
        attempts = Attempt.objects.filter(enrolment__in=list(periods), submitted_at__gte=first, submitted_at__lt=last)
        practised = PracticeAnswer.objects.filter(
            card__enrolment__in=list(periods), attempt=None, at__gte=first, at__lt=last
        )
        answers = list(attempts.annotate(n=Count("answers")).values_list("enrolment_id", "submitted_at", "n"))
        answers += [(enrolment, at, 1) for enrolment, at in practised.values_list("card__enrolment_id", "at")]
        for enrolment, at, answered in answers:
            reader = periods[enrolment]
            if at is not None and reader.is_in_period(at):
                counts[reader.user.pk] += answered
    found = {}
    for reader in readers:
        with reader.speaking():
            found[reader.user.pk] = Number(counts[reader.user.pk], _("Questions answered"))
    return found
