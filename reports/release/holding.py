"""Hold the grades of a graded activity back from students, and release them.

Whether they are held back is one column, `GradeItem.is_held`: a date ends it through the task `release_due_grades`, so that no
reader has to compare times. What students read leaves held grades out in `GradeChange.objects.released`,
`Attempt.hide_held` and `quizzes.results.visibility`.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from courses.models import Course, GradeChange, GradeItem
from courses.outline import revisions
from reports.release import notifying


class GradesSeen(DomainError):
    slug = "grades-seen"
    status = 409
    help = gettext_lazy("Students may have seen these grades. Confirm that you hold them back again.")


class ReleasePassed(DomainError):
    slug = "release-passed"
    help = gettext_lazy("The date of the release is over. Name a later one, or none.")


def hold(*, item: GradeItem, release_at: datetime | None, is_confirmed: bool, now: datetime) -> None:
    """Hold the grades back until `release_at` (None: until a person releases them), or change that date.

    Raises ReleasePassed, and GradesSeen if there are grades that students can see and the instructor has not confirmed.
    """
    if release_at is not None and release_at <= now:
        raise ReleasePassed(_("The release must be in the future."))
    with transaction.atomic():
        _lock_course(item)
        locked = GradeItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        if not locked.is_held and not is_confirmed and GradeChange.objects.filter(item=locked).exists():
            raise GradesSeen(_("Students may have seen these grades already. Confirm that you hold them back."))
        GradeItem.objects.filter(pk=item.pk).update(is_held=True, release_at=release_at)
        revisions.touch(item.activity.course_id)


def release(*, item: GradeItem, now: datetime) -> bool:
    """Show the grades to the students and tell each of them once. Returns False if they were released already.

    Of two people who release at the same moment one changes the row. Nobody gets two messages about the same attempt, even
    if the grades are held back and released again, except of a grade that was corrected in between. The number of queries
    does not depend on the students, but for one more insert for each few hundred.
    """
    with transaction.atomic():
        _lock_course(item)
        if not GradeItem.objects.filter(pk=item.pk, is_held=True).update(is_held=False, release_at=None):
            return False
        revisions.touch(item.activity.course_id)
        notifying.notify_released(item, now)
    return True


def _lock_course(item: GradeItem) -> None:
    """Lock the course, then the item: as publishing does, which changes items too. Not their keys, which graders lock."""
    Course.objects.select_for_update(no_key=True).filter(pk=item.activity.course_id).first()


def release_due(*, now: datetime) -> int:
    """Release the grades whose date has come; returns how many activities."""
    due = GradeItem.objects.filter(is_held=True, release_at__lte=now).select_related("activity")
    return sum(release(item=item, now=now) for item in due)
