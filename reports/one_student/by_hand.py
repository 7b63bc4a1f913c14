"""Set a student's grade of an item by hand, and take it back: entries of the ledger, which the student is told of."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.messages import sending as messages
from accounts.models import User
from common.errors import DomainError
from courses.models import BY_HAND, Enrolment, GradeChange, GradeItem

# To the student: see `reports.message_kinds.grade_set`.
SET_KIND = "grade-set"


class GradeOvertaken(DomainError):
    slug = "grade-overtaken"
    status = 409
    help = gettext_lazy("Somebody has changed this grade after it was read. Look at it again.")


class NothingToTakeBack(DomainError):
    slug = "nothing-to-take-back"
    status = 409
    help = gettext_lazy("Nobody has set this grade by hand, or it was taken back already.")


def source_by_hand(item: GradeItem, enrolment: Enrolment) -> UUID:
    """Return the source of the entries that people make for a student and an item."""
    return uuid5(enrolment.uuid, str(item.activity.uuid))


def set_grade(
    *,
    item: GradeItem,
    enrolment: Enrolment,
    points: Decimal,
    max_points: Decimal,
    note: str,
    seen: int,
    actor: User,
    now: datetime,
) -> GradeChange:
    """Set a student's grade of an item. It counts until it is taken back, whatever is graded later; the student is told.

    `seen` is the number of entries by hand that the actor saw. Raises GradeOvertaken if there is another one by now, unless it
    is the same one by the same person, who has pressed twice. With `max_points` 0 the grade is taken back: see
    `take_back`.
    """
    with transaction.atomic():
        # Two people set the grades of one student one after the other.
        Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        source = source_by_hand(item, enrolment)
        earlier = list(GradeChange.objects.filter(source=source).order_by("revision"))
        last = earlier[-1] if earlier else None
        given = (points, max_points, note, actor.pk)
        if last and len(earlier) == seen + 1 and (last.points, last.max_points, last.note, last.actor_id) == given:
            return last
        if len(earlier) != seen:
            raise GradeOvertaken(_("Somebody has changed this grade in the meantime. Look at it again."))
        if not max_points and (last is None or not last.max_points):
            raise NothingToTakeBack(_("No grade is set by hand: the attempts count already."))
        change = GradeChange.objects.create(
            item=item,
            enrolment=enrolment,
            source=source,
            source_number=BY_HAND,
            revision=seen + 1,
            points=points,
            max_points=max_points,
            reason=GradeChange.Reason.SET if max_points else GradeChange.Reason.TAKEN_BACK,
            actor=actor,
            at=now,
            note=note,
        )
        messages.notify(SET_KIND, about=change, now=now)
    return change


def take_back(
    *, item: GradeItem, enrolment: Enrolment, note: str, seen: int, actor: User, now: datetime
) -> GradeChange:
    """Let the attempts count again. An entry of its own: the ledger keeps the others.

    Raises GradeOvertaken, and NothingToTakeBack if they count already.
    """
    zero = Decimal(0)
    return set_grade(
        item=item, enrolment=enrolment, points=zero, max_points=zero, note=note, seen=seen, actor=actor, now=now
    )
