"""Say on the staff's first page when the next weekly mail goes out, and to how many."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from courses.models import Course, Enrolment
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure
from courses.overviews.definitions import Definition
from courses.summaries import deliveries
from courses.summaries.schedule import Slot

MAILED = definitions.define(
    Definition(
        "weekly_mail",
        gettext_lazy("weekly mail"),
        gettext_lazy("count, moment"),
        gettext_lazy(
            "students of a course that students see who want the weekly mail; it goes out on Mondays at 8:30 on the clock of "
            "each student who has not chosen another day or time, and the moment that is shown is the one on your clock"
        ),
        "courses.summaries.coming.answer_week",
    )
)


def next_due(zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next moment at which a weekly summary is due in `zone` for who has chosen no other."""
    found = None
    for days in (0, 7):
        year, week, _day = (now + timedelta(days=days)).astimezone(zone).date().isocalendar()
        found = Slot(zone).due_at((year, week))
        if found > now:
            break
    assert found is not None
    return found


def answer_week(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count who gets the next weekly mail of each course. One query."""
    subscribers = deliveries.get_subscribers().values("pk")
    counts = (
        Enrolment.objects.active()
        .filter(course__in=courses, user__in=subscribers)
        .order_by()
        .values_list("course")
        .annotate(n=Count("pk"))
    )
    due = next_due(reader.zone, now)
    text = {
        course: ngettext("weekly mail to %(n)d student", "weekly mail to %(n)d students", n) % {"n": n}
        for course, n in counts
    }
    return {course: Answer([Figure(MAILED, 1, said, since=due)]) for course, said in text.items()}
