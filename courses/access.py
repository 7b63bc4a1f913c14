"""Owns who sees which course and lesson. Pages and API look through these; what they miss is a 404."""

from django.db.models import F, QuerySet
from django.http import Http404

from accounts.models import User
from common.database.prepared import Prepared
from courses.models import Activity, Course, Enrolment
from courses.outline.published import get_published


def enrolments(user: User) -> QuerySet[Enrolment]:
    """The person's active enrolments with their published courses, the one seen last first."""
    return (
        Enrolment.objects.for_student(user)
        .select_related("course", "last_activity")
        # Without saying so, "never seen" comes last on SQLite and first on PostgreSQL.
        .order_by(F("last_seen_at").desc(nulls_last=True), "-created_at", "-id")
    )


def enrolment_or_404(user: User, course_slug: str) -> Enrolment:
    """The person's enrolment in one course, with the course as `published` holds it. One query, and a narrow one."""
    rows = _ENROLMENT.instances(user.pk, course_slug)
    if not rows:
        raise Http404
    found = rows[0]
    found.course = get_published(found.course_id, found.revision).course  # type: ignore[attr-defined]
    return found


_ENROLMENT = Prepared(
    lambda user_id, course_slug: (
        Enrolment.objects.active()
        .filter(user_id=user_id, course__slug=course_slug)
        .annotate(revision=F("course__revision"))
    ),
    samples=(-1, "the course"),
)


def activities(user: User) -> QuerySet[Activity]:
    """Everything in the outlines of the person's courses."""
    rows: QuerySet[Activity] = Activity.objects.for_student(user).select_related("course", "module")
    return rows


def open_courses(user: User) -> QuerySet[Course]:
    """Published courses that the person could enrol in by themselves, without or with a code."""
    return (
        Course.objects.filter(is_published=True)
        .exclude(enrolment_mode=Course.EnrolmentMode.ROSTER)
        .exclude(enrolments__in=Enrolment.objects.filter(user=user, status=Enrolment.Status.ACTIVE))
        .order_by("slug")
    )
