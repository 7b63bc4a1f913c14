"""Say on the staff's first page which courses are published by themselves in the next days."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import AHEAD, Answer, Figure
from courses.overviews.definitions import Definition
from workspace.models import PublicationSchedule

PUBLISHED = definitions.define(
    Definition(
        "publication_planned",
        gettext_lazy("planned publication"),
        gettext_lazy("moment"),
        gettext_lazy("when the changes of a course are published by themselves, within seven days"),
        "workspace.home.publications.answer_week",
    )
)


def answer_week(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Return the planned publications. One query."""
    planned = PublicationSchedule.objects.filter(course__in=courses, at__lt=now + AHEAD).values_list("course", "at")
    slugs = {course.pk: course.slug for course in courses}
    return {
        course: Answer(
            [
                Figure(
                    PUBLISHED,
                    1,
                    _("the changes of the course are published"),
                    reverse("workspace:publish", args=[slugs[course]]),
                    since=at,
                )
            ]
        )
        for course, at in planned
    }
