"""Say on the staff's first page who is stuck."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median_low

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.audit import recording
from accounts.models import User
from courses.models import Course, Enrolment
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition
from reports import stuck

# How many of those who are stuck are named.
NAMED = 3
STUDENTS = definitions.define(
    Definition(
        "students",
        gettext_lazy("students"),
        gettext_lazy("count"),
        gettext_lazy("people with an active place in the course; those who were withdrawn do not count"),
        "reports.stuck.find_reasons",
    )
)
MEDIAN = definitions.define(
    Definition(
        "median_progress",
        gettext_lazy("median progress"),
        gettext_lazy("% 0–100"),
        gettext_lazy("half of the students of the course have at least this progress"),
        "reports.home.answer_stuck",
    )
)
STUCK = definitions.define(
    Definition(
        "stuck",
        gettext_lazy("stuck"),
        gettext_lazy("count"),
        gettext_lazy(
            "students below 100% to whom a rule applies: days without a visit (7), percentage points of progress below the "
            "median of the cohort (20), attempts at a quiz without passing it (2)"
        ),
        "reports.stuck.find_reasons",
    )
)


def answer_stuck(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count the students who are stuck and name the worst, as the page of a course does. Five queries."""
    found = stuck.find_reasons([course.pk for course in courses], stuck.Rules(), now=now)
    worst = [pk for one in found.values() for pk in list(one.reasons)[:NAMED]]
    people = {row.pk: row for row in Enrolment.objects.filter(pk__in=worst).select_related("user")}
    recording.record_rows(Enrolment, people.values())
    left = dict(
        Enrolment.objects.filter(course__in=found, status=Enrolment.Status.WITHDRAWN)
        .order_by()
        .values_list("course")
        .annotate(n=Count("pk"))
    )
    return {course.pk: _answer(course, found[course.pk], people, left.get(course.pk, 0)) for course in courses}


def _answer(course: Course, found: stuck.CourseReasons, people: dict[int, Enrolment], left: int) -> Answer:
    n = len(found.students)
    if not n:
        return Answer([Figure(STUDENTS, 0, _nobody(left), reverse("admin:courses_course_people", args=[course.pk]))])
    finished = sum(student.progress == 100 for student in found.students)
    count = len(found.reasons)
    median = median_low(student.progress for student in found.students)
    text = ngettext("of %(n)d student", "of %(n)d students", n) % {"n": n}
    notes = [
        f"{_name(people[pk])}: {'; '.join(str(reason) for reason in found.reasons[pk])}"
        for pk in list(found.reasons)[:NAMED]
        if pk in people
    ]
    url = reverse("reports:stuck", args=[course.slug])
    return Answer(
        [
            Figure(STUCK, count, text, url, notes=notes, is_urgent=bool(count)),
            Figure(MEDIAN, median, _("progress that half of the students have reached"), shown=f"{median}%"),
        ],
        [
            Part(pgettext("students", "finished"), finished, "good"),
            Part(_("on their way"), n - finished - count),
            Part(_("stuck"), count, "bad"),
        ],
    )


def _nobody(left: int) -> str:
    """Say that nobody is enrolled, and whether that was different before."""
    if not left:
        return _("students: nobody is enrolled yet")
    return ngettext("students: %(n)d student has left", "students: all %(n)d have left", left) % {"n": left}


def _name(enrolment: Enrolment) -> str:
    return enrolment.user.name or enrolment.user.email
