"""Measure what staff start in a large course: a release of grades, and each file with grades. Runs in `manage.py shell`.

The course is that of `bench.admin_pages.filling`. What is measured is what the request of a release, and the worker, call.
"""

import json
import time
from collections.abc import Callable

from django.utils import timezone

from accounts.models import Message, User
from bench.students import COURSE
from courses.models import Course, CourseRole, GradeItem
from reports import exporting
from reports.models import Export
from reports.release import holding


def main() -> None:
    """Print {"release_s": seconds, "told": messages that it wrote, "exports_s": {kind and format: seconds}}."""
    course = Course.objects.get(slug=COURSE)
    item = GradeItem.objects.filter(activity__course=course, changes__isnull=False).distinct().order_by("pk")[0]
    holding.hold(item=item, release_at=None, is_confirmed=True, now=timezone.now())
    before = Message.objects.count()
    release = _seconds(lambda: holding.release(item=item, now=timezone.now()))
    told = Message.objects.count() - before
    actor = CourseRole.objects.filter(course=course).order_by("pk")[0].user
    exports = {
        f"{kind} {format}": _export(course, kind, format, actor)
        for kind in Export.Kind.values
        for format in Export.Format.values
    }
    print(json.dumps({"release_s": release, "told": told, "exports_s": exports}))


def _export(course: Course, kind: str, format: str, actor: User) -> float:
    now = timezone.now()
    export = Export.objects.create(
        course=course, kind=kind, format=format, language="ko", created_by=actor, created_at=now
    )
    seconds = _seconds(lambda: exporting.run(export_id=export.pk, now=now))
    export.refresh_from_db(fields=["status"])
    if export.status != Export.Status.MADE:
        raise ValueError(f"The export {kind} {format} is {export.status}.")
    export.delete()
    return seconds


def _seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return round(time.perf_counter() - before, 2)
