"""Grade one answer after the other: give points, go to the next one, skip, take over, take the last decision back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common import languages
from common.errors import DomainError
from courses.roles import rules
from courses.roles.rules import Permission
from questions.points import format_points
from quizzes.attempts.models import Attempt
from quizzes.grading import manual
from quizzes.grading.models import Review
from quizzes.sequences import parse_whole_number
from review.answers import choosing, leases
from review.answers.choosing import Wanted
from review.answers.decisions import COMMENT_LIMIT, quick_points, read_decision
from review.answers.queue import graded_attempts
from review.answers.reviewing import ReviewedAttempt, ReviewedQuestion, get_reviewed
from review.models import AnswerLease, SavedComment
from workspace.pages.base import kept_form, staff_page

# The way from a decision to its course.
COURSE_OF_REVIEW = "attempt__enrolment__course"
# Saved comments that have a key of their own.
KEYS = 9


@dataclass(slots=True)
class _Page:
    """One answer, and what its grader has typed. `holder` is somebody else's lease."""

    attempt: Attempt
    reviewed: ReviewedAttempt
    question: ReviewedQuestion
    holder: AnswerLease | None = None
    typed: QueryDict | None = None
    seen: int | None = None
    errors: list[str] = field(default_factory=list)
    status: int = 200

    def value(self, name: str, stored: str) -> str:
        """Return what was typed into a field, else what is stored."""
        return (self.typed.get(name, stored) if self.typed is not None else stored).strip()


