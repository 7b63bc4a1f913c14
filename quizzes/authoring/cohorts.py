"""Make a new cohort from an old one, with the dates of all quizzes of the course."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from courses.models import Activity, Cohort
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.authoring.shifting import Dates


class CohortExists(DomainError):
    slug = "cohort-exists"
    status = 409
    help = gettext_lazy("The course has a cohort with this name, and its dates are other ones.")


def find_dates(cohort: Cohort) -> list[tuple[Quiz, Dates]]:
    """Return the quizzes of the cohort's course in their order, with the dates that count for this cohort. Two queries.

    A lesson check is listed only if it has a date: most have none.
    """
    quizzes = (
        Quiz.objects.filter(activity__course=cohort.course_id, activity__archived_at=None)
        .select_related("activity")
        .order_by("activity__module__position", "activity__module_id", "activity__position", "activity_id")
    )
    own = {dates.quiz_id: dates for dates in QuizDates.objects.filter(cohort=cohort)}
    found = [(quiz, _combined(own.get(quiz.pk), quiz)) for quiz in quizzes]
    return [(quiz, dates) for quiz, dates in found if quiz.activity.kind == Activity.Kind.QUIZ or dates.given()]


def _combined(cohort: QuizDates | None, quiz: Quiz) -> Dates:
    """Return each date of the cohort, or else of the quiz, as `quizzes.attempts.rules` combines them for a student."""
    opens, due, closes = (
        getattr(cohort, name, None) or getattr(quiz, name) for name in ("opens_at", "due_at", "closes_at")
    )
    if due and closes and closes < due and cohort is not None and cohort.due_at and not cohort.closes_at:
        closes = due
    return Dates(opens, due, closes)


def find_first(rows: Sequence[tuple[Quiz, Dates]]) -> datetime | None:
    """Return the earliest date of all quizzes: the day on which a cohort starts. None if there are no dates."""
    return min((moment for _quiz, dates in rows for moment in dates.given()), default=None)


def copy_cohort(*, cohort: Cohort, name: str, dates: Mapping[int, Dates]) -> Cohort:
    """Make a cohort of the same course with these dates by the ids of quizzes, in one transaction. Students are not copied.

    Idempotent: a second call with the same name and dates returns the cohort of the first. Raises CohortExists if the course
    has a cohort with this name and other dates.
    """
    wanted = {quiz_id: each for quiz_id, each in dates.items() if each.given()}
    try:
        with transaction.atomic():
            copy = Cohort.objects.create(course_id=cohort.course_id, name=name)
            QuizDates.objects.bulk_create(
                QuizDates(quiz_id=quiz_id, cohort=copy, **asdict(each)) for quiz_id, each in wanted.items()
            )
    except IntegrityError:
        # A double press, or a colleague: the name is unique in a course.
        existing = Cohort.objects.filter(course_id=cohort.course_id, name=name).first()
        if existing is None:
            raise
        rows = QuizDates.objects.filter(cohort=existing)
        if {row.quiz_id: Dates(row.opens_at, row.due_at, row.closes_at) for row in rows} != wanted:
            message = _("This course has a cohort with the name “%(name)s” already.") % {"name": name}
            raise CohortExists(message) from None
        return existing
    return copy
