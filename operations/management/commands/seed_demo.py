"""`manage.py seed_demo`: create the accounts of the demo. `./run` prints them. They are never created in production."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from courses import enrolment
from courses.models import Course, CourseRole, Enrolment

PASSWORD = "week2-demo"  # noqa: S105 (public on purpose; the accounts exist only where settings.DEMO is true)
COURSE = "data-analytics-week-2"


class Command(BaseCommand):
    help = "Create the demo's student and instructor, enrol the student and present the course. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("The demo is off here: it exists in the embedded mode, or with BAEUM_DEMO=1."))
        course = Course.objects.filter(slug=COURSE).first()
        if course is None:
            raise CommandError(
                _("There is no course for the demo yet: ./run manage import_course %(folder)s")
                % {"folder": f"content/{COURSE}"}
            )
        student = self._person("student@example.com", "Haneul Kim")
        instructor = self._person("instructor@example.com", "Seojun Lee", is_staff=True)
        enrolment.enrol(user=student, course=course, source=Enrolment.Source.ROSTER)
        _role, is_new = CourseRole.objects.get_or_create(
            course=course, user=instructor, defaults={"role": CourseRole.Role.INSTRUCTOR}
        )
        if is_new:
            # Only once: somebody who tries the demo may take the course off the front page.
            Course.objects.filter(pk=course.pk).update(is_presented=True)

    def _person(self, email: str, name: str, **fields: Any) -> User:
        known = User.objects.filter(email=email).first()
        return known or User.objects.create_user(email, PASSWORD, name=name, **fields)
