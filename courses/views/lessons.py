"""Pages: a lesson, and marking it done."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import AuthenticatedRequest
from common import languages
from courses import access, extensions, progress
from courses.editions import editions_for_reader
from courses.models import Activity
from courses.outline import outline


@login_required
@require_GET
def lesson_detail(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    enrolment = get_object_or_404(access.enrolment(request.user, slug))
    course_outline = outline(enrolment)
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
    edition = editions_for_reader(entry.activity).defer("body").first()
    if edition is None:
        raise Http404
    progress.record_visit(enrolment=enrolment, activity=entry.activity, now=timezone.now())
    before, after = course_outline.neighbours(entry.activity)
    return render(
        request,
        "courses/lesson_detail.html",
        {
            "course": enrolment.course,
            "enrolment": enrolment,
            "outline": course_outline,
            "activity": entry.activity,
            "entry": entry,
            "edition": edition,
            "is_translated": edition.language == languages.active(),
            "previous": before,
            "next": after,
            "sections": extensions.lesson_sections(request, entry.activity),
        },
    )


@login_required
@require_POST
def lesson_done(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Mark the lesson done and go on to the next, or take that back and stay."""
    enrolment = get_object_or_404(access.enrolment(request.user, slug))
    activity = get_object_or_404(
        access.activities(request.user), course=enrolment.course, slug=lesson_slug, kind=Activity.Kind.LESSON
    )
    if request.POST.get("done") == "0":
        progress.mark_undone(enrolment=enrolment, activity=activity, now=timezone.now())
        return redirect(activity)
    progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    _, after = outline(enrolment).neighbours(activity)
    return redirect(after or enrolment.course)
