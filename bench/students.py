"""Create the bench's students and print their session keys as JSON. Runs in `manage.py shell` of the product.

Readers request pages. As in the middle of a course, each reader has completed lessons, a graded attempt and an open attempt.
Takers take quizzes. They have used no attempt yet.
"""

import json
import random
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses import progress
from courses.models import Activity, Course, Enrolment
from operations.processes import processes
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit

COURSE = "data-analytics-week-2"
READERS, TAKERS = 100, 2500


def main() -> None:
    """Create all students and print as JSON what the bench needs."""
    course = Course.objects.get(slug=COURSE)
    lessons = list(Activity.objects.filter(course=course, kind=Activity.Kind.LESSON).visible())
    graded = list(
        Quiz.objects.filter(activity__course=course, activity__kind=Activity.Kind.QUIZ)
        .select_related("activity", "current_version")
        .order_by("activity__position")
    )
    with transaction.atomic():
        people = _people(READERS + TAKERS)
        enrolments = Enrolment.objects.bulk_create(Enrolment(user=person, course=course) for person in people)
        sessions = sessions_of(people)
        started = [_in_mid_course(enrolments[at], at, lessons, graded) for at in range(READERS)]
    readers = [
        {
            "session": sessions[at],
            "attempt": str(attempt.uuid),
            "answers": _forms(attempt),
            "graded": str(graded_attempt.uuid),
        }
        for at, (graded_attempt, attempt) in enumerate(started)
    ]
    quizzes = {str(quiz.activity.uuid): quiz.attempts_allowed for quiz in graded}
    cast = {
        "course": COURSE,
        "lessons": [lesson.slug for lesson in lessons],
        "lesson_uuids": [str(lesson.uuid) for lesson in lessons],
        "quizzes": [quiz.activity.slug for quiz in graded],
        "readers": readers,
        "takers": sessions[READERS:],
        "attempts_allowed": quizzes,
        "web": next(child.command for child in processes("127.0.0.1", 0) if child.name == "web"),
    }
    print(json.dumps(cast))


def _people(count: int) -> list[User]:
    # Nobody signs in with a password here, and hashing one takes 30 ms.
    nobody = make_password(None)
    return User.objects.bulk_create(
        User(
            email=f"student{number}@bench.invalid",
            name=f"Student {number}",
            password=nobody,
            language="ko" if number % 2 else "en",
        )
        for number in range(count)
    )


def sessions_of(people: list[User]) -> list[str]:
    """Create a session for each person, as a sign-in does.

    The session key is the value of the cookie of a browser, and the token of an app.
    """
    store = SessionStore()
    rows = []
    for person in people:
        data = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        rows.append(
            Session(
                session_key=secrets.token_hex(16),
                session_data=store.encode(data),
                expire_date=store.get_expiry_date(),
            )
        )
    return [row.session_key for row in Session.objects.bulk_create(rows)]


def _in_mid_course(
    enrolment: Enrolment, number: int, lessons: list[Activity], graded: list[Quiz]
) -> tuple[Attempt, Attempt]:
    """Complete some lessons and the last quiz for the student and start the first one. Return the graded and the open attempt."""
    now = timezone.now()
    for lesson in lessons[: number % len(lessons)]:
        progress.mark_done(enrolment=enrolment, activity=lesson, now=now)
    attempt = start.start(quiz=graded[-1], enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, now=now)
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    return attempt, start.start(quiz=graded[0], enrolment=enrolment, now=now)


def _forms(attempt: Attempt) -> list[dict[str, str]]:
    """Return one answer to each question, with the field names of the page's form."""
    return [{"question": view["uuid"], view["uuid"]: _value(view)} for view in attempt.public_questions]


def _value(view: dict[str, Any]) -> str:
    # The page ignores a value for a question that is answered in parts.
    return str(random.choice(view["choices"])["uuid"]) if "choices" in view else "data drift"
