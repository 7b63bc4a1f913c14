"""Find attempts and what belongs to them."""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from common.database.prepared import Prepared
from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.authoring.versions import load_content

_SAMPLE = UUID(int=1)


def _whole(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    return attempts.select_related("quiz__activity__course", "version", "enrolment").defer("version__content")


_OWN = Prepared(lambda user, uuid: _whole(Attempt.objects.for_student(user).filter(uuid=uuid)), samples=(-1, _SAMPLE))
# What an answer is saved by: the most frequent of all requests reads no more.
_OWN_TO_ANSWER = Prepared(
    lambda user, uuid: (
        Attempt.objects.for_student(user)
        .filter(uuid=uuid)
        .select_related("quiz", "version")
        .only("drawn", "quiz__grace", "version__digest")
    ),
    samples=(-1, _SAMPLE),
)
_OPEN = Prepared(
    lambda quiz, enrolment: _whole(
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment, status=Attempt.Status.IN_PROGRESS)
    ),
    samples=(-1, -2),
)
_BY_ID = Prepared(lambda pk: _whole(Attempt.objects.filter(pk=pk)), samples=(-1,))
_HELD = Prepared(
    lambda pk: (
        Attempt.objects.select_for_update().filter(pk=pk).only("status", "deadline", "due_at", "is_expired", "quiz_id")
    ),
    samples=(-1,),
)
_ENROLMENT_HELD = Prepared(
    lambda pk: Enrolment.objects.select_for_update().filter(pk=pk).values("pk"),
    samples=(-1,),
)
_OF_QUIZ = Prepared(
    lambda quiz, enrolment: Attempt.objects.filter(quiz=quiz, enrolment=enrolment).order_by("-number"), samples=(-1, -2)
)


def _completed(attempt: Attempt) -> Attempt:
    attempt.enrolment.course = attempt.quiz.activity.course
    load_content(attempt.version)
    return attempt


def find_own_attempt(user: User, uuid: UUID) -> Attempt | None:
    """The person's own attempt with quiz, activity, course, enrolment and version; None for anybody else's."""
    found = _OWN.first(user.pk, uuid)
    return _completed(found) if found else None


def find_own_attempt_to_answer(user: User, uuid: UUID) -> Attempt | None:
    """The person's own attempt with what saving an answer needs: the version, and the quiz's grace; None for anybody
    else's."""
    found = _OWN_TO_ANSWER.first(user.pk, uuid)
    if found is not None:
        load_content(found.version)
    return found


def find_open_attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt | None:
    found = _OPEN.first(quiz.pk, enrolment.pk)
    return _completed(found) if found else None


def get_attempt(pk: int) -> Attempt:
    """The attempt of this id, as `own_attempt` finds it. Raises Attempt.DoesNotExist."""
    found = _BY_ID.first(pk)
    if found is None:
        raise Attempt.DoesNotExist(f"There is no attempt {pk}.")
    return _completed(found)


def lock_enrolment(enrolment: Enrolment) -> None:
    """Hold the enrolment's row until the transaction's end: what one student starts at once comes in turn.

    Where rows cannot be held, a transaction that will write comes in turn anyway.
    """
    if connection.features.has_select_for_update:
        _ENROLMENT_HELD.values(enrolment.pk)


def lock_attempt(attempt: Attempt) -> Attempt:
    """The attempt's row as it stands now, held until the transaction's end; status, deadline, due date and `is_expired` of it."""
    held = _HELD.instances(attempt.pk)[0]
    held.quiz = attempt.quiz
    return held


def get_attempts(quiz: Quiz, enrolment: Enrolment) -> list[Attempt]:
    """A student's attempts at a quiz, the last first."""
    return _OF_QUIZ.instances(quiz.pk, enrolment.pk)


_ANSWERS = Prepared(lambda attempt: Answer.objects.filter(attempt=attempt), samples=(-1,))


def get_answers(attempt: Attempt) -> list[Answer]:
    return _ANSWERS.instances(attempt.pk)


_QUIZ = Prepared(
    lambda user, activity: (
        Quiz.objects.for_student(user)
        .filter(activity__uuid=activity)
        .select_related("activity__course", "current_version")
        .defer("current_version__content")
    ),
    samples=(-1, _SAMPLE),
)
_DATES = Prepared(lambda quiz, cohort: QuizDates.objects.filter(quiz=quiz, cohort=cohort), samples=(-1, -2))
_EXCEPTION = Prepared(
    lambda quiz, enrolment: QuizOverride.objects.filter(quiz=quiz, enrolment=enrolment), samples=(-1, -2)
)


def find_quiz(user: User, activity: UUID) -> Quiz | None:
    """The quiz attached to an activity of one of the person's courses."""
    found = _QUIZ.first(user.pk, activity)
    if found is not None and found.current_version is not None:
        load_content(found.current_version)
    return found


def find_cohort_dates(quiz: Quiz, cohort_id: int) -> QuizDates | None:
    return _DATES.first(quiz.pk, cohort_id)


def find_override(quiz: Quiz, enrolment: Enrolment) -> QuizOverride | None:
    return _EXCEPTION.first(quiz.pk, enrolment.pk)
