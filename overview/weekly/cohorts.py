"""Say in the weekly mail to staff how this week went in each cohort, and how the last one did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from courses.models import ActivityCompletion, Cohort, Course, Enrolment
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure
from courses.overviews.definitions import Definition
from courses.summaries.schedule import days_before

WENT_ON = definitions.define(
    Definition(
        "went_on",
        gettext_lazy("students who went on"),
        gettext_lazy("count"),
        gettext_lazy(
            "students of a cohort who finished a lesson or a quiz in the seven days until Monday at 8:30 on the reader's clock, "
            "and in the seven days before; those who were withdrawn do not count"
        ),
        "overview.weekly.cohorts.answer_cohorts",
    )
)


def answer_cohorts(reader: User, courses: Sequence[Course], until: datetime) -> dict[int, Answer]:
    """Return a figure for each cohort in which somebody went on this week or last week. Three queries."""
    this, last = (days_before(until, days, reader.zone) for days in (7, 14))
    in_week, before = Q(done_at__gte=this, done_at__lt=until), Q(done_at__gte=last, done_at__lt=this)
    place = ("enrolment__course", "enrolment__cohort")
    done: dict[tuple[int, int | None], Any] = {
        (row["enrolment__course"], row["enrolment__cohort"]): row
        for row in ActivityCompletion.objects.filter(
            in_week | before, enrolment__course__in=courses, enrolment__status=Enrolment.Status.ACTIVE
        )
        .order_by()
        .values(*place)
        .annotate(
            students=Count("enrolment", distinct=True, filter=in_week),
            students_before=Count("enrolment", distinct=True, filter=before),
            activities=Count("pk", filter=in_week),
            activities_before=Count("pk", filter=before),
        )
    }
    sizes = Enrolment.objects.filter(course__in=courses, status=Enrolment.Status.ACTIVE).order_by()
    names = dict(Cohort.objects.filter(course__in=courses).values_list("pk", "name"))
    found = {course.pk: Answer() for course in courses}
    for course, cohort, size in sizes.values_list("course", "cohort").annotate(n=Count("pk")):
        if row := done.get((course, cohort)):
            found[course].figures.append(_figure(row, names.get(cohort, ""), size, course))
    for answer in found.values():
        answer.figures.sort(key=lambda figure: figure.text)
    return found


def _figure(row: dict[str, Any], name: str, size: int, course: int) -> Figure:
    values = {"n": row["students"], "all": size, "last": row["students_before"], "cohort": name}
    text = ngettext(
        "of %(all)s student went on (the week before: %(last)s)",
        "of %(all)s students went on (the week before: %(last)s)",
        size,
    )
    note = _("lessons and quizzes finished: %(n)s (the week before: %(last)s)") % {
        "n": row["activities"],
        "last": row["activities_before"],
    }
    url = reverse("admin:courses_course_people", args=[course])
    return Figure(WENT_ON, row["students"], f"{text % values} · {name}" if name else text % values, url, notes=[note])
