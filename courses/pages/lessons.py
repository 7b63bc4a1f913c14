"""Show a lesson, and mark it as done."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from common import languages
from common.lookup import or_404
from courses import access, extensions, progress
from courses.lessons.editions import editions_for_reader
from courses.models import Activity
from courses.outline.published import PublishedCourse, get_published
from courses.outline.queries import Outline, OutlineEntry, get_outline
from courses.pages.joining import offers_to_join


@login_required
@require_GET
@offers_to_join
def lesson_detail(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    course_outline = get_outline(enrolment)
    entry = next(
        (
            entry
            for entry in course_outline.entries
            if entry.activity.slug == lesson_slug and entry.activity.kind == Activity.Kind.LESSON
        ),
        None,
    )
    if entry is None:
        raise Http404
    parts = or_404(course.cached(("lesson", entry.activity.pk), lambda: render_parts(course_outline, entry)))
    progress.record_visit(enrolment=enrolment, activity=entry.activity, now=timezone.now())
    return render(
        request,
        "courses/lesson_detail.html",
        {
            "course": enrolment.course,
            "activity": entry.activity,
            "entry": entry,
            "parts": parts,
            "contents": _render_outline(course, course_outline, entry),
        },
    )


@dataclass(frozen=True, slots=True)
class LessonParts:
    """The parts of a lesson's page that are the same for all students. SafeStrings are HTML."""

    breadcrumbs: SafeString
    done_url: str
    head: SafeString
    meta: SafeString
    text: SafeString
    sections: list[SafeString]
    pager: SafeString
    is_last: bool


def render_parts(course_outline: Outline, entry: OutlineEntry) -> LessonParts | None:
    """Render the parts of a lesson's page that all students share. Return None if the lesson has no edition."""
    activity = entry.activity
    edition = editions_for_reader(activity).defer("body").first()
    if edition is None:
        return None
    before, after = course_outline.neighbours(activity)
    context = {
        "course": activity.course,
        "activity": activity,
        "edition": edition,
        "is_translated": edition.language == languages.active(),
        "previous": before,
        "next": after,
    }
    return LessonParts(
        breadcrumbs=render_to_string("courses/_lesson_breadcrumbs.html", context),
        done_url=reverse("courses:lesson-done", args=[activity.course.slug, activity.slug]),
        head=render_to_string("courses/_lesson_head.html", context),
        meta=render_to_string("courses/_lesson_meta.html", context),
        text=render_to_string("courses/_lesson_text.html", context),
        sections=extensions.lesson_sections(activity),
        pager=render_to_string("courses/_lesson_pager.html", context),
        is_last=after is None,
    )


def _render_outline(
    course: PublishedCourse, course_outline: Outline, current: OutlineEntry
) -> list[tuple[str, list[SafeString]]]:
    """Return the outline beside the lesson: [(module heading, [entry as HTML])]."""
    return [
        (
            f"{part.module.number}. {part.module.title}",
            [_render_entry(course, entry, is_here=entry is current) for entry in part.entries],
        )
        for part in course_outline.modules
    ]


def _render_entry(course: PublishedCourse, entry: OutlineEntry, *, is_here: bool) -> SafeString:
    """Return one entry of the outline as HTML. Four variants are cached: done or not, the current lesson or not."""
    return course.cached(
        ("item", entry.activity.pk, entry.is_done, is_here),
        lambda: render_to_string(
            "courses/_side_item.html", {"activity": entry.activity, "is_done": entry.is_done, "is_here": is_here}
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def lesson_done(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Mark the lesson as done and go to the next activity, or undo that and stay."""
    enrolment = access.enrolment_or_404(request.user, slug)
    activity = get_object_or_404(
        access.activities(request.user), course=enrolment.course, slug=lesson_slug, kind=Activity.Kind.LESSON
    )
    if request.method == "GET":
        # If the session ended before the POST, the sign-in page redirects here with a GET.
        return redirect(activity)
    if request.POST.get("done") == "0":
        progress.mark_undone(enrolment=enrolment, activity=activity, now=timezone.now())
        return redirect(activity)
    progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    _, after = get_outline(enrolment).neighbours(activity)
    return redirect(after or enrolment.course)
