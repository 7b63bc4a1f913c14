"""Write the messages that were kept back while grades were held: results, corrections, grades set by hand.

Each message is written once, and its mail goes once: what was written before is left out by `accounts.messages.sending`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery

from accounts.messages import sending as messages
from accounts.models import Message
from courses import extensions
from courses.models import BY_HAND, Enrolment, GradeChange, GradeItem
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.grading.revisions import NOTICE_KIND, READY_KIND
from reports.one_student.by_hand import SET_KIND

Status = GradeNotice.Status
ACTIVE = Enrolment.Status.ACTIVE


def notify_released(item: GradeItem, now: datetime) -> None:
    """Write the messages of a release, in its transaction.

    A student whose grade a person has set is told of that; each other one of the last attempt, whose page leads to the others,
    and of its correction. The number of queries does not depend on the students, but for one more insert for each few hundred.
    """
    set_by_hand = _notify_of_grades_by_hand(item, now)
    graded = Attempt.objects.filter(
        quiz__activity=item.activity_id, status=Attempt.Status.GRADED, enrolment__status=ACTIVE
    ).exclude(enrolment__in=set_by_hand)
    last = {attempt.enrolment_id: attempt for attempt in graded.select_related("enrolment").order_by("number")}
    known = _find_known(READY_KIND, last.values())
    messages.notify_all(READY_KIND, pairs=[(attempt, attempt.enrolment.user_id) for attempt in last.values()], now=now)
    messages.resume_all(READY_KIND, about=list(last.values()), now=now)
    _notify_of_corrections(known, now)
    extensions.call_release(item, now)


def _notify_of_grades_by_hand(item: GradeItem, now: datetime) -> list[int]:
    """Write to each student about the last grade set by hand. Return the enrolments that have such a grade.

    An entry that takes a grade back is for those only who had a message about that grade.
    """
    entries = GradeChange.objects.filter(item=item, source_number=BY_HAND, enrolment__status=ACTIVE)
    of_student: dict[int, list[GradeChange]] = {}
    for change in entries.select_related("enrolment").order_by("revision"):
        of_student.setdefault(change.enrolment_id, []).append(change)
    known = set(_find_known(SET_KIND, entries))
    concerned = [
        changes[-1]
        for changes in of_student.values()
        if changes[-1].max_points or any(change.pk in known for change in changes)
    ]
    messages.notify_all(SET_KIND, pairs=[(change, change.enrolment.user_id) for change in concerned], now=now)
    messages.resume_all(SET_KIND, about=concerned, now=now)
    return [change.enrolment_id for change in concerned if change.max_points]


def _find_known(kind: str, rows: Iterable[Attempt | GradeChange]) -> list[int]:
    """Return the ids of those attempts or entries of which a message of this kind was written before."""
    known = Message.objects.filter(kind=kind, about__in=[str(row.pk) for row in rows]).values_list("about", flat=True)
    return [int(about) for about in known]


def _notify_of_corrections(attempts: Sequence[int], now: datetime) -> None:
    """Write about the newest grade of each attempt if it is a correction whose mail was skipped."""
    newest = AttemptGrade.objects.filter(attempt=OuterRef("attempt")).order_by("-revision").values("pk")[:1]
    notices = GradeNotice.objects.filter(attempt__in=attempts, grade=Subquery(newest)).exclude(status=Status.SENT)
    # Another program may be sending one of them: only what was skipped is sent again.
    notices.filter(status=Status.SKIPPED).update(status=Status.QUEUED, send_attempts=0, error="")
    notices = notices.select_related("attempt__enrolment")
    messages.notify_all(NOTICE_KIND, pairs=[(notice, notice.attempt.enrolment.user_id) for notice in notices], now=now)
