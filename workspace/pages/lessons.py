"""Pages: write a lesson in all languages, with a preview of its text."""

import difflib
from typing import Any

from csp.constants import SELF
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.requests import AuthenticatedRequest
from common import languages
from course_files.merging import Key
from courses.models import Course
from workspace.drafts import editing, lessons, merging, records, rendering
from workspace.drafts.lesson_texts import complete
from workspace.drafts.outline import Changes
from workspace.drafts.records import DraftedCourse
from workspace.models import Edit
from workspace.pages.base import kept_form, page, render_page, seen_fields, seen_in
from workspace.pages.fields import LongText
from workspace.pages.lesson_form import LessonForm


def _check(drafted: DraftedCourse, slug: str) -> Key:
    key: Key = ("activity", slug)
    if key not in drafted.records or drafted.records[key]["kind"] != "lesson":
        raise Http404
    return key


@page
def lesson(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Write a lesson. What somebody else saved meanwhile is merged, or shown beside."""
    drafted = records.read(course)
    key = _check(drafted, activity_slug)
    data = request.POST if request.method == "POST" else kept_form(request)
    form = LessonForm(data, drafted=drafted, slug=activity_slug)
    theirs: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _save(request, drafted, form)
            except editing.ChangedMeanwhile as conflict:
                status = 409
                form, theirs = _after_conflict(request, form, conflict.keys)
                drafted = form.drafted
    return render_page(
        request,
        "workspace/lesson.html",
        drafted,
        drafted.title(key),
        status=status,
        form=form,
        slug=activity_slug,
        seen=seen_fields(drafted, lessons.keys(drafted, activity_slug), None if status == 409 else data),
        theirs=theirs,
        is_archived=drafted.module_of(activity_slug) is None,
        check=drafted.records.get(("quiz", activity_slug)),
        questions=[
            (key, languages.choose(texts)) for key, texts in rendering.questions_of(drafted, activity_slug).items()
        ],
    )


def _save(request: AuthenticatedRequest, drafted: DraftedCourse, form: LessonForm) -> HttpResponse:
    edit = editing.save(
        drafted.course,
        form.changes(),
        editor=request.user,
        action=Edit.Action.CHANGE,
        subject=drafted.title(("activity", form.slug)),
        now=timezone.now(),
        seen=seen_in(request.POST, lessons.keys(drafted, form.slug)),
    )
    messages.success(request, _("The draft is saved.") if edit else _("Nothing had changed."))
    return redirect("workspace:lesson", drafted.course.slug, form.slug)


def _after_conflict(
    request: AuthenticatedRequest, form: LessonForm, stale: list[Key]
) -> tuple[LessonForm, list[dict[str, Any]]]:
    """Return a form with both changes where they can be merged, and what the others wrote where they cannot."""
    mine = form.changes()
    drafted = records.read(form.drafted.course)
    data = request.POST.copy()
    seen = seen_in(request.POST, stale)
    theirs = []
    for key in stale:
        current, own = drafted.records.get(key), mine.get(key)
        base = merging.find_version(drafted, key, seen[key])
        merged = merging.merge(base, own, current) if base and own and current else None
        if merged is not None and key[0] == "edition":
            _fill(data, key[2], merged)
        elif key[0] == "edition" and current is not None:
            draft = drafted.drafts.get(key)
            theirs.append(
                {"language": key[2], "edition": current, "lines": _difference(mine, key, current), "draft": draft}
            )
    if theirs:
        messages.error(
            request, _("Somebody else has changed the same lines. Compare, take over what you need, and save again.")
        )
    else:
        messages.warning(request, _("Somebody else has saved meanwhile. Both changes are in the form: look, and save."))
    return LessonForm(data, drafted=drafted, slug=form.slug), theirs


def _fill(data: QueryDict, language: str, edition: dict[str, Any]) -> None:
    data[f"title_{language}"] = edition["title"]
    data[f"minutes_{language}"] = str(edition["minutes"])
    data[f"objectives_{language}"] = lessons.objectives_as_text(edition)
    data[f"body_{language}"] = edition["body"]


def _difference(mine: Changes, key: Key, theirs: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the lines that differ: [("+" theirs or "-" mine, line)]."""
    own = mine.get(key) or {"body": ""}
    return [
        (line[0], line[2:])
        for line in difflib.ndiff(own["body"].split("\n"), theirs["body"].split("\n"))
        if line[0] in "+-"
    ]


@page
@xframe_options_sameorigin
def lesson_text(request: AuthenticatedRequest, course: Course, activity_slug: str, language: str) -> HttpResponse:
    """Show a text as students will read it: the one in the form that is sent, else the draft. Nothing is stored."""
    drafted = records.read(course)
    _check(drafted, activity_slug)
    if language not in drafted.languages:
        raise Http404
    edition = drafted.records.get(("edition", activity_slug, language), {"body": ""})
    given = request.POST.get(f"body_{language}") if request.method == "POST" else edition["body"]
    text = LongText(required=False, strip=False).to_python((given or "").replace("\x00", "")[:300_000])
    # As it will be saved. What saving completes is no problem of the author's.
    html, problems = rendering.render(drafted, activity_slug, complete(text), language)
    context = {"html": html, "problems": problems, "text_language": language}
    response = render(request, "workspace/lesson_text.html", context)
    response._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return response
