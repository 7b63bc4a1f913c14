"""Show all lessons of a course on one page, for printing it or saving it as a PDF."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from common import languages
from courses import access, extensions
from courses.lessons.placing import placed_keys, put_into_html
from courses.lessons.printing import Binder
from courses.models import Activity, GlossaryTerm, LessonEdition
from courses.outline.queries import get_outline
from courses.pages.joining import offers_to_join


@dataclass(frozen=True, slots=True)
class PrintedLesson:
    activity: Activity
    edition: LessonEdition
    text: SafeString


@login_required
@require_GET
@offers_to_join
def course_print(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = enrolment.course
    modules = [
        (part.module, [entry.activity for entry in part.entries if entry.activity.kind == Activity.Kind.LESSON])
        for part in get_outline(enrolment).modules
    ]
    editions = _editions([activity.pk for _module, activities in modules for activity in activities])
    _show_questions(editions, [activity for _module, activities in modules for activity in activities])
    binder = Binder(course.slug, [a.slug for _module, activities in modules for a in activities if a.pk in editions])
    printed = [
        (
            module,
            [_print(activity, editions[activity.pk], binder) for activity in activities if activity.pk in editions],
        )
        for module, activities in modules
    ]
    return render(
        request,
        "courses/course_print.html",
        {
            "course": course,
            "modules": [(module, lessons) for module, lessons in printed if lessons],
            "terms": GlossaryTerm.objects.filter(course=course).order_by("term", "key"),
            "today": timezone.localdate(),
        },
    )


def _editions(activity_ids: list[int]) -> dict[int, LessonEdition]:
    """Return the edition of each lesson in the reader's language, or its other one. One query."""
    rows = LessonEdition.objects.filter(lesson__activity__in=activity_ids).select_related("lesson").defer("body")
    found: dict[int, LessonEdition] = {}
    for edition in rows:
        known = found.get(edition.lesson.activity_id)
        if known is None or edition.language == languages.active():
            found[edition.lesson.activity_id] = edition
    return found


def _show_questions(editions: dict[int, LessonEdition], activities: list[Activity]) -> None:
    """Put the questions into the texts that have places for them, as on paper. As many queries for one lesson as for all."""
    asking = [each for each in activities if each.pk in editions and placed_keys(editions[each.pk].html)]
    if not asking:
        return
    for activity_id, questions in extensions.questions_in_texts(asking, "print").items():
        editions[activity_id].html = put_into_html(editions[activity_id].html, questions)


def _print(activity: Activity, edition: LessonEdition, binder: Binder) -> PrintedLesson:
    text = render_to_string("courses/_lesson_text.html", {"activity": activity, "edition": edition})
    return PrintedLesson(activity, edition, binder.bind(text, slug=activity.slug))
