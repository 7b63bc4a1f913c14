"""Build the search's index of every course again, or say which ones are not what they should be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.models import Course
from search.indexing import building
from search.models import CourseIndex


class Command(BaseCommand):
    help = "Build the search's index of every course again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare the indexes with the courses")
        parser.add_argument("--changed", action="store_true", help="only the courses that have changed since")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self.check_all()
        courses = building.find_changed() if options["changed"] else Course.objects.order_by("pk")
        for course in list(courses.only("pk", "slug")):
            written = building.build(course.pk, is_forced=not options["changed"])
            self.stdout.write(f"{course.slug}: {written}")
        return None

    def check_all(self) -> None:
        wrong = [
            f"{index.course.slug} ({index.language})"
            for index in CourseIndex.objects.select_related("course").order_by("course__slug", "language")
            if not building.is_current(index)
        ]
        missing = [course.slug for course in building.find_changed()]
        if wrong or missing:
            raise CommandError(f"Wrong: {', '.join(wrong) or '-'}. Waiting: {', '.join(missing) or '-'}.")
        self.stdout.write(f"{CourseIndex.objects.count()} indexes are what they should be.")
