"""Link to the questions of a lesson at its end. The script of that section shows them at the paragraphs."""

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from discussions import reading
from discussions.models import Post
from notes import placing


def lesson_section(activity: Activity, placed: Collection[str]) -> SafeString:
    """Return the way to the questions of a lesson, the same for everybody."""
    if activity.kind != Activity.Kind.LESSON:
        return SafeString()
    url = reverse("discussions:lesson", args=[activity.course.slug, activity.slug])
    return render_to_string("discussions/_lesson_section.html", {"url": url})


def lesson_marks(user: User, enrolment: Enrolment, activity: Activity) -> list[dict[str, Any]]:
    """Return how many questions there are at which block, and how many are open. A query, and one if the text is not cached."""
    text = placing.read_text(get_published(enrolment.course_id, enrolment.course.revision), activity)
    counts: dict[str, list[int]] = {}
    for each in reading.placed_questions(reading.LessonReader(user, enrolment, activity, text)):
        count = counts.setdefault(each.place.anchor, [0, 0])
        count[0] += 1
        count[1] += not each.post.is_answered
    return [{"anchor": anchor, "count": count, "open": still_open} for anchor, (count, still_open) in counts.items()]


def marked_rows(lesson_slug: str) -> QuerySet[Any]:
    """Return the questions at a lesson of the course of the enrolment OuterRef("pk"), with those that are hidden."""
    return Post.objects.questions().filter(activity__course=OuterRef("course"), activity__slug=lesson_slug)
