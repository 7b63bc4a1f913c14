"""Render the texts of all courses again, for example after an update of the product that renders them differently."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.lessons import rendering
from courses.models import Course


class Command(BaseCommand):
    help = "Render the texts of all courses again. Only those that come out differently are written."

    def handle(self, *args: Any, **options: Any) -> None:
        for course in Course.objects.order_by("slug"):
            changed = rendering.render_course(course)
            self.stdout.write(f"{course.slug}: {changed}")
