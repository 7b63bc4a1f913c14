"""Pages: publish the drafts, discard them, plan their publication; versions and earlier texts."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from course_files.merging import Key
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from workspace.drafts import discarding, editing, outline, records
from workspace.drafts.records import DraftedCourse, key_of_text
from workspace.models import Edit, Publication, PublicationSchedule
from workspace.pages.base import page, render_page
from workspace.pages.fields import ShortText
from workspace.publishing import differences, grades, history, schedule
from workspace.publishing import publish as publishing
from workspace.publishing.checking import find_faults

# Edits and versions on one page of the history.
SHOWN = 50
# Changed records on one page. The first version of a course changes several hundred.
SHOWN_CHANGES = 30


class PublishForm(forms.Form):
    note = ShortText(label=gettext_lazy("What is new (for your colleagues)"), max_length=200, required=False)
    show = forms.BooleanField(label=gettext_lazy("Show the course to its students"), required=False)


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This moment has passed."))
        if at.year > 2999:
            raise forms.ValidationError(_("The year is after %(year)d.") % {"year": 2999})
        return at


@page
def publish(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show what would be published, and publish it."""
    posted = request.POST if request.method == "POST" else None
    form, plan = PublishForm(posted, initial={"show": True}), ScheduleForm()
    if posted is not None and "plan" in posted:
        plan = ScheduleForm(posted)
        if plan.is_valid():
            schedule.plan(course, at=plan.cleaned_data["at"], editor=request.user)
            messages.success(request, _("The publication is planned."))
            return redirect("workspace:publish", course.slug)
    elif posted is not None and "unplan" in posted:
        schedule.cancel(course)
        messages.success(request, _("The publication is no longer planned."))
        return redirect("workspace:publish", course.slug)
    elif posted is not None and form.is_valid():
        answer = _publish(request, course, form)
        if answer is not None:
            return answer
    drafted = records.read(course)
    faults = find_faults(drafted, is_quick=True) if drafted.drafts else []
    changed_grades = grades.find_changed_grades(drafted)
    part = _part(request, _in_order(drafted))
    recording.record_rows(Enrolment, [grade.enrolment for grade in changed_grades])
    return render_page(
        request,
        "workspace/publish.html",
        drafted,
        _("Publish"),
        status=400 if plan.errors or (posted is not None and faults) else 200,
        tab="publish",
        form=form,
        plan=plan,
        planned=PublicationSchedule.objects.filter(course=course).select_related("editor").first(),
        faults=[(fault, differences.address(drafted, fault.key), drafted.title(fault.key)) for fault in faults],
        changes=[
            (
                differences.describe(drafted, key, drafted.published.get(key), drafted.drafts[key].fields),
                records.text_of_key(key),
            )
            for key in part
        ],
        part=part,
        changed_grades=changed_grades,
        drafts=[records.text_of_key(key) for key in drafted.drafts],
    )


def _in_order(drafted: DraftedCourse) -> list[Key]:
    """Return the keys of the drafts as in the outline: the course and its modules first."""
    order = {slug: position for position, (slug, _fields) in enumerate(drafted.activities())}

    def place(key: Key) -> tuple[int, Key]:
        return (-1 if key[0] in ("course", "module", "grading") else order.get(key[1], len(order)), key)

    return sorted(drafted.drafts, key=place)


def _part(request: AuthenticatedRequest, changes: Sequence[Any]) -> Page[Any]:
    """Return the changes that the page shows: all of them, or a part of many."""
    return Paginator(changes, SHOWN_CHANGES).get_page(request.GET.get("page"))


def _publish(request: AuthenticatedRequest, course: Course, form: PublishForm) -> HttpResponse | None:
    """Publish and redirect. None if the drafts have faults, which the page then shows."""
    try:
        published = publishing.publish(
            course,
            editor=request.user,
            now=timezone.now(),
            note=form.cleaned_data["note"],
            show=form.cleaned_data["show"] and not course.is_published,
        )
    except publishing.NothingToPublish:
        messages.info(request, _("There is nothing to publish: everything is as students see it."))
        return redirect("workspace:publish", course.slug)
    except publishing.Unpublishable:
        messages.error(request, _("Nothing was published: something has to be corrected first."))
        return None
    messages.success(request, _("Version %(number)d is published.") % {"number": published.publication.number})
    _offer_regrades(request, published.outdated)
    return redirect("workspace:version", course.slug, published.publication.number)


def _offer_regrades(request: AuthenticatedRequest, quizzes: Iterable[Quiz]) -> None:
    """Link to the regrade pages. Publishing changes no grades."""
    for quiz in quizzes:
        messages.warning(
            request,
            format_html(
                '{} <a class="underline" href="{}">{}</a>',
                _("“%(quiz)s”: attempts were graded by an earlier version. Their grades have not changed.")
                % {"quiz": quiz},
                reverse("admin:quizzes_quiz_regrade", args=[quiz.pk]),
                _("See what the current answer key would change"),
            ),
        )


