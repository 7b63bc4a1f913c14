"""What lessons have of notes: the way to them at the end, and what the script marks in the text."""

from collections.abc import Collection
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from notes import placing


def lesson_section(activity: Activity, placed: Collection[str]) -> SafeString:
    """Return what stands at the end of each lesson, the same for everybody: the way to the notes. The script shows them there."""
    if activity.kind != Activity.Kind.LESSON:
        return SafeString()
    url = reverse("notes:lesson", args=[activity.course.slug, activity.slug])
    return render_to_string("notes/_lesson_section.html", {"url": url})


def lesson_marks(user: User, enrolment: Enrolment, activity: Activity) -> list[dict[str, Any]]:
    """Return a student's notes of a lesson with their places. One query, one more if the text is not cached."""
    text = placing.read_text(get_published(enrolment.course_id, enrolment.course.revision), activity)
    rows = enrolment.notes.filter(activity=activity, deleted_at=None).order_by("pk")
    return [
        {
            "uuid": str(note.uuid),
            "anchor": place.anchor,
            "exact": place.is_exact,
            "quote": note.quote,
            "prefix": note.prefix,
            "body": note.body,
        }
        for note in rows
        for place in [placing.find_place(note, text)]
    ]
