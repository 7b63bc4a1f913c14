"""Page: the outline of a course, with everything that can be done to it in place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.requests import AuthenticatedRequest
from course_files.merging import Fields, Key
from courses.models import ActivityCompletion, Course, GradeChange
from quizzes.attempts.models import Attempt
from workspace.drafts import editing, outline, records
from workspace.drafts.outline import Changes
from workspace.drafts.records import COURSE, DraftedCourse
from workspace.models import Edit
from workspace.pages.base import page, render_page
from workspace.pages.fields import ShortText

Result = tuple[Edit.Action, Key, Changes]


# Buttons that have the focus again on the page that follows, so that they can be pressed again.
_KEEPING_FOCUS = ("up", "down", "module-up", "module-down")


class Impossible(Exception):
    """What the form asks for cannot be done. The message is for its sender."""


@page
def course_outline(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show the outline as drafted, and change it."""
    drafted = records.read(course)
    if request.method == "POST":
        return _change(request, course, drafted)
    return render_page(
        request,
        "workspace/outline.html",
        drafted,
        drafted.title(COURSE),
        tab="outline",
        modules=_modules(drafted),
        archived=[_entry(drafted, slug) for slug in outline.archived(drafted)],
        at=request.GET.get("at", ""),
        pressed=request.GET.get("do", ""),
    )


