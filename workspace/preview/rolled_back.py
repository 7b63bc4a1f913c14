"""Publish the drafts of a course for the time of one request, and take everything back.

The real pages for students are shown by the real views, to a student who exists in this transaction only. So a preview cannot
differ from what is published later. Nothing of it stays: no row, no message, no entry in the audit, no mail.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.audit import context
from accounts.models import User
from accounts.requests import AuthenticatedRequest
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from workspace.drafts import editing
from workspace.drafts.records import DraftedCourse
from workspace.publishing import publish


@dataclass(frozen=True, slots=True)
class Preview:
    """The course as published for the moment, and the student who looks at it."""

    course: Course
    student: User
    enrolment: Enrolment


@contextmanager
def published(course: Course, *, lesson: str | None) -> Iterator[Preview]:
    """Publish the drafts until the block ends. Raises `quizzes.authoring.publishing.UnpublishableQuiz`.

    Of the lessons only the text of `lesson` is as in the draft, or of all if that is None, which takes longer.
    """
    with transaction.atomic(), context.nobody():
        try:
            drafted = editing.lock(course)
            lessons = _changed_lessons(drafted) & ({lesson} if lesson is not None else _lessons(drafted))
            publish.write(drafted, publish.plan(drafted), now=timezone.now(), lessons=lessons)
            Course.objects.filter(pk=course.pk).update(is_published=True)
            # When a quiz opens is no matter of what it says.
            Quiz.objects.filter(activity__course=course).update(
                opens_at=None, due_at=None, closes_at=None, access_code=""
            )
            student = User.objects.create(
                email=f"{uuid.uuid4()}@preview.invalid", name=_("Preview"), language=(get_language() or "ko")[:2]
            )
            enrolment = Enrolment.objects.create(user=student, course=course, source=Enrolment.Source.OPEN)
            course.refresh_from_db()
            yield Preview(course, student, enrolment)
        finally:
            transaction.set_rollback(True)


def _lessons(drafted: DraftedCourse) -> set[str]:
    return {slug for slug, fields in drafted.activities() if fields["kind"] == "lesson"}


def _changed_lessons(drafted: DraftedCourse) -> set[str]:
    """Return the slugs of the lessons whose pages the drafts may change: all, if they change what texts can refer to."""
    if any(key[0] in ("course", "activity", "term", "asset") for key in drafted.drafts):
        return _lessons(drafted)
    return {key[1] for key in drafted.drafts if key[0] == "edition"}


@contextmanager
def seen_by(request: AuthenticatedRequest, student: User) -> Iterator[None]:
    """Let a view take the request for the student's."""
    staff = request.user
    request.user = student
    try:
        yield
    finally:
        request.user = staff


def adapt(response: HttpResponse, course: Course, *, banner: str, quiz: str = "") -> HttpResponse:
    """Put a banner on a student's page, and let its links and forms lead to pages of the preview.

    `quiz` is the quiz of an attempt's page.
    """
    if response.streaming or "text/html" not in response.headers.get("Content-Type", ""):
        return response
    here = reverse("workspace:preview-course", args=[course.slug])
    page = response.content.decode().replace('<main id="content">', f'{banner}<main id="content">', 1)
    page = page.replace(f'"{reverse("courses:course-detail", args=[course.slug])}', f'"{here}')
    if quiz:
        page = re.sub(r'"/attempts/[0-9a-f-]{36}/[^"]*"', f'"{here}quizzes/{quiz}/result/"', page)
        # An attempt of a preview is saved nowhere, and neither are its flags.
        page = re.sub(r'<button class="flag".*?</button>', "", page)
        page = re.sub(r'<script src="[^"]*baeum/attempt/main[^"]*" type="module"></script>', "", page)
    response.content = page.encode()
    return response
