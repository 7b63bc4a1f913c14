"""Pages: a quiz before an attempt, and its start."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.lookup import or_404
from courses import access, progress
from courses.models import Activity
from courses.outline.published import PublishedCourse, get_published
from courses.pages.joining import offers_to_join
from quizzes.attempts.queries import find_quiz_of_course
from quizzes.authoring.models import Quiz
from quizzes.results.overview import QuizOverview, get_overview
from quizzes.taking import start


@login_required
@require_GET
@offers_to_join
def quiz_detail(request: AuthenticatedRequest, slug: str, quiz_slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    parts = or_404(_quiz_parts(course, quiz_slug))
    now = timezone.now()
    progress.record_visit(enrolment=enrolment, activity=parts.quiz.activity, now=now)
    overview = get_overview(quiz=parts.quiz, enrolment=enrolment, now=now)
    return render(
        request,
        "quizzes/quiz_detail.html",
        {
            "activity": parts.quiz.activity,
            "quiz": parts.quiz,
            "parts": parts,
            "rules": _render_rules(course, parts, overview),
            "question_count": parts.question_count,
            "overview": overview,
        },
    )


@dataclass(frozen=True, slots=True)
class QuizParts:
    """A quiz, and the parts of its page that are the same for all students. SafeStrings are HTML."""

    quiz: Quiz
    question_count: int
    breadcrumbs: SafeString
    title: SafeString
    start_url: str


def _quiz_parts(course: PublishedCourse, slug: str) -> QuizParts | None:
    """Return the parts of the course's quiz with this slug, or None. Cached for the course's revision, then no query."""
    activities = (activity for _, entries in course.modules for activity in entries)
    if not any(each.slug == slug and each.kind == Activity.Kind.QUIZ for each in activities):
        return None
    return course.cached(("quiz", slug), lambda: _read_quiz(course, slug))


def _read_quiz(course: PublishedCourse, slug: str) -> QuizParts | None:
    quiz = find_quiz_of_course(course.course.pk, slug)
    if quiz is None:
        return None
    context = {"course": course.course, "activity": quiz.activity, "quiz": quiz}
    return QuizParts(
        quiz=quiz,
        question_count=quiz.current_version.question_count if quiz.current_version else 0,
        breadcrumbs=render_to_string("quizzes/_quiz_breadcrumbs.html", context),
        title=render_to_string("quizzes/_quiz_title.html", context),
        start_url=reverse("quizzes:attempt-start", args=[course.course.slug, slug]),
    )


def _render_rules(course: PublishedCourse, parts: QuizParts, overview: QuizOverview) -> SafeString:
    """Return the rules in words. Students with the same rules and attempts left share them, unless there are dates."""
    context = {
        "quiz": parts.quiz,
        "question_count": parts.question_count,
        "rules": overview.rules,
        "left": overview.attempts_left,
        "is_revealed": overview.is_revealed,
    }
    if overview.rules.opens_at or overview.rules.due_at or overview.rules.closes_at:
        # They are written in the student's time zone.
        return render_to_string("quizzes/_quiz_rules.html", context)
    return course.cached(
        ("quiz rules", parts.quiz.pk, overview.rules, overview.attempts_left, overview.is_revealed),
        lambda: render_to_string("quizzes/_quiz_rules.html", context),
    )


@login_required
@require_http_methods(["GET", "POST"])
def attempt_start(request: AuthenticatedRequest, slug: str, quiz_slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    quiz = or_404(find_quiz_of_course(enrolment.course_id, quiz_slug))
    if request.method == "GET":
        # After a sign-in the browser returns with GET.
        return redirect(quiz.activity)
    try:
        attempt = start.start(
            quiz=quiz, enrolment=enrolment, now=timezone.now(), access_code=request.POST.get("access_code", "")
        )
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect(quiz.activity)
    return redirect("quizzes:attempt-detail", attempt.uuid)
