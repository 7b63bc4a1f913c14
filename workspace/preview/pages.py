"""Pages: the course, a lesson and a quiz as students will see them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses.models import Course
from courses.pages import courses as course_pages
from courses.pages import glossary as glossary_pages
from courses.pages import lessons as lesson_pages
from courses.pages import printing as printing_pages
from lesson_checks import pages as check_pages
from quizzes.authoring.models import Question
from quizzes.authoring.publishing import UnpublishableQuiz
from quizzes.taking.pages import quizzes as quiz_pages
from workspace.pages.base import reading_page
from workspace.preview import attempts
from workspace.preview.rolled_back import Preview, adapt, published, seen_by

Show = Callable[[AuthenticatedRequest, Preview], HttpResponse]


def _show(
    request: AuthenticatedRequest,
    course: Course,
    show: Show,
    *,
    edit: str,
    slug: str = "",
    quiz: str = "",
    shows_all: bool = False,
) -> HttpResponse:
    """Return a page as a student sees it, with a banner that leads to the page `edit` of the workspace.

    `slug` is the activity that the page `edit` is about. `quiz` is the quiz of an attempt's page. `shows_all` says that the page
    has the texts of all lessons.
    """
    back = reverse(f"workspace:{edit}", args=[course.slug, slug] if slug else [course.slug])
    banner = render_to_string("workspace/preview_banner.html", {"edit": back})
    try:
        with published(course, lesson=None if shows_all else slug) as preview, seen_by(request, preview.student):
            response = show(request, preview)
            return adapt(response, course, banner=banner, quiz=quiz)
    except DomainError as refusal:
        # A quiz that cannot be started, for example.
        messages.error(request, refusal.message)
        return redirect(back)
    except UnpublishableQuiz as refused:
        faults = "; ".join(message for _key, message in refused.faults)
        messages.error(request, _("There is no preview before this is corrected: %(faults)s") % {"faults": faults})
        return redirect("workspace:publish", course.slug)
    except Http404:
        messages.info(request, _("Students do not find this page in the draft. A lesson needs a text, for example."))
        return redirect(back)


@reading_page
def course(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    return _show(
        request,
        course,
        lambda request, preview: course_pages.course_detail(_reading(request), course.slug),
        edit="outline",
    )


@reading_page
def glossary(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    return _show(
        request,
        course,
        lambda request, preview: glossary_pages.glossary(_reading(request), course.slug),
        edit="glossary",
    )


@reading_page
def printed(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show all lessons on one page, as students print them."""
    return _show(
        request,
        course,
        lambda request, preview: printing_pages.course_print(_reading(request), course.slug),
        edit="outline",
        shows_all=True,
    )


@reading_page
def lesson(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    return _show(
        request,
        course,
        lambda request, preview: lesson_pages.lesson_detail(_reading(request), course.slug, activity_slug),
        edit="lesson",
        slug=activity_slug,
    )


@reading_page
def answer_in_text(request: AuthenticatedRequest, course: Course, activity_slug: str, question: UUID) -> HttpResponse:
    """Show the feedback to a question in the text. One that was never published is answered on the page of its check."""
    if request.method != "POST" or not Question.objects.filter(uuid=question).exists():
        return redirect("workspace:preview-check", course.slug, activity_slug)
    return _show(
        request,
        course,
        lambda request, preview: check_pages.answer_in_text(request, course.slug, activity_slug, question),
        edit="lesson",
        slug=activity_slug,
    )


@reading_page
def quiz(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    return _show(
        request,
        course,
        lambda request, preview: quiz_pages.quiz_detail(_reading(request), course.slug, activity_slug),
        edit="quiz",
        slug=activity_slug,
    )


@reading_page
def attempt(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Show the questions of a quiz or of a lesson's check, to be answered."""
    return _show(
        request,
        course,
        lambda request, preview: attempts.begin(_reading(request), preview, activity_slug),
        edit="quiz",
        slug=activity_slug,
        quiz=activity_slug,
    )


@reading_page
def result(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Show the result of the answers in the form. Without any, show the questions again."""
    if request.method != "POST" or not attempts.is_begun(request, course, activity_slug):
        return redirect("workspace:preview-attempt", course.slug, activity_slug)
    return _show(
        request,
        course,
        lambda request, preview: attempts.finish(request, preview, activity_slug),
        edit="quiz",
        slug=activity_slug,
        quiz=activity_slug,
    )


def _reading(request: AuthenticatedRequest) -> AuthenticatedRequest:
    """Make the request one that only reads: buttons such as "Done" lead to the same page again."""
    request.method = "GET"
    return request
