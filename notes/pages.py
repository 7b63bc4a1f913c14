"""Show a person's notes: beside a lesson, and all of them; write, change, delete, take back and download them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.lookup import or_404, uuid_text
from courses import access
from courses.lessons.reading import get_place_url
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from notes import exports, finding, placing, writing
from notes.models import Note, NoteQuerySet
from search.finding.queries import LONGEST, LONGEST_SENT, SearchTooLong

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Placed:
    """A note with its place in the text as it is now."""

    note: Note
    place: placing.Place
    url: str

    @property
    def is_lost(self) -> bool:
        return not self.place.is_exact


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a lesson with the notes that stand below it."""

    anchor: str
    heading: str
    notes: list[Placed]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lesson_notes(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """Show the notes of a lesson under its headings, each with a form; write one."""
    enrolment, activity, text = _find_lesson(request, slug, lesson_slug)
    context: dict[str, Any] = {"course": enrolment.course, "activity": activity}
    if request.method == "POST":
        given = request.POST
        try:
            note = writing.add(
                enrolment=enrolment,
                activity=activity,
                language=text.language,
                anchor=given.get("anchor", ""),
                quote=given.get("quote", ""),
                prefix=given.get("prefix", ""),
                suffix=given.get("suffix", ""),
                body=given.get("body", ""),
                now=timezone.now(),
            )
        except DomainError as refused:
            context |= {"refusal": refused.message, "refused": given}
        else:
            return redirect(f"{request.path}#note-{note.uuid}")
    context["sections"] = _sections(_placed(enrolment, activity, text), text)
    context["undo"] = uuid_text(request.GET.get("deleted", ""))
    return render(request, "notes/lesson.html", context, status=400 if "refusal" in context else 200)


def _find_lesson(
    request: AuthenticatedRequest, slug: str, lesson_slug: str
) -> tuple[Enrolment, Activity, placing.Text]:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    activity = or_404(course.find_lesson(lesson_slug))
    return enrolment, activity, placing.read_text(course, activity)


def _placed(enrolment: Enrolment, activity: Activity, text: placing.Text) -> list[Placed]:
    """Return the notes of a lesson in the order of its text. One query."""
    order = {anchor: number for number, anchor in enumerate(text.blocks)}
    rows = enrolment.notes.filter(activity=activity, deleted_at=None).order_by("pk")
    placed = [
        Placed(note, place, get_place_url(enrolment.course.slug, activity.slug, place.anchor))
        for note in rows
        for place in [placing.find_place(note, text)]
    ]
    return sorted(placed, key=lambda each: order.get(each.place.anchor, 0))


def _sections(placed: list[Placed], text: placing.Text) -> list[Section]:
    sections = {anchor: Section(anchor, heading, []) for anchor, heading in (text.headings or {".0": ""}).items()}
    for each in placed:
        anchor = f"{each.place.anchor.rpartition('.')[0]}.0"
        sections.get(anchor, next(iter(sections.values()))).notes.append(each)
    return list(sections.values())


@login_required
@never_cache
@require_safe
def note_list(request: AuthenticatedRequest) -> HttpResponse:
    """List a person's notes, the newest first; those with some words, or of one course."""
    enrolments = list(access.enrolments(request.user))
    refusal = ""
    try:
        rows = _chosen(request).select_related("activity__course")
    except SearchTooLong as refused:
        rows, refusal = Note.objects.none(), refused.message
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "notes": [(note, get_place_url(note.activity.course.slug, note.activity.slug, note.anchor)) for note in page],
        "courses": [enrolment.course for enrolment in enrolments],
        "wanted": request.GET.get("q", "")[:LONGEST],
        "course": request.GET.get("course", ""),
        "undo": uuid_text(request.GET.get("deleted", "")),
        "refusal": refusal,
        "longest_sent": LONGEST_SENT,
    }
    return render(request, "notes/list.html", context, status=400 if refusal else 200)


def _chosen(request: AuthenticatedRequest) -> NoteQuerySet:
    return finding.chosen(request.user, course=request.GET.get("course", ""), wanted=request.GET.get("q", ""))


@login_required
@never_cache
@require_safe
def note_export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Download the chosen notes, in the order of the text."""
    try:
        rows = _chosen(request)
    except SearchTooLong:
        # The list says it.
        return redirect(f"{reverse('notes:list')}?{request.GET.urlencode()}")
    return exports.send(rows, kind, site=request.build_absolute_uri("/").rstrip("/"))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Change the text of a note. What was written elsewhere meanwhile is kept beside it."""
    note = finding.own_note(request.user, uuid)
    context: dict[str, Any] = {"note": note, "body": note.body}
    if request.method == "POST":
        body, seen = request.POST.get("body", ""), request.POST.get("seen", "")
        try:
            stored = writing.change(note, body=body, seen=int(seen) if seen.isdecimal() else 0, now=timezone.now())
        except DomainError as refused:
            context |= {"refusal": refused.message, "body": body}
        else:
            if stored.pk != note.pk:
                messages.info(
                    request, _("This note was changed elsewhere meanwhile. Both texts are kept, as two notes.")
                )
            return redirect(f"{_lesson_url(note)}#note-{stored.uuid}")
    return render(request, "notes/edit.html", context, status=400 if "refusal" in context else 200)


@login_required
@require_POST
def note_delete(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Delete a note, and offer to take that back."""
    note = finding.own_note(request.user, uuid)
    writing.delete(note, now=timezone.now())
    return redirect(f"{_lesson_url(note)}?deleted={note.uuid}")


@login_required
@require_POST
def note_restore(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Take the deletion of a note back."""
    note = finding.note_to_take_back(request.user, uuid)
    writing.take_back(note, now=timezone.now())
    return redirect(f"{_lesson_url(note)}#note-{note.uuid}")


def _lesson_url(note: Note) -> str:
    return reverse("notes:lesson", args=[note.activity.course.slug, note.activity.slug])