@page
def archive(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Ask before an activity is archived, and say what that touches."""
    drafted = records.read(course)
    if ("activity", activity_slug) not in drafted.records or drafted.module_of(activity_slug) is None:
        return redirect("workspace:outline", course.slug)
    if request.method == "POST":
        key: Key = ("activity", activity_slug)
        subject = drafted.title(key)
        changes = outline.archive(drafted, activity_slug)
        _save(request, drafted, (Edit.Action.ARCHIVE, key, changes), subject)
        return redirect("workspace:outline", course.slug)
    found = {"activity__course": course, "activity__slug": activity_slug}
    return render_page(
        request,
        "workspace/archive.html",
        drafted,
        _("Archive?"),
        entry=_entry(drafted, activity_slug),
        is_new=("activity", activity_slug) not in drafted.published,
        done=ActivityCompletion.objects.filter(**found).count(),
        attempts=Attempt.objects.filter(
            quiz__activity__course=course, quiz__activity__slug=activity_slug
        ).count(),
        graded=GradeChange.objects.filter(
            item__activity__course=course, item__activity__slug=activity_slug
        ).values("enrolment").distinct().count(),
    )  # fmt: skip


def _modules(drafted: DraftedCourse) -> list[dict[str, Any]]:
    modules = [slug for slug, _fields in drafted.modules()]
    return [
        {
            "slug": slug,
            "number": fields["number"],
            "title": drafted.title(("module", slug)),
            "titles": [(code, fields["title"].get(code, "")) for code in drafted.languages],
            "is_changed": drafted.is_changed(("module", slug)),
            "is_new": ("module", slug) not in drafted.published,
            "is_first": slug == modules[0],
            "is_last": slug == modules[-1],
            "entries": [
                _entry(drafted, activity)
                for activity in fields["activities"]
                if ("activity", activity) in drafted.records
            ],
        }
        for slug, fields in drafted.modules()
    ]


def _entry(drafted: DraftedCourse, slug: str) -> dict[str, Any]:
    fields = drafted.records["activity", slug]
    is_lesson = fields["kind"] == "lesson"
    name = "workspace:lesson" if is_lesson else "workspace:quiz"
    quiz = drafted.records.get(("quiz", slug))
    changed = any(len(key) > 1 and key[1] == slug and key[0] != "module" for key in drafted.drafts)
    return {
        "slug": slug,
        "kind": fields["kind"],
        "code": fields.get("code", ""),
        "title": drafted.title(("activity", slug)),
        "url": reverse(name, args=[drafted.course.slug, slug]),
        "is_required": fields["required"],
        "is_new": ("activity", slug) not in drafted.published,
        "is_changed": changed,
        "missing": [code for code in drafted.languages if is_lesson and ("edition", slug, code) not in drafted.records],
        "questions": len(quiz["questions"]) if quiz else 0,
    }


# --- changes ---------------------------------------------------------------------------------------------------


def _change(request: AuthenticatedRequest, course: Course, drafted: DraftedCourse) -> HttpResponse:
    action = request.POST.get("action", "")
    if action not in _CHANGES:
        return HttpResponseBadRequest(_("This form is not known."), content_type="text/plain; charset=utf-8")
    try:
        result = _CHANGES[action](drafted, request.POST)
    except Impossible as refused:
        messages.error(request, str(refused))
        return redirect("workspace:outline", course.slug)
    _kind, key, changes = result
    merged = {**drafted.records, **{name: fields for name, fields in changes.items() if fields is not None}}
    subject = DraftedCourse(course, drafted.revision, {}, drafted.published, merged).title(key)
    _save(request, drafted, result, subject)
    if _kind in (Edit.Action.ADD, Edit.Action.DUPLICATE) and key[0] == "activity":
        name = "workspace:lesson" if merged[key]["kind"] == "lesson" else "workspace:quiz"
        return redirect(name, course.slug, key[1])
    address = reverse("workspace:outline", args=[course.slug])
    # Browsers give no button the focus on a page that is opened at a place.
    place = "" if action in _KEEPING_FOCUS else f"#at-{key[-1]}"
    return redirect(f"{address}?at={key[-1]}&do={action}{place}")


def _save(request: AuthenticatedRequest, drafted: DraftedCourse, result: Result, subject: str) -> None:
    """Save the changes. They were made of what was just read, so nothing that somebody saves meanwhile is overwritten."""
    action, _key, changes = result
    seen = {key: drafted.token(key) for key in changes}
    try:
        editing.save(
            drafted.course,
            changes,
            editor=request.user,
            action=action,
            subject=subject,
            now=timezone.now(),
            seen=seen,
        )
    except editing.ChangedMeanwhile:
        messages.error(request, _("Somebody else has changed the outline in the same moment. Look, and try again."))


def _titles(drafted: DraftedCourse, form: QueryDict) -> dict[str, str]:
    """Return the titles in the form. Raises Impossible without one in the original language."""
    field = ShortText(max_length=200, required=False)
    original = drafted.languages[0]
    titles = {}
    for code in drafted.languages:
        given = form.get(f"title_{code}", "")
        if len(given) > 200:
            raise Impossible(_("A title has at most 200 characters."))
        titles[code] = field.to_python(given.replace("\x00", ""))
    if not titles[original]:
        raise Impossible(_("A title in the original language is needed."))
    return titles


def _module(drafted: DraftedCourse, form: QueryDict) -> str:
    slug = form.get("module", "")
    if ("module", slug) not in drafted.records:
        raise Impossible(_("This module is no longer there."))
    return slug


def _activity(drafted: DraftedCourse, form: QueryDict) -> str:
    slug = form.get("activity", "")
    if ("activity", slug) not in drafted.records:
        raise Impossible(_("This entry is no longer there."))
    return slug


def _position(form: QueryDict) -> int:
    """Return a position from 0 to 10,000."""
    given = form.get("position", "")
    if not (given.isascii() and given.isdigit() and len(given) < 5):
        raise Impossible(_("This place is not in the outline."))
    return int(given)


def _add_module(drafted: DraftedCourse, form: QueryDict) -> Result:
    key, changes = outline.add_module(drafted, _titles(drafted, form))
    return Edit.Action.ADD, key, changes


def _rename_module(drafted: DraftedCourse, form: QueryDict) -> Result:
    key: Key = ("module", _module(drafted, form))
    titles = {code: title for code, title in _titles(drafted, form).items() if title}
    number = form.get("number", "")
    fields: Fields = {**drafted.records[key], "title": titles}
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            raise Impossible(_("The number of a module is between 0 and 9999."))
        fields["number"] = int(number)
    return Edit.Action.CHANGE, key, {key: fields}


def _remove_module(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _module(drafted, form)
    try:
        return Edit.Action.REMOVE, ("module", slug), outline.remove_module(drafted, slug)
    except outline.ModuleNotEmpty as refused:
        raise Impossible(
            _("Only an empty module can be removed. Archive its lessons, or move them elsewhere.")
        ) from refused


def _move_module(direction: int) -> Callable[[DraftedCourse, QueryDict], Result]:
    def move(drafted: DraftedCourse, form: QueryDict) -> Result:
        slug = _module(drafted, form)
        position = [name for name, _fields in drafted.modules()].index(slug) + direction
        return Edit.Action.MOVE, ("module", slug), outline.move_module(drafted, slug, position)

    return move


def _add_lesson(drafted: DraftedCourse, form: QueryDict) -> Result:
    key, changes = outline.add_lesson(drafted, _module(drafted, form), _titles(drafted, form))
    return Edit.Action.ADD, key, changes


def _add_quiz(drafted: DraftedCourse, form: QueryDict) -> Result:
    key, changes = outline.add_quiz(drafted, _module(drafted, form), _titles(drafted, form))
    return Edit.Action.ADD, key, changes


def _up(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _activity(drafted, form)
    return Edit.Action.MOVE, ("activity", slug), outline.step(drafted, slug, -1)


def _down(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _activity(drafted, form)
    return Edit.Action.MOVE, ("activity", slug), outline.step(drafted, slug, 1)


def _move(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _activity(drafted, form)
    changes = outline.move_activity(drafted, slug, _module(drafted, form), _position(form))
    return Edit.Action.MOVE, ("activity", slug), changes


def _duplicate(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _activity(drafted, form)
    if drafted.module_of(slug) is None:
        raise Impossible(_("This entry is archived."))
    key, changes = outline.duplicate(drafted, slug, pgettext("after a title", "(copy)"))
    return Edit.Action.DUPLICATE, key, changes


def _unarchive(drafted: DraftedCourse, form: QueryDict) -> Result:
    slug = _activity(drafted, form)
    if drafted.module_of(slug) is not None:
        raise Impossible(_("This entry is in the outline already."))
    modules = [name for name, _fields in drafted.modules()]
    if not modules:
        raise Impossible(_("The course has no module yet."))
    return Edit.Action.UNARCHIVE, ("activity", slug), outline.unarchive(drafted, slug, modules[-1])


def _require(drafted: DraftedCourse, form: QueryDict) -> Result:
    key: Key = ("activity", _activity(drafted, form))
    fields = drafted.records[key]
    return Edit.Action.CHANGE, key, {key: {**fields, "required": not fields["required"]}}


_CHANGES: dict[str, Callable[[DraftedCourse, QueryDict], Result]] = {
    "add-module": _add_module,
    "rename-module": _rename_module,
    "remove-module": _remove_module,
    "module-up": _move_module(-1),
    "module-down": _move_module(1),
    "add-lesson": _add_lesson,
    "add-quiz": _add_quiz,
    "up": _up,
    "down": _down,
    "move": _move,
    "duplicate": _duplicate,
    "unarchive": _unarchive,
    "require": _require,
}
