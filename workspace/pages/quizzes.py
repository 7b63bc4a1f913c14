"""Pages: write a quiz or the check of a lesson, and each of its questions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from courses.models import Course
from questions import KINDS
from quizzes.authoring.models import Quiz
from workspace.drafts import editing, quizzes, records
from workspace.drafts.outline import Changes
from workspace.drafts.records import DraftedCourse
from workspace.models import Edit
from workspace.pages.base import kept_form, page, render_page, seen_fields, seen_in
from workspace.pages.quiz_form import QuizForm


def check_quiz(drafted: DraftedCourse, slug: str) -> None:
    """Raises Http404 unless there is a quiz or lesson of this name. A lesson may have no check yet."""
    if ("activity", slug) not in drafted.records:
        raise Http404


@page
def quiz(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Write title, introduction and rules; list the questions and change their order."""
    drafted = records.read(course)
    check_quiz(drafted, activity_slug)
    if request.method == "POST" and "action" in request.POST:
        return _change_questions(request, drafted, activity_slug)
    data = request.POST if request.method == "POST" else kept_form(request)
    form = QuizForm(data, drafted=drafted, slug=activity_slug)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if _save(request, drafted, form):
            return redirect("workspace:quiz", course.slug, activity_slug)
        status, data = 409, None
    return render_page(
        request,
        "workspace/quiz.html",
        drafted,
        drafted.title(("activity", activity_slug)),
        status=status,
        form=form,
        slug=activity_slug,
        seen=seen_fields(drafted, [("activity", activity_slug), ("quiz", activity_slug)], data),
        questions=_questions(drafted, activity_slug),
        kinds=[(name, _(kind.label)) for name, kind in KINDS.items()],
        at=request.GET.get("at", ""),
        pressed=request.GET.get("do", ""),
        row=Quiz.objects.filter(activity__course=course, activity__slug=activity_slug).first(),
    )


def _save(request: AuthenticatedRequest, drafted: DraftedCourse, form: QuizForm) -> bool:
    changes = form.changes()
    try:
        editing.save(
            drafted.course,
            changes,
            editor=request.user,
            action=Edit.Action.CHANGE,
            subject=drafted.title(("activity", form.slug)),
            now=timezone.now(),
            seen=seen_in(request.POST, changes),
        )
    except editing.ChangedMeanwhile:
        messages.error(
            request,
            _(
                "Somebody else has changed this quiz meanwhile. Your version is still in the form: compare, and save again."
            ),
        )
        return False
    messages.success(request, _("The draft is saved."))
    return True


def _questions(drafted: DraftedCourse, slug: str) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "kind": _(KINDS[fields["kind"]].label) if fields["kind"] in KINDS else fields["kind"],
            "points": fields["points"].removesuffix(".00"),
            "pool": fields.get("pool", ""),
            "text": drafted.title(("question", slug, key)),
            "is_new": ("question", slug, key) not in drafted.published,
            "is_changed": drafted.is_changed(("question", slug, key)),
        }
        for key, fields in quizzes.questions(drafted, slug)
    ]


def _change_questions(request: AuthenticatedRequest, drafted: DraftedCourse, slug: str) -> HttpResponse:
    key, action = request.POST.get("question", ""), request.POST["action"]
    address = reverse("workspace:quiz", args=[drafted.course.slug, slug])
    if key not in quizzes.quiz_record(drafted, slug)["questions"]:
        messages.error(request, _("This question is no longer there."))
        return redirect(address)
    title, at = drafted.title(("question", slug, key)), key
    changes: Changes = {}
    kind = Edit.Action.MOVE
    if action in ("up", "down"):
        changes = quizzes.step(drafted, slug, key, -1 if action == "up" else 1)
    elif action == "duplicate":
        kind = Edit.Action.DUPLICATE
        at, changes = quizzes.duplicate(drafted, slug, key)
    elif action == "archive":
        kind = Edit.Action.ARCHIVE
        changes = quizzes.archive(drafted, slug, key)
        messages.success(request, _("The question is no longer in the draft. Press Undo to take it back."))
    try:
        editing.save(
            drafted.course, changes, editor=request.user, action=kind, subject=title, now=timezone.now(),
            seen={name: drafted.token(name) for name in changes},
        )  # fmt: skip
    except editing.ChangedMeanwhile:
        messages.error(request, _("Somebody else has changed the quiz in the same moment. Look, and try again."))
    # Browsers give no button the focus on a page that is opened at a place.
    return redirect(f"{address}?at={at}&do={action}" + ("" if action in ("up", "down") else f"#at-{at}"))
