"""Count the jobs that failed lately, for the staff's first page.

A worker imports this module at its start, so it must not import pages.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from courses.models import Course
from courses.overviews import definitions, jobs
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition
from courses.overviews.jobs import Permitted, Source
from courses.roles import rules
from courses.roles.rules import Permission

# For so long a failed job is named on the first page.
NAMED_FOR = timedelta(days=7)
FAILED = definitions.define(
    Definition(
        "failed_jobs",
        gettext_lazy("jobs that failed"),
        gettext_lazy("count"),
        gettext_lazy("imports, exports, rosters and mailings of the last seven days that were refused or given up"),
        "courses.overviews.jobs.count_failed",
    )
)


def get_permitted(reader: User, courses: Sequence[Course]) -> Permitted:
    """Return what says of a kind of job in which of these courses the reader may see it."""
    permissions = rules.get_permissions(reader)

    def permitted(source: Source) -> Sequence[Course]:
        return [course for course in courses if Permission(source.permission) in permissions.in_course(course.pk)]

    return permitted


def answer_waits(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count the jobs that failed lately. A query for each kind of job, and one."""
    counts = jobs.count_failed(reader, get_permitted(reader, courses), since=now - NAMED_FOR)
    found = {}
    for course in courses:
        if n := counts.get(course.pk, 0):
            text = ngettext("job failed", "jobs failed", n)
            url = f"{reverse('overview:jobs')}?state=failed&course={course.slug}"
            found[course.pk] = Answer([Figure(FAILED, n, text, url, is_urgent=True)], [Part(text, n, "bad")])
    return found
