"""Write announcements, see how they look and to how many they go, send, plan, take back and delete them."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from announcements import sending
from announcements.forms import AnnouncementForm
from announcements.models import Announcement
from courses.models import Course
from workspace.drafts import records
from workspace.pages.base import kept_form, page, reading_page, render_page
from workspace.pages.fields import language_name


@page
def announcement_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the announcements of a course."""
    found = course.announcements.select_related("cohort", "created_by")[:100]
    return render_page(
        request, "announcements/staff_list.html", records.read(course), _("Announcements"),
        tab="announcements", announcements=found,
    )  # fmt: skip


@reading_page
def previewed(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Lead from the preview of a course to its announcements: a preview has none of its own."""
    return redirect("announcing:list", course.slug)


@page
def write(request: AuthenticatedRequest, course: Course, uuid: UUID | None = None) -> HttpResponse:
    """Write a new announcement, or change one that is not sent. Nothing is sent by this page."""
    found = get_object_or_404(course.announcements.filter(sent_at=None), uuid=uuid) if uuid else None
    data = request.POST if request.method == "POST" else kept_form(request)
    form = AnnouncementForm(
        data, course=course, instance=found, initial=_initial(found, ",".join(request.GET.getlist("to")))
    )
    if request.method == "POST" and form.is_valid():
        announcement = found or Announcement(course=course, created_by=request.user, created_at=timezone.now())
        with transaction.atomic():
            form.save(announcement)
        return redirect("announcing:announcement", course.slug, announcement.uuid)
    return render_page(
        request,
        "announcements/write.html",
        records.read(course),
        _("Write an announcement"),
        status=400 if form.errors and request.method == "POST" else 200,
        tab="announcements",
        form=form,
        chosen=_chosen_count(form),
    )


def _initial(found: Announcement | None, to: str) -> dict[str, object]:
    if found is None:
        return {"people": to}
    texts = {f"{name}_{code}": text for name in ("title", "text") for code, text in getattr(found, name).items()}
    people = ",".join(str(pk) for pk in found.people.values_list("pk", flat=True))
    return {**texts, "cohort": found.cohort_id, "people": people}


def _chosen_count(form: AnnouncementForm) -> int:
    value = str(form["people"].value() or "")
    return len([part for part in value.split(",") if part])


@page
def announcement(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Show an announcement as students will read it, and to how many it goes. A POST sends, plans, takes back or deletes it."""
    found = get_object_or_404(course.announcements.select_related("cohort"), uuid=uuid)
    error = ""
    if request.method == "POST":
        if "delete" in request.POST and Announcement.objects.filter(pk=found.pk, sent_at=None).delete()[0]:
            messages.success(request, _("The announcement is deleted."))
            return redirect("announcing:list", course.slug)
        error = _act(request, found)
        if not error:
            return redirect("announcing:announcement", course.slug, uuid)
    recipients = found.recipients.count() if found.sent_at else sending.get_recipients(found).count()
    return render_page(
        request,
        "announcements/announcement.html",
        records.read(course),
        str(found),
        status=400 if error else 200,
        tab="announcements",
        announcement=found,
        recipients=recipients,
        error=error,
        shown=[(language_name(code), found.title[code], found.text.get(code, "")) for code in found.title],
    )


def _act(request: AuthenticatedRequest, found: Announcement) -> str:
    """Do what the button says; returns why not, or ""."""
    if "take_back" in request.POST:
        return _take_back(request, found)
    if "send" not in request.POST and "plan" not in request.POST:
        return ""
    if not sending.get_recipients(found).exists():
        return _("Nobody would get it: there is no student in this group.")
    if "send" in request.POST:
        now = timezone.now()
        if sending.plan(found, at=now):
            sending.send(announcement_id=found.pk, now=now)
            messages.success(request, _("The announcement is sent."))
        return ""
    at = _moment(request.POST.get("at", ""))
    if at is None or at <= timezone.now():
        return _("Choose a moment in the future.")
    sending.plan(found, at=at)
    messages.success(request, _("The announcement is planned."))
    return ""


def _take_back(request: AuthenticatedRequest, found: Announcement) -> str:
    if not sending.take_back(found):
        return _("It was sent already, so it cannot be taken back.")
    messages.success(request, _("The announcement is a draft again."))
    return ""


def _moment(text: str) -> datetime | None:
    """Return the moment of a field for date and time, in the reader's time zone. None if there is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found
