"""Tell how much a browser downloads to read a course without a network."""

from django.db.models import Q, Subquery, Sum
from django.db.models.functions import Length

from common import languages
from common.markup import pictures
from courses.models import CourseAsset, LessonEdition
from courses.outline.published import PublishedCourse

# Bytes around the text of a lesson on its page: the outline of the course, the header and the forms.
_AROUND = 32_000


def download_size(course: PublishedCourse) -> int:
    """Return about how many bytes the pages of all lessons in the active language have, with their pictures.

    One query, and none if it is cached.
    """
    return course.cached("download size", lambda: _count(course))


def _count(course: PublishedCourse) -> int:
    shown = Q(*(("name__endswith", f".{ending}") for ending in pictures.KINDS), _connector=Q.OR)
    photos = CourseAsset.objects.filter(shown, course=course.course.pk).order_by().values("course")
    rows = LessonEdition.objects.filter(lesson__activity__in=course.lessons).values_list(
        "lesson", "language", Length("html"), Subquery(photos.annotate(bytes=Sum(Length("content"))).values("bytes"))
    )
    texts: dict[int, int] = {}
    of_photos = 0
    for lesson, language, size, of_all in rows:
        of_photos = of_all or 0
        if lesson not in texts or language == languages.active():
            texts[lesson] = size
    return sum(texts.values()) + len(texts) * _AROUND + of_photos
