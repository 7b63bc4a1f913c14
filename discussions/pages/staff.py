"""Pages for staff: the questions of a course with filters, and one of them, to answer and to moderate."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.lookup import or_404
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from discussions import following, moderating, posting, reading
from discussions.models import Post, PostQuerySet, Report
from workspace.drafts import records
from workspace.pages.base import kept_form, reading_page, render_page

PAGE_SIZE = 50
FILTERS = {
    "open": gettext_lazy("Without an answer"),
    "answered": gettext_lazy("Answered"),
    "reported": gettext_lazy("Reported"),
    "hidden": gettext_lazy("Hidden"),
}


def filtered(rows: PostQuerySet, show: str) -> PostQuerySet:
    """Return the questions that a filter shows: the open ones and reported ones from the oldest on, others from the newest.

    A question is listed as reported or hidden for one of its replies, too.
    """
    if show == "answered":
        return rows.filter(accepted__isnull=False).order_by("-pk")
    if show == "reported":
        reported = Post.objects.kept().filter(reports__settled_at=None, reports__isnull=False)
        return rows.filter(Q(pk__in=reported.values("pk")) | Q(pk__in=reported.values("question"))).order_by("pk")
    if show == "hidden":
        hidden = Post.objects.kept().filter(hidden_at__isnull=False)
        return rows.filter(Q(pk__in=hidden.values("pk")) | Q(pk__in=hidden.values("question"))).order_by("-pk")
    return rows.filter(accepted=None, hidden_at=None).order_by("pk")


@reading_page
def question_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the questions of a course: those that are open, answered, reported or hidden."""
    show = request.GET.get("show", "open")
    show = show if show in FILTERS else "open"
    rows = Post.objects.kept().questions().filter(activity__course=course)
    found = filtered(rows, show).select_related("author", "activity").with_counts()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    recording.record_rows(Post, page.object_list)
    return render_page(
        request, "discussions/staff_list.html", records.read(course), _("Questions of students"),
        tab="discussions", page=page, show=show, filters=FILTERS.items(), query=f"show={show}",
    )  # fmt: skip


@reading_page
def question(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Show a question with its replies and what was reported. A POST answers or moderates, for who may."""
    rows = Post.objects.for_staff(request.user, Permission.READ).filter(activity__course=course)
    thread = reading.thread_or_404(
        rows.annotate(report_count=Count("reports", filter=Q(reports__settled_at=None), distinct=True)),
        request.user,
        uuid,
    )
    may_answer = rules.can(request.user, Permission.ANSWER, course)
    error: DomainError | None = None
    if request.method == "POST":
        if not may_answer:
            raise PermissionDenied
        try:
            return _act(request, course, thread.question)
        except DomainError as refused:
            error = refused
    posts = [thread.question, *thread.replies]
    recording.record_rows(Post, posts)
    given = request.POST or kept_form(request) or QueryDict()
    return render_page(
        request,
        "discussions/staff_question.html",
        records.read(course),
        _("Question of a student"),
        status=error.status if error else 200,
        tab="discussions",
        thread=thread,
        posts=_with_reports(posts),
        may_answer=may_answer,
        body=given.get("body", ""),
        error=error.message if error else "",
        longest=posting.LONGEST_BODY,
        longest_reason=moderating.LONGEST_REASON,
    )


def _with_reports(posts: list[Post]) -> list[tuple[Post, list[str]]]:
    """Add the reasons of the reports that wait. Who reported a post does not matter for the decision. At most one query."""
    waiting = [post.pk for post in posts if post.report_count]  # type: ignore[attr-defined]  # annotated
    found: dict[int, list[str]] = {}
    if waiting:
        reports = Report.objects.filter(post__in=waiting, settled_at=None).order_by("pk")
        for pk, reason in reports.values_list("post", "reason"):
            found.setdefault(pk, []).append(reason)
    return [(post, found.get(post.pk, [])) for post in posts]


def _act(request: AuthenticatedRequest, course: Course, asked: Post) -> HttpResponse:
    """Do what the button says. Raises DomainError with a sentence."""
    here, now, given = redirect("discussing:question", course.slug, asked.uuid), timezone.now(), request.POST
    if "reply" in given:
        posting.reply(author=request.user, question=asked, body=given.get("body", ""), by_staff=True, now=now)
        messages.success(request, _("Your reply is published."))
        return here
    if "reopen" in given:
        following.reopen(question=asked, actor=request.user)
        return here
    action = next((name for name in ("accept", "hide", "show", "keep") if name in given), "")
    if not action:
        return here
    post = _find_target(given[action], course, asked)
    if action == "accept":
        following.accept(question=asked, reply=post, actor=request.user)
    elif action == "hide":
        moderating.hide(post=post, actor=request.user, reason=given.get("reason", ""), now=now)
        messages.success(request, _("It is hidden. Its author sees the reason."))
    elif action == "show":
        moderating.show(post=post)
        messages.success(request, _("Everybody in the course sees it again."))
    else:
        moderating.settle(post=post, actor=request.user, now=now)
        messages.success(request, _("The reports are settled. It stays."))
    return here


def _find_target(uuid: str, course: Course, asked: Post) -> Post:
    """Return the post of the thread that a button is about. Raises Http404."""
    thread = Post.objects.kept().filter(Q(pk=asked.pk) | Q(question=asked), activity__course=course)
    return or_404(next((post for post in thread if str(post.uuid) == uuid), None))
