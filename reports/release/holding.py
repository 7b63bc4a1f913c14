"""Hold the grades of a graded activity back from students, and release them.

Whether they are held back is one column, `GradeItem.is_held`: a date ends it through the task `release_due_grades`, so that no
reader has to compare times. What students read leaves held grades out in `GradeChange.objects.released`,
`Attempt.hide_held` and `quizzes.results.visibility`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.messages import sending as messages
from accounts.models import Message
from common.errors import DomainError
from courses.models import Enrolment, GradeChange, GradeItem
from courses.outline import revisions
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.grading.revisions import NOTICE_KIND, READY_KIND

Status = GradeNotice.Status


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
        locked = GradeItem.objects.select_for_update().get(pk=item.pk)
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
        if not GradeItem.objects.filter(pk=item.pk, is_held=True).update(is_held=False, release_at=None):
            return False
        revisions.touch(item.activity.course_id)
        graded = Attempt.objects.filter(
            quiz__activity=item.activity, status=Attempt.Status.GRADED, enrolment__status=Enrolment.Status.ACTIVE
        )
        # Of each student the last attempt: the page of its result leads to the others.
        last = {attempt.enrolment_id: attempt for attempt in graded.select_related("enrolment").order_by("number")}
        known = _find_known(last.values())
        pairs = [(attempt, attempt.enrolment.user_id) for attempt in last.values()]
        messages.notify_all(READY_KIND, pairs=pairs, now=now)
        _tell_of_corrections(known, now)
    return True


def _find_known(attempts: Iterable[Attempt]) -> list[int]:
    """Return the ids of those attempts of which "result ready" was told before."""
    references = [str(attempt.pk) for attempt in attempts]
    told = Message.objects.filter(kind=READY_KIND, about__in=references).values_list("about", flat=True)
    return [int(about) for about in told]


def _tell_of_corrections(attempts: Sequence[int], now: datetime) -> None:
    """Tell of the newest grade of each attempt if it is a correction that was kept back (its mail was skipped)."""
    newest = AttemptGrade.objects.filter(attempt=OuterRef("attempt")).order_by("-revision").values("pk")[:1]
    notices = GradeNotice.objects.filter(attempt__in=attempts, grade=Subquery(newest)).exclude(status=Status.SENT)
    # Another program may be sending one of them: only what was skipped is sent again.
    notices.filter(status=Status.SKIPPED).update(status=Status.QUEUED, send_attempts=0, error="")
    told = notices.select_related("attempt__enrolment")
    messages.notify_all(NOTICE_KIND, pairs=[(notice, notice.attempt.enrolment.user_id) for notice in told], now=now)


def release_due(*, now: datetime) -> int:
    """Release the grades whose date has come; returns how many activities."""
    due = GradeItem.objects.filter(is_held=True, release_at__lte=now).select_related("activity")
    return sum(release(item=item, now=now) for item in due)
