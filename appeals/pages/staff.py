"""Pages: the appeals of a course, and one of them with what can be decided."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from appeals import deciding
from appeals.models import Appeal
from common.errors import DomainError
from common.lookup import or_404
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes.grading.regrading import RegradeRefused
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page
from workspace.publishing import accepting, publish
from workspace.publishing.accepting import Accepted

PAGE_SIZE = 50
Status = Appeal.Status


@reading_page
def appeal_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the appeals of a course: those that wait, the oldest first, or those that are decided, the newest first."""
    is_decided = request.GET.get("show") == "decided"
    found = Appeal.objects.filter(attempt__enrolment__course=course).select_related(
        "attempt__enrolment__user", "attempt__quiz__activity", "decided_by"
    )
    if is_decided:
        found = found.filter(status__in=[Status.ACCEPTED, Status.ANSWERED]).order_by("-decided_at", "-pk")
    else:
        found = found.filter(status=Status.WAITING).order_by("created_at", "pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    recording.record_rows(Appeal, page.object_list)
    return render_page(
        request, "appeals/list.html", records.read(course), _("Appeals"),
        tab="appeals", page=page, is_decided=is_decided, query="show=decided" if is_decided else "",
    )  # fmt: skip


@reading_page
def appeal(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Show an appeal with question, answer and key. A POST accepts or answers it."""
    found = or_404(deciding.course_appeal(course.pk, uuid))
    may_grade = rules.can(request.user, Permission.GRADE, course)
    given = accepting.find_answer(course, found.attempt.uuid, found.question)
    may_regrade = given is not None and rules.can(request.user, Permission.REGRADE, course)
    error = ""
    if request.method == "POST":
        if not may_grade or ("everybody" in request.POST and not may_regrade):
            raise PermissionDenied
        try:
            return _act(request, course, found, given if may_regrade else None)
        except (DomainError, ValueError) as refused:
            error = str(refused)
            found = or_404(deciding.course_appeal(course.pk, uuid))
    recording.record_rows(Appeal, [found])
    drafted = records.read(course)
    return render_page(
        request,
        "appeals/staff_appeal.html",
        drafted,
        _("Appeal"),
        status=409 if error else 200,
        tab="appeals",
        appeal=found,
        asked=(asked := deciding.find_question(found)),
        is_full=deciding.has_full_points(asked),
        by_hand=deciding.find_grade_by_hand(found),
        is_waiting=found.status == Status.WAITING,
        may_grade=may_grade,
        given=given if may_regrade else None,
        has_drafts=bool(drafted.drafts),
        words=request.POST.get("words", ""),
        error=error,
    )


def _act(
    request: AuthenticatedRequest, course: Course, found: Appeal, given: accepting.GivenAnswer | None
) -> HttpResponse:
    """Do what the button says. Raises DomainError or ValueError with a sentence."""
    words, now, here = request.POST.get("words", ""), timezone.now(), redirect("appeals:list", course.slug)
    if "everybody" in request.POST and given is not None:
        try:
            outcome = deciding.accept_for_everybody(appeal=found, given=given, words=words, actor=request.user, now=now)
        except publish.Unpublishable as refused:
            messages.error(request, str(refused))
            return redirect("workspace:publish", course.slug)
        except RegradeRefused as refused:
            raise ValueError(refused.message) from refused
        if outcome is Accepted.DRAFTED:
            messages.warning(
                request,
                _("The answer is in the draft. Publish the changes, grade again, and decide on the appeal then."),
            )
            return redirect("workspace:publish", course.slug)
        messages.success(request, _("The answer is accepted for everybody who gave it."))
    elif "accept" in request.POST:
        deciding.accept(appeal=found, words=words, actor=request.user, now=now)
        messages.success(request, _("The appeal is accepted, and the answer has full points."))
    elif "answer" in request.POST:
        deciding.answer(appeal=found, words=words, actor=request.user, now=now)
        messages.success(request, _("The appeal is answered. The grade stays."))
    return here
