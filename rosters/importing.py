"""Carry out a planned roster in small transactions, and take an import back.

Each step notes what it has changed (`Change`), in the same transaction, so that an import that was interrupted can be continued
and undone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.db import models

from accounts.messages.models import Message
from accounts.models import User
from courses import enrolment, extensions
from courses.models import Cohort, Course, Enrolment
from rosters.planning import PlannedRow


class Change(TypedDict):
    """One change of an import.

    `kind` is enrolled, returned, moved, withdrawn, or cohort (a new one). `account` is the id of an account that was made for it.
    `before` and `cohort` are the ids of the cohort before and after. Ids are None where there is none.
    """

    kind: str
    enrolment: int | None
    account: int | None
    before: int | None
    cohort: int | None


def get_cohorts(course: Course, names: Iterable[str]) -> tuple[dict[str, Cohort], list[Change]]:
    """Return {name: cohort} of the course, and make those of `names` that are missing."""
    known = {cohort.name: cohort for cohort in course.cohorts.all()}
    changes = []
    for name in sorted(set(names) - known.keys()):
        known[name] = Cohort.objects.create(course=course, name=name)
        changes.append(Change(kind="cohort", enrolment=None, account=None, before=None, cohort=known[name].pk))
    return known, changes


def enrol(
    course: Course,
    rows: Sequence[PlannedRow],
    *,
    cohorts: dict[str, Cohort],
    default: Cohort | None,
    invites: bool,
    now: datetime,
) -> list[Change]:
    """Enrol the people of `rows`, make accounts for those who have none, and put them into their cohorts.

    Who was in the course already is told of dates that are others in the new cohort.
    """
    users = {user.email.lower(): user for user in User.objects.filter(email__in=[row.person.email for row in rows])}
    there = {row.user_id: row for row in Enrolment.objects.filter(course=course, user__in=users.values())}
    changes = []
    with extensions.moving(course.pk, [row.pk for row in there.values()], now):
        for row in rows:
            person = row.person
            user = users.get(person.email)
            known = there.get(user.pk) if user else None
            # A new account has no password. The student sets one with the link of the invitation, or with “forgot your password”.
            person_in = user or User.objects.create_user(person.email, None, name=person.name, language=person.language)
            enrolled = enrolment.enrol(user=person_in, course=course, source=Enrolment.Source.ROSTER)
            cohort = cohorts.get(person.cohort) or default
            if cohort is not None and enrolled.cohort_id != cohort.pk:
                enrolled.cohort = cohort
                enrolled.save(update_fields=["cohort"])
            was_active = known is not None and known.status == Enrolment.Status.ACTIVE
            if invites and not was_active:
                enrolment.invite(enrolment=enrolled, now=now)
            changes.append(
                Change(
                    kind="moved" if was_active else "returned" if known else "enrolled",
                    enrolment=enrolled.pk,
                    account=None if user else person_in.pk,
                    before=known.cohort_id if known else None,
                    cohort=enrolled.cohort_id,
                )
            )
    return changes


def withdraw(course: Course, ids: Iterable[int]) -> list[Change]:
    """Withdraw the active students with these enrolments."""
    found = Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE, pk__in=ids)
    changes = []
    for row in found:
        enrolment.withdraw(enrolment=row)
        changes.append(
            Change(kind="withdrawn", enrolment=row.pk, account=None, before=row.cohort_id, cohort=row.cohort_id)
        )
    return changes


# --- Undo ------------------------------------------------------------------------------------------------------------


def undo(course: Course, changes: Sequence[Change], *, now: datetime) -> None:
    """Take changes back, as far as nothing has been built on them.

    Who has worked in the course meanwhile is withdrawn and keeps everything; whose cohort was changed again keeps the new one.
    An account that was made by the import and never used is deleted.
    """
    rows = Enrolment.objects.filter(course=course, pk__in=[change["enrolment"] or 0 for change in changes])
    by_id = {row.pk: row for row in rows.select_related("user")}
    used = _used(Enrolment, by_id)
    with extensions.moving(course.pk, by_id, now):
        for change in changes:
            found = by_id.get(change["enrolment"] or 0)
            if found is not None:
                _undo_one(change, found, is_used=found.pk in used or found.last_seen_at is not None)
    _delete_unused_accounts([change["account"] for change in changes if change["account"]])
    for cohort in Cohort.objects.filter(
        course=course, pk__in=[c["cohort"] or 0 for c in changes if c["kind"] == "cohort"]
    ):
        if not _used(Cohort, [cohort.pk]):
            cohort.delete()


def _undo_one(change: Change, found: Enrolment, *, is_used: bool) -> None:
    if change["kind"] == "enrolled" and not is_used:
        found.delete()
        return
    if change["kind"] in ("enrolled", "returned"):
        found.status = Enrolment.Status.WITHDRAWN
    elif change["kind"] == "withdrawn":
        found.status = Enrolment.Status.ACTIVE
    if found.cohort_id == change["cohort"]:
        found.cohort = Cohort.objects.filter(course=found.course_id, pk=change["before"] or 0).first()
    found.save(update_fields=["status", "cohort"])


def _delete_unused_accounts(ids: Sequence[int]) -> None:
    """Delete accounts that nobody has signed in to, and to which nothing belongs but messages."""
    used = _used(User, ids, without=(Message,))
    for user in User.objects.filter(pk__in=ids, last_login=None, is_staff=False).exclude(pk__in=used):
        if not user.has_usable_password():
            user.delete()


def _used(model: type[models.Model], ids: Iterable[int], without: tuple[type[models.Model], ...] = ()) -> set[int]:
    """Return those of `ids` that rows of other tables refer to. One query for each table that may refer to them."""
    ids = list(ids)
    used: set[int] = set()
    for relation in model._meta.related_objects:
        other: Any = relation.related_model
        if isinstance(other, str) or other in without:
            continue
        name = relation.field.name
        used |= set(other._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return used
