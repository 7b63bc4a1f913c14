"""Store an index of each course in each language, in tables that every database has: see docs/decisions/0054."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from courses.models import Activity, Course


class CourseIndex(models.Model):
    """What a reader of one language can find in one course.

    `revision` is the course's when it was read, `digest` that of all passages. The first `title_count` passages are titles and
    terms. `words` are the words that a mistyped one may have meant, one a line.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    language = models.CharField(max_length=2, choices=Language.choices)
    revision = models.UUIDField()
    digest = models.CharField(max_length=64, blank=True)
    title_count = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("index of a course")
        verbose_name_plural = _("indexes of courses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "language"], name="search_courseindex_one_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} ({self.language})"


# Passages of one index are numbered from 0 to below this.
MOST_PASSAGES = 1 << 20


def place_of(index_id: int, number: int) -> int:
    return index_id * MOST_PASSAGES + number


class Passage(models.Model):
    """A title of a lesson, a section of a lesson, or a term of the glossary.

    `text` has a line for each block of the section, so the line's number and `heading` (the id of the heading) make the anchor of
    `courses.lessons.blocks`. Of a title the lines are the title and the objectives, of a term the names and the definition.
    """

    class Kind(models.TextChoices):
        TITLE = "title", _("title")
        TERM = "term", _("term")
        TEXT = "text", _("text")

    index = models.ForeignKey(CourseIndex, models.CASCADE, related_name="passages")
    # The index and the number in one, so that passages of many indexes are read by one list.
    place = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    activity = models.ForeignKey(Activity, models.CASCADE, null=True, related_name="+")
    heading = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2)
    text = models.TextField()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")

    def __str__(self) -> str:
        return self.text[:40]


class Grams(models.Model):
    """In which passages of an index grams stand, for the grams of one bucket.

    `entries` has a line for each gram: the gram, a tab, and a character for each passage (`search.indexing.grams`).
    """

    index = models.ForeignKey(CourseIndex, models.CASCADE, related_name="grams")
    bucket = models.PositiveSmallIntegerField()
    entries = models.TextField()

    class Meta:
        verbose_name = _("grams")
        verbose_name_plural = _("grams")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["index", "bucket"], name="search_grams_bucket_once"),
        ]

    def __str__(self) -> str:
        return f"{self.index_id}/{self.bucket}"
