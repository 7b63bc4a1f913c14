"""Answer a quiz in a preview. The questions are kept in the author's session, the answers and files nowhere.

A question that was never published gets new identifiers each time the drafts are published and taken back. The version that
the author has seen is therefore kept, and takes the place of the new one when the answers arrive.
"""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses.models import Course
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey, QuizVersion
from quizzes.grading.automatic import grade_attempt
from quizzes.taking import start, submit, uploads
from quizzes.taking.pages import attempts as attempt_pages
from quizzes.taking.pages import results as result_pages
from quizzes.taking.pages.forms import form_answers
from workspace.preview.rolled_back import Preview

_KEPT = "previewed_quiz"


def begin(request: AuthenticatedRequest, preview: Preview, slug: str) -> HttpResponse:
    """Show a new attempt, and keep its questions for `finish`."""
    attempt = _start(preview, slug)
    key = AnswerKey.objects.get(version=attempt.version)
    request.session[_KEPT] = {
        "course": preview.course.pk,
        "slug": slug,
        "content": attempt.version.content,
        "key": key.content,
        "digest": attempt.version.digest,
        "max_points": str(attempt.version.max_points),
        "uuid": str(attempt.uuid),
        "drawn": attempt.drawn,
    }
    return attempt_pages.render_attempt(request, attempt)


def is_begun(request: AuthenticatedRequest, course: Course, slug: str) -> bool:
    kept = request.session.get(_KEPT, {})
    return (kept.get("course"), kept.get("slug")) == (course.pk, slug)


def finish(request: AuthenticatedRequest, preview: Preview, slug: str) -> HttpResponse:
    """Submit and grade the answers in the form, and show the result."""
    attempt = _start(preview, slug)
    kept: dict[str, Any] = request.session[_KEPT]
    QuizVersion.objects.filter(pk=attempt.version_id).update(
        content=kept["content"], digest=kept["digest"], max_points=kept["max_points"]
    )
    AnswerKey.objects.filter(version=attempt.version_id).update(content=kept["key"])
    Attempt.objects.filter(pk=attempt.pk).update(
        uuid=uuid.UUID(kept["uuid"]), drawn=kept["drawn"], max_points=kept["max_points"]
    )
    attempt = queries.get_attempt(attempt.pk)
    now = timezone.now()
    try:
        _add_files(request, attempt)
        submit.submit(attempt=attempt, answers=form_answers(attempt, request.POST), now=now)
        grade_attempt(attempt_id=attempt.pk, now=now)
        request.method = "GET"
        return result_pages.attempt_result(request, attempt.uuid)
    except DomainError as refused:
        return attempt_pages.render_attempt(request, queries.get_attempt(attempt.pk), refused.message, 400)
    finally:
        # The rows are taken back with everything else.
        for file in HandInFile.objects.filter(attempt=attempt):
            file.file.delete(save=False)


def _add_files(request: AuthenticatedRequest, attempt: Attempt) -> None:
    """Store the files in the form until the page is made, so that they are checked and shown as a student's are."""
    for question in attempt.public_questions:
        for upload in request.FILES.getlist(f"{question['uuid']}:files"):
            uploads.add_file(attempt=attempt, question=uuid.UUID(question["uuid"]), upload=upload, now=timezone.now())


def _start(preview: Preview, slug: str) -> Attempt:
    quiz = (
        Quiz.objects.select_related("activity__course", "current_version")
        .filter(activity__course=preview.course, activity__slug=slug, activity__archived_at=None)
        .first()
    )
    if quiz is None or quiz.current_version is None or not quiz.current_version.content["questions"]:
        raise Http404
    return start.start(quiz=quiz, enrolment=preview.enrolment, now=timezone.now())
