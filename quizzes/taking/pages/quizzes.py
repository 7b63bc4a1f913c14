"""Pages: a quiz before an attempt, and its start."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.lookup import or_404
from courses import access, progress
from courses.outline.published import get_published
from courses.pages.joining import offers_to_join
from quizzes.attempts.queries import find_quiz_of_course
from quizzes.results.overview import get_overview
from quizzes.results.quiz_parts import get_quiz_parts, render_rules
from quizzes.taking import start


@login_required
@require_GET
@offers_to_join
def quiz_detail(request: AuthenticatedRequest, slug: str, quiz_slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    parts = or_404(get_quiz_parts(course, quiz_slug))
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
            **render_rules(course, parts, overview),
            "question_count": parts.question_count,
            "overview": overview,
        },
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
