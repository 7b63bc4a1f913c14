"""Find the courses and activities that a student may see. Views respond with 404 to everything else."""

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.people import search
from common.database.prepared import Prepared
from courses.models import Activity, Course, Enrolment
from courses.outline.published import get_published

# Prepared statement: the active enrolment of a user in a published course, with the course's revision.
_ENROLMENT_IN_COURSE = Prepared(
    lambda user_id, course_slug: (
        Enrolment.objects.active()
        .filter(user_id=user_id, course__slug=course_slug)
        .annotate(revision=F("course__revision"))
    ),
    samples=(-1, "the course"),
)


# Courses that were never visited come after all others.
LAST_VISITED_FIRST = ("-last_seen_at", "-created_at", "-id")


def enrolments(user: User) -> QuerySet[Enrolment]:
    """Return the active enrolments of `user` in published courses, with their courses. The last visited course comes first."""
    return (
        Enrolment.objects.for_student(user)
        .select_related("course", "last_activity")
        # Without `nulls_last`, courses never visited come last on SQLite and first on PostgreSQL.
        .order_by(F("last_seen_at").desc(nulls_last=True), *LAST_VISITED_FIRST[1:])
    )


def enrolment_or_404(user: User, course_slug: str) -> Enrolment:
    """Return the active enrolment of `user` in a published course. Raises Http404 if there is none.

    Its course comes from the cache of `courses.outline.published`. One query if it is cached, else two or three.
    """
    return first_or_404(_ENROLMENT_IN_COURSE.instances(user.pk, course_slug))


def first_or_404(rows: Sequence[Enrolment]) -> Enrolment:
    """Return the first enrolment, with its course from the cache. Each must have the course's `revision`. Raises Http404."""
    if not rows:
        raise Http404
    found = rows[0]
    found.course = get_published(found.course_id, found.revision).course  # type: ignore[attr-defined]
    return found


def activities(user: User) -> QuerySet[Activity]:
    """Return the activities that `user` may see, of all their courses, with course and module."""
    rows: QuerySet[Activity] = Activity.objects.for_student(user).select_related("course", "module")
    return rows


def open_courses(user: User) -> QuerySet[Course]:
    """Return the published courses in which `user` is not enrolled and can enrol without staff, with or without a code."""
    return (
        Course.objects.filter(is_published=True)
        .exclude(enrolment_mode=Course.EnrolmentMode.ROSTER)
        .exclude(enrolments__in=Enrolment.objects.filter(user=user, status=Enrolment.Status.ACTIVE))
        .order_by("slug")
    )


def find_open_course(user: User, course_slug: str) -> Course | None:
    """Return the course if `user` is not enrolled in it and can enrol without staff, else None. One query."""
    return open_courses(user).filter(slug=course_slug).first()


# The order of the students of a course, for people and for cursors.
BY_NAME = ("user__name__by_code_point", "user__email", "pk")


def students(course: Course, wanted: str = "") -> QuerySet[Enrolment]:
    """Return the active enrolments in a course with their students, by name. `wanted` is a part of a name or address."""
    found = (
        Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE)
        .select_related("user", "last_activity", "cohort")
        .order_by(*BY_NAME)
    )
    wanted = wanted.replace("\0", "").strip()
    return found.filter(search.contains(wanted, "user")) if wanted else found
