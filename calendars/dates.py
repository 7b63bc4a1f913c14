"""Find when the quizzes of a student open, are due and close, by the rules for that student."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses import access
from courses.models import Activity
from quizzes.attempts.rules import Rules
from quizzes.results.quiz_states import get_quiz_states


class Kind(models.TextChoices):
    """What happens at a date."""

    OPENS = "opens", pgettext_lazy("date of a quiz", "opens")
    DUE = "due", pgettext_lazy("date of a quiz", "due")
    CLOSES = "closes", pgettext_lazy("date of a quiz", "closes")


@dataclass(frozen=True, slots=True)
class Entry:
    """A date of one activity for one student. `day` is in the student's time zone."""

    activity: Activity
    kind: Kind
    at: datetime
    day: date
    is_submitted: bool

    @property
    def uid(self) -> str:
        """A name that stays the same when the date, the title or the language changes."""
        return f"{self.activity.uuid}-{self.kind.value}"


def find_entries(user: User, now: datetime) -> list[Entry]:
    """Return all dates of the student's quizzes, the first first. Three queries.

    Only courses in which the student is enrolled, and quizzes that are published and in the outline.
    """
    enrolments = {enrolment.pk: enrolment for enrolment in access.enrolments(user)}
    states = [state for state in get_quiz_states(user, enrolments, now).values() if state.quiz.current_version_id]
    activities = [state.quiz.activity_id for state in states]
    uuids = dict(Activity.objects.filter(pk__in=activities).values_list("pk", "uuid"))
    found: list[Entry] = []
    for state in states:
        activity = state.quiz.activity
        activity.uuid = uuids[activity.pk]
        found += [
            Entry(activity, kind, at, timezone.localdate(at, user.zone), state.is_submitted)
            for kind, at in _dates(state.overview.rules)
        ]
    return sorted(found, key=lambda entry: (entry.at, entry.activity.pk, entry.kind))


def _dates(rules: Rules) -> Iterator[tuple[Kind, datetime]]:
    if rules.opens_at is not None:
        yield Kind.OPENS, rules.opens_at
    if rules.due_at is not None:
        yield Kind.DUE, rules.due_at
    if rules.closes_at is not None and rules.closes_at != rules.due_at:
        yield Kind.CLOSES, rules.closes_at
