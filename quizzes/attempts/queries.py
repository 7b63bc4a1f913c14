"""Find and lock attempts and the rows that belong to them.

The queries of every attempt request are compiled once (`common.database.prepared.Prepared`). Callers see only the
functions. `load_content` costs one more query when this process meets a version for the first time.
"""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, FilteredRelation, Q, QuerySet

from accounts.models import Language, User
from common.database.prepared import Prepared
from courses.models import Activity, Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import load_content

_SAMPLE_UUID = UUID(int=1)
# No two attempts of a student at a quiz have the same number.
NEWEST_FIRST = ("-number",)


# Long texts and JSON that no request of an attempt uses.
_NOT_NEEDED = (
    "version__content",
    "quiz__intro_ko",
    "quiz__intro_en",
    "quiz__intro_html",
    "quiz__pools",
    "quiz__activity__course__summary_ko",
    "quiz__activity__course__summary_en",
    "quiz__activity__course__languages",
)


def _with_relations(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    return attempts.select_related("quiz__activity__course", "version", "enrolment").defer(*_NOT_NEEDED)


_STUDENT_ATTEMPT = Prepared(
    lambda user, uuid: _with_relations(Attempt.objects.for_student(user).filter(uuid=uuid).with_release()),
    samples=(-1, _SAMPLE_UUID),
)
# Saving an answer is the most frequent request, so it loads only the columns that it needs.
_STUDENT_ATTEMPT_TO_ANSWER = Prepared(
    lambda user, uuid: (
        Attempt.objects.for_student(user)
        .filter(uuid=uuid)
        .select_related("quiz", "version")
        .only("drawn", "quiz__grace", "version__digest")
    ),
    samples=(-1, _SAMPLE_UUID),
)
_OPEN_ATTEMPT = Prepared(
    lambda quiz, enrolment: _with_relations(
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment, status=Attempt.Status.IN_PROGRESS)
    ),
    samples=(-1, -2),
)
_ATTEMPT_BY_ID = Prepared(lambda pk: _with_relations(Attempt.objects.filter(pk=pk)), samples=(-1,))
_LOCKED_ATTEMPT = Prepared(
    lambda pk: (
        Attempt.objects.select_for_update().filter(pk=pk).only("status", "deadline", "due_at", "is_expired", "quiz_id")
    ),
    samples=(-1,),
)
_LOCKED_ENROLMENT = Prepared(lambda pk: Enrolment.objects.select_for_update().filter(pk=pk).values("pk"), samples=(-1,))
# What a cohort's dates and a student's override say about a quiz, for queries with the relations `of_cohort` and `of_student`.
OWN_RULES = {
    "cohort_opens_at": F("of_cohort__opens_at"),
    "cohort_due_at": F("of_cohort__due_at"),
    "cohort_closes_at": F("of_cohort__closes_at"),
    "student_opens_at": F("of_student__opens_at"),
    "student_due_at": F("of_student__due_at"),
    "student_closes_at": F("of_student__closes_at"),
    "extra_minutes": F("of_student__extra_minutes"),
    "extra_attempts": F("of_student__extra_attempts"),
}
# The dates and the override belong to the student, so that one statement reads the attempts and the rules.
_ATTEMPTS_AT_QUIZ = Prepared(
    lambda quiz, enrolment: (
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
        .annotate(
            of_cohort=FilteredRelation("quiz__dates", condition=Q(quiz__dates__cohort=F("enrolment__cohort"))),
            of_student=FilteredRelation("quiz__overrides", condition=Q(quiz__overrides__enrolment=F("enrolment"))),
        )
        .annotate(**OWN_RULES)
        .with_release()
        .order_by(*NEWEST_FIRST)
    ),
    samples=(-1, -2),
)


def _with_content(attempt: Attempt) -> Attempt:
    attempt.enrolment.course = attempt.quiz.activity.course
    load_content(attempt.version)
    return attempt


def find_own_attempt(user: User, uuid: UUID) -> Attempt | None:
    """Return the user's own attempt with quiz, activity, course, enrolment and version, or None. One query. See `hide_held`."""
    found = _STUDENT_ATTEMPT.first(user.pk, uuid)
    return _with_content(found).hide_held() if found else None


def find_own_attempt_to_answer(user: User, uuid: UUID) -> Attempt | None:
    """Return the user's own attempt with the columns that saving an answer needs, or None. One query.

    Loaded are `drawn`, the version and the quiz's `grace`.
    """
    found = _STUDENT_ATTEMPT_TO_ANSWER.first(user.pk, uuid)
    if found is not None:
        load_content(found.version)
    return found


