"""Plan what an import of a roster would do to a course. Writes nothing. The number of queries is constant."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Cohort, Course, CourseRole, Enrolment
from rosters.reading.people import Person


class Action(models.TextChoices):
    """What the import does with a row."""

    CREATE = "create", gettext_lazy("new account, enrolled")
    ENROL = "enrol", gettext_lazy("enrolled")
    RETURN = "return", gettext_lazy("enrolled again")
    MOVE = "move", gettext_lazy("gets another cohort")
    UNCHANGED = "unchanged", gettext_lazy("is enrolled already")
    LEFT = "left", gettext_lazy("has left by the file: not enrolled")
    STAFF = "staff", gettext_lazy("is no student by the file: not enrolled")
    INVALID = "invalid", gettext_lazy("is not imported")


# What changes something.
WORK = (Action.CREATE, Action.ENROL, Action.RETURN, Action.MOVE)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row and what becomes of it. `remark` is something to look at that hinders nothing."""

    person: Person
    action: Action
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A student of the course who is not in the file, or who has left by it. Withdrawn only if somebody asks for it."""

    enrolment: Enrolment
    has_left: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. `new_cohorts` are the names in the file that the course does not have yet."""

    rows: list[PlannedRow]
    absent: list[Absent]
    new_cohorts: list[str]

    @property
    def counts(self) -> Counter[Action]:
        return Counter(row.action for row in self.rows)

    @property
    def invalid(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.action == Action.INVALID]

    @property
    def valid(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.action != Action.INVALID]

    @property
    def work(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.action in WORK]

    @property
    def fingerprint(self) -> str:
        """A digest of what would happen, by which a later plan is compared with the one that a person has seen."""
        rows = [[row.person.line, row.person.email, row.person.cohort, row.action] for row in self.rows]
        absent = [[one.enrolment.pk, one.has_left] for one in self.absent]
        return hashlib.sha256(json.dumps([rows, absent]).encode()).hexdigest()


def plan(course: Course, people: Sequence[Person], *, cohort: Cohort | None = None) -> Plan:
    """Return what an import of `people` would do. Who has no cohort in the file gets `cohort`."""
    enrolments = {
        row.user_id: row
        for row in Enrolment.objects.filter(course=course).select_related("user", "cohort").order_by("user__email")
    }
    user_of = _find_users(person.email for person in people if not person.problem)
    names: dict[str, list[str]] = {}
    for row in enrolments.values():
        if row.status == Enrolment.Status.ACTIVE:
            names.setdefault(row.user.name, []).append(row.user.email)
    rows = []
    for person in people:
        user_id = user_of.get(person.email)
        action = _action(
            person, user_id, enrolments.get(user_id or 0), person.cohort or (cohort.name if cohort else "")
        )
        namesakes = names.get(person.name, []) if action in (Action.CREATE, Action.ENROL) and person.name else []
        rows.append(PlannedRow(person, action, _remark(namesakes)))
    known = set(course.cohorts.values_list("name", flat=True))
    used = {row.person.cohort for row in rows if row.action in WORK and row.person.cohort}
    return Plan(rows, _find_absent(course, people, enrolments.values()), sorted(used - known))


def _find_users(emails: Iterable[str]) -> dict[str, int]:
    found = User.objects.annotate(address=Lower("email")).filter(address__in=set(emails))
    return dict(found.values_list("address", "pk"))


def _action(person: Person, user_id: int | None, enrolment: Enrolment | None, cohort: str) -> Action:
    if person.problem:
        return Action.INVALID
    if person.is_staff:
        return Action.STAFF
    if person.has_left:
        return Action.LEFT
    if enrolment is None:
        return Action.CREATE if user_id is None else Action.ENROL
    if enrolment.status == Enrolment.Status.WITHDRAWN:
        return Action.RETURN
    is_moved = cohort and (enrolment.cohort is None or enrolment.cohort.name != cohort)
    return Action.MOVE if is_moved else Action.UNCHANGED


def _remark(namesakes: Sequence[str]) -> str:
    if not namesakes:
        return ""
    return _("Somebody of this name is in the course with another address: %(address)s.") % {"address": namesakes[0]}


def _find_absent(course: Course, people: Iterable[Person], enrolments: Iterable[Enrolment]) -> list[Absent]:
    """Return the active students whom the file leaves out or names as gone. Not staff, who may be enrolled to look around."""
    left: dict[str, bool] = {}
    for person in people:
        left[person.email] = person.has_left and left.get(person.email, True)
    staff = set(CourseRole.objects.filter(course=course).values_list("user_id", flat=True))
    return [
        Absent(enrolment, has_left=left.get(enrolment.user.email.lower(), False))
        for enrolment in enrolments
        if enrolment.status == Enrolment.Status.ACTIVE
        and enrolment.user_id not in staff
        and left.get(enrolment.user.email.lower(), True)
    ]