def read_wanted(data: QueryDict) -> Wanted:
    """Return which answers the address of a page asks for. What cannot be read asks for nothing."""
    attempt, _dot, question = data.get("after", "").partition(".")
    after = (_uuid(attempt), _uuid(question))
    return Wanted(
        quiz=parse_whole_number(data.get("quiz", "")),
        question=_uuid(data.get("question", "")),
        after=(after[0], after[1]) if after[0] and after[1] else None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _query(wanted: Wanted, **more: Any) -> str:
    """Return the part of an address behind the question mark, or ""."""
    after = ".".join(str(part) for part in wanted.after or ())
    values = {"quiz": wanted.quiz, "question": wanted.question, "after": after, **more}
    found = urlencode({name: value for name, value in values.items() if value})
    return f"?{found}" if found else ""


@staff_page
@require_safe
def next_answer(request: AuthenticatedRequest) -> HttpResponse:
    """Redirect to the next answer that nobody else is grading, or to the queue if there is none."""
    wanted = read_wanted(request.GET)
    last = parse_whole_number(request.GET.get("last", ""))
    now = timezone.now()
    leases.forget_expired(now)
    place = choosing.find_next(request.user, wanted, now)
    if place is None:
        messages.info(request, _("No other answer waits for you."))
        return redirect(reverse("admin:quizzes_attempt_queue") + _query(Wanted(wanted.quiz), last=last))
    attempt, question = place
    return redirect(reverse("review:answer", args=[attempt.uuid, question]) + _query(wanted, last=last))


@staff_page
def answer(request: AuthenticatedRequest, uuid: UUID, question: UUID) -> HttpResponse:
    """Show one answer to whoever grades it. A POST decides, skips, takes over, inserts a comment or keeps the answer."""
    page = _get_page(request, uuid, question)
    now = timezone.now()
    wanted = read_wanted(request.GET)
    if request.method == "POST":
        done = _act(request, page, wanted, now)
        if done is not None:
            return done
    else:
        page.typed = kept_form(request)
        page.holder = leases.claim(attempt=page.attempt, question=question, grader=request.user, now=now)
    recording.record_rows(Attempt, [page.attempt])
    context = _context(request, page, wanted)
    return render(request, "review/answer.html", context, status=page.status)


def _get_page(request: AuthenticatedRequest, uuid: UUID, question: UUID) -> _Page:
    visible = rules.may(request.user, Permission.READ, Attempt.course_path)
    attempt: Attempt = get_object_or_404(graded_attempts().filter(visible), uuid=uuid)
    if not rules.can(request.user, Permission.GRADE, attempt.enrolment.course_id):
        raise PermissionDenied
    reviewed = get_reviewed(attempt)
    found = next((each for each in reviewed.questions if each.question.uuid == str(question)), None)
    if found is None:
        raise Http404
    return _Page(attempt, reviewed, found)


def _act(request: AuthenticatedRequest, page: _Page, wanted: Wanted, now: datetime) -> HttpResponse | None:
    """Do what the form says. Returns None if the page is shown again, with what its grader has typed."""
    place: dict[str, Any] = {"attempt": page.attempt, "question": UUID(page.question.question.uuid)}
    here = _behind(page, wanted)
    if "keep" in request.POST:
        is_taken = leases.claim(**place, grader=request.user, now=now) is not None
        return HttpResponse(status=409 if is_taken else 204)
    if "skip" in request.POST:
        leases.release(**place, grader=request.user)
        return redirect(reverse("review:next") + _query(here))
    if "take" in request.POST:
        leases.take_over(**place, grader=request.user, now=now)
        return redirect(request.get_full_path())
    page.typed = request.POST.copy()
    page.seen = parse_whole_number(request.POST.get("seen", ""))
    page.holder = leases.claim(**place, grader=request.user, now=now)
    if "insert" in request.POST:
        _insert(request, page)
        return None
    _decide(request, page, now)
    if page.errors:
        return None
    leases.release(**place, grader=request.user)
    last = Review.objects.filter(**place, reviewer=request.user).order_by("pk").last()
    return redirect(reverse("review:next") + _query(here, last=last.pk if last else None))


def _behind(page: _Page, wanted: Wanted) -> Wanted:
    """Return what is wanted after this answer."""
    return Wanted(wanted.quiz, wanted.question, (page.attempt.uuid, UUID(page.question.question.uuid)))


def _insert(request: AuthenticatedRequest, page: _Page) -> None:
    """Add a saved comment to what was typed: the way without script."""
    chosen = _uuid(request.POST["insert"])
    comments = page.attempt.enrolment.course.saved_comments.usable_by(request.user)
    text = next((_text_for(page, each) for each in comments if each.uuid == chosen), "")
    assert page.typed is not None
    page.typed["comment"] = "\n".join(part for part in (page.value("comment", ""), text) if part)


def _decide(request: AuthenticatedRequest, page: _Page, now: datetime) -> None:
    """Store the decision, or add the reason why not to the errors of the page."""
    assert page.typed is not None
    if "give" in request.POST:
        page.typed["points"] = request.POST["give"]
    if page.holder and "force" not in request.POST:
        page.status = 409
        page.errors.append(
            _("%(name)s is grading this answer now. Your entry is still here, and not saved.")
            % {"name": page.holder.grader}
        )
        return
    spec = page.question.spec
    criteria = {part["uuid"]: page.value(part["uuid"], "") for part in spec.get("rubric", [])}
    try:
        decision = read_decision(
            spec, points=page.value("points", ""), criteria=criteria, comment=page.value("comment", "")
        )
        if decision is None:
            raise ValueError(_("Give points; 0 is allowed."))
        manual.record_reviews(
            attempt=page.attempt,
            decisions={UUID(spec["uuid"]): decision},
            reviewer=request.user,
            now=now,
            seen=page.seen,
        )
    except ValueError as fault:
        page.status = 400
        page.errors.append(str(fault))
    except DomainError as refused:
        # The page is read again, so that it shows the other decision. Who saves once more has seen it.
        page.reviewed = get_reviewed(page.attempt)
        page.question = next(
            each for each in page.reviewed.questions if each.question.uuid == page.question.question.uuid
        )
        page.seen, page.status = page.reviewed.seen, 409
        page.errors += [refused.message, _("Your entry is still here. Save it again to put it in place of the other.")]


def _text_for(page: _Page, comment: SavedComment) -> str:
    """Return a saved comment in the language of the student who reads it."""
    return languages.choose(comment.text, page.attempt.enrolment.user.language)


def _context(request: AuthenticatedRequest, page: _Page, wanted: Wanted) -> dict[str, Any]:
    # What was taken back stands in the form again, so that only what was wrong has to be changed.
    spec, last = page.question.spec, page.question.last_review or page.question.withdrawn
    given = {uuid: format_points(points) for uuid, points in last.criteria.items()} if last else {}
    course = page.attempt.enrolment.course
    comments = list(course.saved_comments.usable_by(request.user)[:50])
    may_accept = page.question.question.kind == "short_answer" and page.question.has_text
    return admin.site.each_context(request) | {
        "title": _("Grade by hand"),
        "attempt": page.attempt,
        "course": course,
        "row": page.question,
        "errors": page.errors,
        "holder": page.holder,
        "seen": page.reviewed.seen if page.seen is None else page.seen,
        "criteria": [
            {
                "uuid": part["uuid"],
                "text": languages.choose(part["text"]),
                "points": part["points"],
                "given": page.value(part["uuid"], given.get(part["uuid"], "")),
                "quick": quick_points(part["points"]),
            }
            for part in spec.get("rubric", [])
        ],
        "points": page.value("points", format_points(last.points) if last else ""),
        "quick": quick_points(page.question.score["max_points"]),
        "comment": page.value("comment", last.comment if last else ""),
        "comment_limit": COMMENT_LIMIT,
        "comments": [(n if n <= KEYS else 0, each.uuid, _text_for(page, each)) for n, each in enumerate(comments, 1)],
        "may_accept": may_accept
        and page.question.score["outcome"] != "correct"
        and rules.can(request.user, Permission.EDIT, course)
        and rules.can(request.user, Permission.REGRADE, course),
        "following": reverse("review:next") + _query(_behind(page, wanted)),
        "waiting": choosing.waiting_for(request.user, wanted).count(),
        "wanted": wanted,
        "query": _query(wanted),
        "only_question": _query(Wanted(page.attempt.quiz_id, UUID(spec["uuid"]))),
        "all_answers": _query(Wanted(wanted.quiz)),
        "last": find_last(request),
    }


def find_last(request: AuthenticatedRequest) -> Review | None:
    """Return the reader's last decision, which the address names, if it can still be taken back. One query, if any."""
    pk = parse_whole_number(request.GET.get("last", ""))
    if pk is None:
        return None
    own = Review.objects.filter(rules.may(request.user, Permission.GRADE, COURSE_OF_REVIEW), reviewer=request.user)
    found = own.filter(pk=pk, is_withdrawn=False).select_related("attempt__enrolment__user", "attempt__quiz__activity")
    return found.first()


@staff_page
@require_POST
def undo(request: AuthenticatedRequest, review_id: int) -> HttpResponse:
    """Take back a decision of one's own, and show the answer again."""
    own = Review.objects.filter(rules.may(request.user, Permission.GRADE, COURSE_OF_REVIEW), reviewer=request.user)
    review = get_object_or_404(
        own.select_related("attempt__quiz__activity", "attempt__enrolment__user", "attempt__version"), pk=review_id
    )
    try:
        manual.take_back(review=review, actor=request.user, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Your decision is taken back."))
    wanted = read_wanted(request.GET)
    address = reverse("review:answer", args=[review.attempt.uuid, review.question])
    return redirect(address + _query(Wanted(wanted.quiz, wanted.question)))