def find_open_attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt | None:
    """Return the student's attempt in progress, loaded as by `find_own_attempt`, or None. One query."""
    found = _OPEN_ATTEMPT.first(quiz.pk, enrolment.pk)
    return _with_content(found) if found else None


def get_attempt(pk: int) -> Attempt:
    """Return the attempt with this id, loaded as by `find_own_attempt`. One query. Raises Attempt.DoesNotExist."""
    found = _ATTEMPT_BY_ID.first(pk)
    if found is None:
        raise Attempt.DoesNotExist(f"There is no attempt {pk}.")
    return _with_content(found)


def lock_enrolment(enrolment: Enrolment) -> None:
    """Lock the enrolment's row until the transaction ends, so that concurrent starts of one student run one by one.

    One query. None on SQLite, which has no row locks and runs write transactions one by one anyway.
    """
    if connection.features.has_select_for_update:
        _LOCKED_ENROLMENT.values(enrolment.pk)


def lock_attempt(attempt: Attempt) -> Attempt:
    """Lock the attempt's row until the transaction ends and return it as a new object. One query.

    Loaded are status, deadline, due date and `is_expired`; the quiz is the one of `attempt`.
    """
    locked = _LOCKED_ATTEMPT.instances(attempt.pk)[0]
    locked.quiz = attempt.quiz
    return locked


def get_attempts(quiz: Quiz, enrolment: Enrolment) -> list[Attempt]:
    """Return the student's attempts at a quiz, the latest first. One query.

    Each has the attributes of `OWN_RULES`: what the student's cohort and override say about the quiz. See `hide_held`.
    """
    return [attempt.hide_held() for attempt in _ATTEMPTS_AT_QUIZ.instances(quiz.pk, enrolment.pk)]


_ANSWERS = Prepared(lambda attempt: Answer.objects.filter(attempt=attempt), samples=(-1,))


def get_answers(attempt: Attempt) -> list[Answer]:
    """Return the stored answers of an attempt. One query."""
    return _ANSWERS.instances(attempt.pk)


_ANSWER = Prepared(
    lambda attempt, question: (
        Answer.objects.filter(attempt=attempt, question=question)
        .select_related("attempt")
        .only("question", "response", "sequence", "saved_at", "confirmed_at", "attempt__status", "attempt__deadline")
    ),
    samples=(-1, _SAMPLE_UUID),
)


def find_answer(attempt: Attempt, question: UUID) -> Answer | None:
    """Return the stored answer with what the attempt's status and deadline are now, or None. One query.

    The quiz of `answer.attempt` is the one of `attempt`.
    """
    found = _ANSWER.first(attempt.pk, question)
    if found is not None:
        found.attempt.quiz = attempt.quiz
    return found


_QUIZ = Prepared(
    lambda user, activity: (
        Quiz.objects.for_student(user)
        .filter(activity__uuid=activity)
        .select_related("activity__course", "current_version")
        .defer("current_version__content")
    ),
    samples=(-1, _SAMPLE_UUID),
)
_QUIZ_OF_COURSE = Prepared(
    lambda course, slug: Quiz.objects.filter(
        activity__course=course, activity__slug=slug, activity__kind=Activity.Kind.QUIZ, activity__archived_at=None
    ).select_related("activity__course", "current_version"),
    samples=(-1, "slug of a quiz"),
)
# No row has the cohort 0, which stands for none.
_OWN_RULES_OF_QUIZ = Prepared(
    lambda quiz, cohort, enrolment: (
        Quiz.objects.filter(pk=quiz)
        .annotate(
            of_cohort=FilteredRelation("dates", condition=Q(dates__cohort=cohort)),
            of_student=FilteredRelation("overrides", condition=Q(overrides__enrolment=enrolment)),
        )
        .values(**OWN_RULES)
    ),
    samples=(-1, -2, -3),
)
# The dates that decide until when each quiz of a course is due.
_DATES_OF_QUIZZES = Prepared(
    lambda course, cohort, enrolment: (
        Quiz.objects.filter(activity__course=course, activity__kind=Activity.Kind.QUIZ, activity__archived_at=None)
        .annotate(
            of_cohort=FilteredRelation("dates", condition=Q(dates__cohort=cohort)),
            of_student=FilteredRelation("overrides", condition=Q(overrides__enrolment=enrolment)),
        )
        .values("activity_id", "late_rule", "due_at", "closes_at")
        .annotate(
            cohort_due_at=F("of_cohort__due_at"),
            cohort_closes_at=F("of_cohort__closes_at"),
            student_due_at=F("of_student__due_at"),
            student_closes_at=F("of_student__closes_at"),
        )
    ),
    samples=(-1, -2, -3),
)
# What decides about the rules of a quiz and its answers.
RULE_FIELDS = (
    "current_version_id",
    "show_answers",
    "pass_mark",
    "attempts_allowed",
    "time_limit",
    "grace",
    "opens_at",
    "due_at",
    "closes_at",
    "late_rule",
    "late_deduction",
)
# What names an activity. The titles in all languages, because the statement is compiled once.
NAME_FIELDS = ("slug", "code", *(f"title_{language}" for language in Language.values))
# What says where an attempt stands.
STATE_FIELDS = ("uuid", "number", "status", "points", "max_points", "graded_at", "answers_revealed_at")


