"""The number of questions that a reader answered in the week, in quizzes and in practice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from courses.summaries.sections import Number, Reader
from goals.steps import find_answers


def find_answered(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Number]:
    """Return the number for each reader, 0 too. One query, with one row for each attempt and each answer in practice."""
    periods = {enrolment.pk: reader for reader in readers for enrolment in reader.enrolments}
    counts: Counter[int] = Counter()
    if periods:
        first, last = min(reader.start for reader in readers), max(reader.end for reader in readers)
        for answers in find_answers(list(periods), first, last):
            reader = periods[answers.enrolment_id]
            if reader.is_in_period(answers.at):
                counts[reader.user.pk] += answers.count
    found = {}
    for reader in readers:
        with reader.speaking():
            found[reader.user.pk] = Number(counts[reader.user.pk], _("Questions answered"))
    return found
