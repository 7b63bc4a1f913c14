"""Owns how somebody comes into a course and out of it: open, by code, or by the roster."""

import secrets

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from courses.models import Course, Enrolment


class WrongCode(DomainError):
    slug = "wrong-enrolment-code"
    help = gettext_lazy("This is not the enrolment code of the course.")


class EnrolmentClosed(DomainError):
    slug = "enrolment-closed"
    status = 403
    help = gettext_lazy("The course takes students by its roster only.")


def course_by_code(code: str) -> Course | None:
    """The published course that `code` opens, None for a code that opens nothing."""
    code = code.strip()
    courses = Course.objects.filter(is_published=True, enrolment_mode=Course.EnrolmentMode.CODE)
    return next((c for c in courses if code and secrets.compare_digest(c.enrolment_code.encode(), code.encode())), None)


def is_code(code: str) -> bool:
    """Whether `code` opens a course; sign-up asks for that where it wants a code."""
    return course_by_code(code) is not None


def enrol_by_code(user: User, code: str) -> None:
    """Enrol a newcomer in the course that `code` opens; a code that was changed meanwhile opens none."""
    course = course_by_code(code)
    if course:
        enrol(user=user, course=course, source=Enrolment.Source.CODE, code=code)


def enrol(*, user: User, course: Course, source: Enrolment.Source, code: str = "") -> Enrolment:
    """Enrol `user`, or take a withdrawn enrolment up again with all that was done in it. Twice changes nothing.

    Raises WrongCode, and EnrolmentClosed where the course does not take people this way.
    """
    if source != Enrolment.Source.ROSTER:
        if not course.is_published or course.enrolment_mode == Course.EnrolmentMode.ROSTER:
            raise EnrolmentClosed(_("This course takes students by its roster only. Ask your instructor."))
        if course.enrolment_mode == Course.EnrolmentMode.CODE:
            if not secrets.compare_digest(course.enrolment_code.encode(), code.strip().encode()):
                raise WrongCode(_("This is not the course's enrolment code."))
            source = Enrolment.Source.CODE
    with transaction.atomic():
        enrolment, created = Enrolment.objects.get_or_create(user=user, course=course, defaults={"source": source})
        if not created and enrolment.status == Enrolment.Status.WITHDRAWN:
            enrolment.status = Enrolment.Status.ACTIVE
            enrolment.source = source
            enrolment.save(update_fields=["status", "source"])
    return enrolment


def withdraw(*, enrolment: Enrolment) -> None:
    """Take somebody out of a course; progress, attempts and grades stay for when they come back."""
    Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.WITHDRAWN)
