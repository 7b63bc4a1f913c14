"""Show a lesson, store where its reader stopped, and mark it as done."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from common import languages
from common.errors import DomainError
from common.lookup import or_404
from courses import access, extensions, progress
from courses.lessons import reading
from courses.lessons.blocks import Block, find_headings, read_blocks
from courses.lessons.editions import editions_for_reader
from courses.lessons.placing import placed_keys, put_into_html
from courses.lessons.results import get_outline_with_grades
from courses.models import Activity
from courses.outline.published import Parts, PublishedCourse, get_published
from courses.outline.queries import Outline, OutlineEntry
from courses.pages.joining import offers_to_join

# A browser may keep a page with this header to be read offline.
READABLE_OFFLINE = "X-Lesson"
# The header X-Purpose, with which the worker loads lessons that nobody looks at yet.
_PURPOSE = "HTTP_X_PURPOSE"


@login_required
@require_GET
@offers_to_join
def lesson_detail(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    return render_lesson(request, slug, lesson_slug)


def render_lesson(
    request: AuthenticatedRequest,
    slug: str,
    lesson_slug: str,
    *,
    answered: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a lesson. `answered` replaces the questions in its text, by key."""
    enrolment, position = reading.reader_or_404(request.user, slug, lesson_slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    course_outline, _grades = get_outline_with_grades(enrolment)
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
    if _PURPOSE not in request.META:
        progress.record_visit(enrolment=enrolment, activity=entry.activity, now=timezone.now())
    # Where somebody stopped reading is of no use to somebody who answers.
    place = None if answered else reading.find_place(parts.blocks, position, entry.done_at)
    response = render(
        request,
        "courses/lesson_detail.html",
        {
            "course": enrolment.course,
            "activity": entry.activity,
            "entry": entry,
            "parts": parts,
            "has_marks": enrolment.has_marks,  # type: ignore[attr-defined]  # an annotation
            "text": _put_answered(parts, answered) if answered else _text_with_places(request, parts, place),
            "place": place,
            "place_id": reading.PLACE,
            "contents": _render_outline(course, course_outline, entry),
        },
        status=status,
    )
    if not answered:
        response.headers[READABLE_OFFLINE] = "1"
    return response


def _put_answered(parts: "LessonParts", answered: Mapping[str, str]) -> SafeString:
    text = parts.text
    for key, question in answered.items():
        if key in parts.questions:
            text = SafeString(text.replace(parts.questions[key], question))
    return text


@dataclass(frozen=True, slots=True)
class LessonParts:
    """The parts of a lesson's page that are the same for all students. SafeStrings are HTML.

    `blocks` are those of the text by their anchors; their places are counted from `text_start` in `text`. `questions` are those
    in the text, by key.
    """

    breadcrumbs: SafeString
    done_url: str
    attributes: SafeString
    head: SafeString
    meta: SafeString
    contents: SafeString
    text: SafeString
    text_start: int
    blocks: dict[str, Block]
    questions: dict[str, str]
    sections: list[SafeString]
    pager: SafeString
    is_last: bool


def _text_with_places(request: AuthenticatedRequest, parts: LessonParts, place: Block | None) -> SafeString:
    """Return the text with the place where the student stopped, and the one that the address asks for."""
    places = {reading.PLACE: parts.text_start + place.start} if place else {}
    if request.META["QUERY_STRING"] and (asked := reading.find_asked_for(parts.blocks, request.GET.get("at", ""))):
        places[reading.ASKED_FOR] = parts.text_start + asked.start
    return reading.mark_places(parts.text, places) if places else parts.text


def render_parts(course_outline: Outline, entry: OutlineEntry) -> LessonParts | None:
    """Render the parts of a lesson's page that all students share. Return None if the lesson has no edition."""
    activity = entry.activity
    edition = editions_for_reader(activity).defer("body").first()
    if edition is None:
        return None
    before, after = course_outline.neighbours(activity)
    keys = placed_keys(edition.html)
    known = extensions.questions_in_texts([activity], "page")[activity.pk] if keys else {}
    questions = {key: known[key] for key in keys if key in known}
    edition.html = put_into_html(edition.html, questions)
    blocks = read_blocks(edition.html)
    context = {
        "course": activity.course,
        "activity": activity,
        "edition": edition,
        "is_translated": edition.language == languages.active(),
        "previous": before,
        "next": after,
        "headings": find_headings(blocks),
    }
    text = render_to_string("courses/_lesson_text.html", context)
    return LessonParts(
        breadcrumbs=render_to_string("courses/_lesson_breadcrumbs.html", context),
        done_url=reverse("courses:lesson-done", args=[activity.course.slug, activity.slug]),
        attributes=render_to_string("courses/_lesson_attributes.html", context),
        head=render_to_string("courses/_lesson_head.html", context),
        meta=render_to_string("courses/_lesson_meta.html", context),
        contents=render_to_string("courses/_lesson_contents.html", context),
        text=text,
        text_start=text.index(edition.html),
        blocks={block.anchor: block for block in blocks},
        questions=questions,
        sections=extensions.lesson_sections(activity, questions),
        pager=render_to_string("courses/_lesson_pager.html", context),
        is_last=after is None,
    )


def _render_outline(
    course: PublishedCourse, course_outline: Outline, current: OutlineEntry
) -> list[tuple[str, SafeString]]:
    """Return the outline beside the lesson: [(module heading, its entries as HTML)]."""
    parts = course.in_language()
    return [
        (
            parts.cached(("heading", part.module.id), part.module.__str__),
            SafeString("".join([_render_entry(parts, entry, is_here=entry is current) for entry in part.entries])),
        )
        for part in course_outline.modules
    ]


def _render_entry(parts: Parts, entry: OutlineEntry, *, is_here: bool) -> SafeString:
    """Return one entry of the outline as HTML. Its variants are cached: done, tried or neither, the current lesson or not."""
    return parts.cached(
        ("item", entry.activity.id, entry.done_at is not None, entry.is_tried, is_here),
        lambda: render_to_string("courses/_side_item.html", {"entry": entry, "is_here": is_here}),
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
    outline, _grades = get_outline_with_grades(enrolment)
    # The page of a course that is finished congratulates, too.
    is_finished = outline.next_to_do() is None
    _before, after = (None, None) if is_finished else outline.neighbours(activity)
    if not is_finished and (completed := outline.find_completed_by(activity)):
        text = _("You have completed the module “%(title)s”. Well done!")
        messages.success(request, text % {"title": completed.module.title})
    return redirect(after or enrolment.course)


@login_required
@require_POST
def lesson_position(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Store where the reader stopped. The page's script sends it when reading pauses."""
    enrolment = access.enrolment_or_404(request.user, slug)
    activity = or_404(get_published(enrolment.course_id, enrolment.course.revision).find_lesson(lesson_slug))
    anchor = request.POST.get("anchor", "")
    try:
        reading.record_position(enrolment=enrolment, activity=activity, anchor=anchor, now=timezone.now())
    except DomainError as refused:
        return HttpResponse(refused.message, status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@login_required
@never_cache
@require_safe
def lesson_marks(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Answer the scripts of a lesson's page with what stands at which block. They ask once for all of it."""
    enrolment = access.enrolment_or_404(request.user, slug)
    activity = or_404(get_published(enrolment.course_id, enrolment.course.revision).find_lesson(lesson_slug))
    return JsonResponse(extensions.lesson_marks(request.user, enrolment, activity))
