"""Page: accept a student's answer for everybody who gave it, after a look at what that touches."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes.grading.regrading import RegradeRefused
from workspace.drafts import records
from workspace.pages.base import page, render_page
from workspace.publishing import accepting, publish
from workspace.publishing.accepting import Accepted


@page
def accept_answer(request: AuthenticatedRequest, course: Course, uuid: UUID, question: UUID) -> HttpResponse:
    """Show the answer of an attempt and what accepting it touches; a POST accepts it."""
    given = accepting.find_answer(course, uuid, question)
    if given is None:
        raise Http404
    if not rules.can(request.user, Permission.REGRADE, course):
        raise PermissionDenied
    if request.method == "POST":
        try:
            outcome = accepting.accept(course, given, actor=request.user, now=timezone.now())
        except publish.Unpublishable as refused:
            messages.error(request, str(refused))
            return redirect("workspace:publish", course.slug)
        except RegradeRefused as refused:
            messages.error(request, refused.message)
            return redirect(request.get_full_path())
        return _show_outcome(request, course, outcome, given.text)
    drafted = records.read(course)
    slug = given.question.quiz.activity.slug
    return render_page(
        request,
        "workspace/accept_answer.html",
        drafted,
        _("Accept an answer"),
        given=given,
        question_text=drafted.title(("question", slug, given.question.key)),
        accepted=drafted.records["question", slug, given.question.key]["accept"],
        has_drafts=bool(drafted.drafts),
        back=_back(request),
    )


def _show_outcome(request: AuthenticatedRequest, course: Course, outcome: Accepted, text: str) -> HttpResponse:
    if outcome is Accepted.DRAFTED:
        messages.warning(
            request,
            _("“%(answer)s” is in the draft. There are other changes too: publish them, and then grade again.")
            % {"answer": text},
        )
        return redirect("workspace:publish", course.slug)
    said = {
        Accepted.KNOWN: _("“%(answer)s” is accepted already."),
        Accepted.PUBLISHED: _("“%(answer)s” is accepted from now on. No grade changes."),
        Accepted.REGRADED: _("“%(answer)s” is accepted. The attempts with this answer are being graded again."),
    }
    messages.success(request, said[outcome] % {"answer": text})
    return redirect(_back(request))


def _back(request: AuthenticatedRequest) -> str:
    """Return the page of this site that led here, else what waits."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else reverse("admin:quizzes_attempt_queue")
