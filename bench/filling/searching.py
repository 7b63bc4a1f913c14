"""Copy the bench's course, so that the site has a hundred of its kind, and enrol readers in all of them.

Runs in `manage.py shell` of the product.
"""

import json
import time
import uuid
from typing import Any

from django.db import transaction

from bench.students import COURSE
from courses.models import Activity, Course, Enrolment, GlossaryTerm, Lesson, LessonEdition, Module
from search.indexing import building
from search.models import Grams, Passage

COURSES, READERS = 100, 16
# Korean and Latin words of the course, parts of words, two words, one that nothing has, and a mistyped one.
WORDS = (
    "데이터", "분석", "data", "보고서", "결측", "overfitting", "데이터 수집", "join", "pandas", "그래프", "중앙값", "sql",
    "평균과 중앙값", "상관", "인과", "zzqx", "데이타",
)  # fmt: skip


def main() -> None:
    """Fill, and print as JSON what the bench needs."""
    original = Course.objects.get(slug=COURSE)
    begun = time.monotonic()
    for number in range(1, COURSES):
        with transaction.atomic():
            copy_course(original, f"copy-{number}")
    for course in Course.objects.order_by("pk"):
        building.build(course.pk)
    took = time.monotonic() - begun
    readers = list(
        Enrolment.objects.filter(course=original, user__email__endswith="@bench.invalid").order_by("pk")[:READERS]
    )
    others = list(Course.objects.exclude(pk=original.pk))
    Enrolment.objects.bulk_create(
        Enrolment(user_id=each.user_id, course=course) for each in readers for course in others
    )
    sizes = {"passages": Passage.objects.count(), "grams": Grams.objects.count(), "filled_s": round(took, 1)}
    print(json.dumps({"readers": len(readers), "words": WORDS, **sizes}))


def copy_course(original: Course, slug: str) -> None:
    """Insert a course with the same lessons and terms."""
    course = _copied(original, slug=slug, uuid=uuid.uuid4(), revision=uuid.uuid4())
    modules = {row.pk: _copied(row, course=course) for row in Module.objects.filter(course_id=original.pk)}
    for activity in Activity.objects.filter(course_id=original.pk, kind=Activity.Kind.LESSON):
        lesson = Lesson.objects.get(activity=activity)
        own = _copied(activity, course=course, module=modules[activity.module_id], uuid=uuid.uuid4())
        copied = _copied(lesson, activity=own)
        for edition in LessonEdition.objects.filter(lesson=lesson):
            _copied(edition, lesson=copied)
    for term in GlossaryTerm.objects.filter(course_id=original.pk):
        _copied(term, course=course, activity=None)


def _copied(row: Any, **changes: Any) -> Any:
    """Insert the row again, with changes."""
    fields = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    made = type(row)(**fields)
    for name, value in changes.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    return made