def _quizzes_with_attempts(user_id: int) -> QuerySet[Any, Any]:
    quiz = "course__activities__quiz"
    own = {
        "of_cohort": FilteredRelation(f"{quiz}__dates", condition=Q(**{f"{quiz}__dates__cohort": F("cohort")})),
        "of_student": FilteredRelation(f"{quiz}__overrides", condition=Q(**{f"{quiz}__overrides__enrolment": F("pk")})),
        "attempt": FilteredRelation(f"{quiz}__attempts", condition=Q(**{f"{quiz}__attempts__enrolment": F("pk")})),
    }
    columns = {
        "enrolment_id": F("pk"),
        "quiz_id": F(f"{quiz}__pk"),
        "activity_id": F(f"{quiz}__activity_id"),
        "attempt_id": F("attempt__pk"),
        "is_held": F("course__activities__grade_item__is_held"),
        "release_at": F("course__activities__grade_item__release_at"),
        **{f"quiz_{name}": F(f"{quiz}__{name}") for name in RULE_FIELDS},
        **{f"activity_{name}": F(f"course__activities__{name}") for name in NAME_FIELDS},
        **{f"attempt_{name}": F(f"attempt__{name}") for name in STATE_FIELDS},
        **OWN_RULES,
    }
    rows: QuerySet[Any, Any] = (
        Enrolment.objects.active()
        .filter(
            user_id=user_id,
            course__activities__kind=Activity.Kind.QUIZ,
            course__activities__archived_at=None,
            course__activities__quiz__isnull=False,
        )
        .annotate(**own)
        .annotate(**columns)
        .values(*columns)
        .order_by("quiz_id", "-attempt_number")
    )
    return rows


# The graded quizzes of all of a student's courses with the rules for the student: a row for each attempt at each quiz, and one
# for a quiz without an attempt.
_QUIZZES_WITH_ATTEMPTS = Prepared(_quizzes_with_attempts, samples=(-1,))


def find_quiz(user: User, activity: UUID) -> Quiz | None:
    """Return the quiz of an activity in one of the user's courses, with course and current version, or None. One query."""
    found = _QUIZ.first(user.pk, activity)
    if found is not None and found.current_version is not None:
        load_content(found.current_version)
    return found


def find_quiz_of_course(course_id: int, slug: str) -> Quiz | None:
    """Return the course's quiz with this slug, with course and current version, or None. One query."""
    return _QUIZ_OF_COURSE.first(course_id, slug)


def get_own_rules(quiz: Quiz, enrolment: Enrolment) -> dict[str, Any]:
    """Return what `OWN_RULES` names, for one student. One query."""
    return _OWN_RULES_OF_QUIZ.values(quiz.pk, enrolment.cohort_id or 0, enrolment.pk)[0]


def get_quizzes_with_attempts(user: User) -> list[dict[str, Any]]:
    """Return the graded quizzes of the user's courses, each once for each of the user's attempts, the latest first. One query.

    A row has `enrolment_id`, `quiz_id`, `activity_id`, `attempt_id`, `is_held`, `release_at`, the names of `OWN_RULES`,
    `RULE_FIELDS` as `quiz_…`, `NAME_FIELDS` as `activity_…` and `STATE_FIELDS` as `attempt_…`: None without an attempt.
    """
    return _QUIZZES_WITH_ATTEMPTS.values(user.pk)


def get_dates_of_quizzes(enrolment: Enrolment) -> list[dict[str, Any]]:
    """Return the due dates and closings of the course's quizzes: the quiz's own, the cohort's and the student's. One query."""
    return _DATES_OF_QUIZZES.values(enrolment.course_id, enrolment.cohort_id or 0, enrolment.pk)
