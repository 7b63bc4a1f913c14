"""Owns how what every request of an attempt needs is found: by prepared queries, with versions held in memory.

A version and its key never change once they are made, so a process reads each once. What is held is shared between
requests: nobody writes to it. The digest stands beside the id, because a database that was put back may give an id again.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from common.prepared import Prepared
from courses.models import Enrolment
from quizzes.models import Answer, AnswerKey, Attempt, AttemptGrade, Quiz, QuizDates, QuizException, QuizVersion, Review
from quizzes.questions import Spec

T = TypeVar("T")

# Versions that one process holds; one of ten questions takes about 100 KB.
MOST = 200
_SAMPLE = UUID(int=1)


class _Held(Generic[T]):
    """The last MOST of what was asked for."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: T) -> T:
        with self._lock:
            self._found[key] = value
            while len(self._found) > MOST:
                self._found.popitem(last=False)
        return value


_contents: _Held[dict[str, Any]] = _Held()
_keys: _Held[dict[str, Spec]] = _Held()

_CONTENT = Prepared(lambda pk: QuizVersion.objects.filter(pk=pk).only("content"), samples=(-1,))
_KEY = Prepared(lambda pk: AnswerKey.objects.filter(version=pk), samples=(-1,))


def with_content(version: QuizVersion) -> QuizVersion:
    """The version, its content as this process holds it. A query when it meets the version for the first time."""
    name = (version.pk, version.digest)
    content = _contents.get(name)
    if content is None:
        content = _contents.put(name, _CONTENT.instances(version.pk)[0].content)
    version.content = content
    return version


def key_of(version: QuizVersion) -> dict[str, Spec]:
    """{question uuid: full spec}, for whoever grades. Raises AnswerKey.DoesNotExist."""
    name = (version.pk, version.digest)
    key = _keys.get(name)
    if key is None:
        found = _KEY.first(version.pk)
        if found is None:
            raise AnswerKey.DoesNotExist(f"Version {version.pk} has no key.")
        key = _keys.put(name, found.content)
    return key


# --- Attempts -------------------------------------------------------------------------------------------------


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
    with_content(attempt.version)
    return attempt


def own_attempt(user: User, uuid: UUID) -> Attempt | None:
    """The person's own attempt with quiz, activity, course, enrolment and version; None for anybody else's."""
    found = _OWN.first(user.pk, uuid)
    return _completed(found) if found else None


def own_to_answer(user: User, uuid: UUID) -> Attempt | None:
    """The person's own attempt with what saving an answer needs: the version, and the quiz's grace; None for anybody
    else's."""
    found = _OWN_TO_ANSWER.first(user.pk, uuid)
    if found is not None:
        with_content(found.version)
    return found


def open_attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt | None:
    found = _OPEN.first(quiz.pk, enrolment.pk)
    return _completed(found) if found else None


def attempt(pk: int) -> Attempt:
    """The attempt of this id, as `own_attempt` finds it. Raises Attempt.DoesNotExist."""
    found = _BY_ID.first(pk)
    if found is None:
        raise Attempt.DoesNotExist(f"There is no attempt {pk}.")
    return _completed(found)


def hold_enrolment(enrolment: Enrolment) -> None:
    """Hold the enrolment's row until the transaction's end: what one student starts at once comes in turn.

    Where rows cannot be held, a transaction that will write comes in turn anyway.
    """
    if connection.features.has_select_for_update:
        _ENROLMENT_HELD.values(enrolment.pk)


def hold(attempt: Attempt) -> Attempt:
    """The attempt's row as it stands now, held until the transaction's end; status, deadline, due date and `is_expired` of it."""
    held = _HELD.instances(attempt.pk)[0]
    held.quiz = attempt.quiz
    return held


def attempts_at(quiz: Quiz, enrolment: Enrolment) -> list[Attempt]:
    """A student's attempts at a quiz, the last first."""
    return _OF_QUIZ.instances(quiz.pk, enrolment.pk)


# --- What belongs to an attempt -------------------------------------------------------------------------------

_ANSWERS = Prepared(lambda attempt: Answer.objects.filter(attempt=attempt), samples=(-1,))
_REVIEWS = Prepared(lambda attempt: Review.objects.filter(attempt=attempt).order_by("pk"), samples=(-1,))
_GRADES = Prepared(lambda attempt: AttemptGrade.objects.filter(attempt=attempt).order_by("revision"), samples=(-1,))


def answers(attempt: Attempt) -> list[Answer]:
    return _ANSWERS.instances(attempt.pk)


def reviews(attempt: Attempt) -> list[Review]:
    """What persons decided, the first decision first."""
    return _REVIEWS.instances(attempt.pk)


def grades(attempt: Attempt) -> list[AttemptGrade]:
    """The gradings, the first revision first."""
    return _GRADES.instances(attempt.pk)


# --- What belongs to a quiz -----------------------------------------------------------------------------------

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
    lambda quiz, enrolment: QuizException.objects.filter(quiz=quiz, enrolment=enrolment), samples=(-1, -2)
)


def quiz_of(user: User, activity: UUID) -> Quiz | None:
    """The quiz attached to an activity of one of the person's courses."""
    found = _QUIZ.first(user.pk, activity)
    if found is not None and found.current_version is not None:
        with_content(found.current_version)
    return found


def dates(quiz: Quiz, cohort_id: int) -> QuizDates | None:
    return _DATES.first(quiz.pk, cohort_id)


def exception(quiz: Quiz, enrolment: Enrolment) -> QuizException | None:
    return _EXCEPTION.first(quiz.pk, enrolment.pk)
