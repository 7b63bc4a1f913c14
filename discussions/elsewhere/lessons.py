"""The end of each lesson leads to its questions. The script of the section shows them at the paragraphs."""

from collections.abc import Collection

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from courses.models import Activity


def lesson_section(activity: Activity, placed: Collection[str]) -> SafeString:
    """Return the way to the questions of a lesson, the same for everybody."""
    if activity.kind != Activity.Kind.LESSON:
        return SafeString()
    url = reverse("discussions:lesson", args=[activity.course.slug, activity.slug])
    return render_to_string("discussions/_lesson_section.html", {"url": url})
