"""Enrol students in a course (without a code, with a code or by the roster), invite and withdraw them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.messages import sending
from accounts.models import User
from common.errors import DomainError
from common.limits import Limit, check_code
from courses.models import Course, Enrolment

# Wrong codes for one course from one network address, where many accounts may guess together.
_WRONG_FROM_ADDRESS = Limit("enrolment-code-address", "100/h/key")


# The kind of message: see `courses.message_kinds.course_invitation`.
INVITATION_KIND = "course-invitation"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person is told that they are in a course. On one day nobody is told twice."""

    enrolment: Enrolment
    at: datetime

    @property
    def reference(self) -> str:
        return f"{self.enrolment.pk}-{self.at:%Y%m%d}"


class WrongCode(DomainError):
    slug = "wrong-enrolment-code"
    help = gettext_lazy("This is not the enrolment code of the course.")


class EnrolmentClosed(DomainError):
    slug = "enrolment-closed"
    status = 403
    help = gettext_lazy("The course takes students by its roster only.")


def find_course_by_code(code: str) -> Course | None:
    """Return the published course with the enrolment code `code`, or None. Each comparison takes constant time."""
    code = code.strip()
    courses = Course.objects.filter(is_published=True, enrolment_mode=Course.EnrolmentMode.CODE)
    return next((c for c in courses if code and secrets.compare_digest(c.enrolment_code.encode(), code.encode())), None)


def is_code(code: str) -> bool:
    """Return whether a published course has the enrolment code `code`. Sign-up calls it if the site requires a code."""
    return find_course_by_code(code) is not None


def enrol_by_code(user: User, code: str) -> None:
    """Enrol a new user in the course with the enrolment code `code`. Do nothing if no course has it any longer."""
    course = find_course_by_code(code)
    if course:
        enrol(user=user, course=course, source=Enrolment.Source.CODE, code=code)


def enrol(*, user: User, course: Course, source: Enrolment.Source, code: str = "", address: str = "") -> Enrolment:
    """Enrol `user` in `course`, or reactivate a withdrawn enrolment with its progress and grades. Idempotent.

    `address` is the network address of the request that sent the code. Raises EnrolmentClosed if students cannot enrol
    themselves in this course, WrongCode if the code is wrong, and TooManyCodes after too many of them. Nothing of this is
    checked for the source ROSTER.
    """
    if source != Enrolment.Source.ROSTER:
        if not course.is_published or course.enrolment_mode == Course.EnrolmentMode.ROSTER:
            raise EnrolmentClosed(_("This course takes students by its roster only. Ask your instructor."))
        if course.enrolment_mode == Course.EnrolmentMode.CODE:
            refusal = WrongCode(_("This is not the course's enrolment code."))
            limits = [(_WRONG_FROM_ADDRESS, f"{course.pk}:{address}")] if address else []
            check_code(code, course.enrolment_code, f"course:{course.pk}:{user.pk}", refusal, limits)
            source = Enrolment.Source.CODE
    with transaction.atomic():
        enrolment, created = Enrolment.objects.get_or_create(user=user, course=course, defaults={"source": source})
        if not created and enrolment.status == Enrolment.Status.WITHDRAWN:
            enrolment.status = Enrolment.Status.ACTIVE
            enrolment.source = source
            enrolment.save(update_fields=["status", "source"])
    return enrolment


def withdraw(*, enrolment: Enrolment) -> None:
    """Withdraw a student from a course. Progress, attempts and grades are kept."""
    enrolment.status = Enrolment.Status.WITHDRAWN
    enrolment.save(update_fields=["status"])


def invite(*, enrolment: Enrolment, now: datetime) -> None:
    """Write a message that says how to get into the course. The mail also leads to choosing a password, if there is none."""
    sending.notify(INVITATION_KIND, about=Invitation(enrolment, now), now=now)