@page
@require_POST
def discard(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Discard the draft of one record, or all drafts that the page has shown. Undo brings them back."""
    now = timezone.now()
    try:
        if "one" in request.POST:
            edit = discarding.discard(course, key_of_text(request.POST["one"]), editor=request.user, now=now)
        else:
            keys = [key_of_text(text) for text in request.POST.getlist("key")]
            edit = editing.discard(course, keys, editor=request.user, now=now)
    except outline.ModuleNotEmpty:
        messages.error(request, _("This module is new and has entries. Move or archive them first."))
    except editing.ChangedMeanwhile:
        messages.error(request, _("Somebody else has changed the draft in the same moment. Look, and try again."))
    else:
        if edit:
            messages.success(request, _("Discarded. Press Undo on the outline to take it back."))
        else:
            messages.info(request, _("This is as students see it already."))
    return redirect("workspace:publish", course.slug)


@page
@require_POST
def undo(request: AuthenticatedRequest, course: Course, edit_id: int) -> HttpResponse:
    edit = get_object_or_404(Edit, course=course, pk=edit_id)
    try:
        editing.undo(edit, editor=request.user, now=timezone.now())
    except editing.CannotUndo:
        messages.error(
            request, _("This was changed or published since, so it cannot be undone. The history has every version.")
        )
    else:
        messages.success(request, _("Undone."))
    return redirect("workspace:outline", course.slug)


@page
def version_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the published versions, and the latest edits of drafts. A form chooses two versions to compare."""
    if "first" in request.GET or "last" in request.GET:
        chosen = [request.GET.get(name, "") for name in ("first", "last")]
        if all(re.fullmatch(r"[0-9]{1,9}", number) for number in chosen):
            return redirect("workspace:versions", course.slug, *map(int, chosen))
        messages.error(request, _("Choose two versions."))
    drafted = records.read(course)
    edits = Edit.objects.filter(course=course).select_related("editor")[:SHOWN]
    publications = list(Publication.objects.filter(course=course).select_related("editor").defer("changes")[:SHOWN])
    numbers = [publication.number for publication in publications[:2]] if len(publications) > 1 else [0, 0]
    return render_page(
        request,
        "workspace/history.html",
        drafted,
        _("History"),
        tab="history",
        publications=publications,
        compared=[("first", _("Earlier version"), numbers[1]), ("last", _("Later version"), numbers[0])],
        edits=[(edit, editing.can_undo(edit, drafted) and edit.action != Edit.Action.UNDO) for edit in edits],
    )


@page
def version(request: AuthenticatedRequest, course: Course, number: int) -> HttpResponse:
    """Show what one version changed, and bring back what was before it."""
    publication = get_object_or_404(Publication.objects.select_related("editor"), course=course, number=number)
    if request.method == "POST":
        return _restore(request, course, publication)
    drafted = records.read(course)
    part = _part(request, list(history.changes(publication)))
    return render_page(
        request,
        "workspace/version.html",
        drafted,
        _("Version %(number)d") % {"number": number},
        tab="history",
        publication=publication,
        changes=[
            (differences.describe(drafted, change.key, change.before, change.after), records.text_of_key(change.key))
            for change in part
        ],
        part=part,
    )


@page
def versions(request: AuthenticatedRequest, course: Course, first: int, last: int) -> HttpResponse:
    """Show how two published versions differ."""
    for number in (first, last):
        get_object_or_404(Publication.objects.only("pk"), course=course, number=number)
    drafted = records.read(course)
    part = _part(request, history.between(course, first, last))
    return render_page(
        request,
        "workspace/versions.html",
        drafted,
        _("Version %(first)d and version %(last)d") % {"first": first, "last": last},
        tab="history",
        changes=[differences.describe(drafted, change.key, change.before, change.after) for change in part],
        part=part,
    )


def _restore(request: AuthenticatedRequest, course: Course, publication: Publication) -> HttpResponse:
    now = timezone.now()
    try:
        if "key" in request.POST:
            key = key_of_text(request.POST["key"])
            edit = history.restore_record(publication, key, editor=request.user, now=now)
        else:
            edit = history.restore(publication, editor=request.user, now=now)
    except KeyError:
        messages.error(request, _("This version did not change that."))
        return redirect("workspace:version", course.slug, publication.number)
    if edit is None:
        messages.info(request, _("The draft is like that already."))
        return redirect("workspace:version", course.slug, publication.number)
    messages.success(request, _("It is in the draft again, as it was before this version. Look, and publish it."))
    return redirect("workspace:publish", course.slug)


@page
def record_history(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show every saved and published text of one lesson, quiz or question."""
    drafted = records.read(course)
    slug = request.GET.get("activity", "")
    if not re.fullmatch(r"[a-z0-9-]+", slug):
        return redirect("workspace:history", course.slug)
    versions: list[dict[str, Any]] = []
    # The database looks for the name, so that the changes of everything else are not loaded.
    edits = (
        Edit.objects.filter(course=course).alias(text=Cast("changes", TextField())).filter(text__contains=f"/{slug}")
    )
    for edit in edits.select_related("editor")[: 4 * SHOWN]:
        for text, (before, after) in edit.changes.items():
            key = key_of_text(text)
            if len(key) > 1 and key[0] != "module" and key[1] == slug and len(versions) < SHOWN:
                old = before["fields"] if before else drafted.published.get(key)
                new = after["fields"] if after else drafted.published.get(key)
                versions.append(
                    {"edit": edit, "difference": differences.describe(drafted, key, old, new), "fields": new}
                )
    return render_page(
        request,
        "workspace/record_history.html",
        drafted,
        _("Earlier versions"),
        tab="history",
        versions=versions,
        subject=drafted.title(("activity", slug)),
    )
