"""Define attempts, their answers, uploaded files and late answers."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from common.database.durability import write_lock
from common.database.prepared import adapted
from courses.models import Enrolment, InCourse
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes import sequences
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def for_student(self, user: User) -> Self:
        """The user's own attempts, in published courses where the enrolment is active."""
        return self.filter(
            enrolment__user=user, enrolment__status=Enrolment.Status.ACTIVE, quiz__activity__course__is_published=True
        )

    def with_release(self) -> Self:
        """Read `is_held` and `release_at`, from the quiz's grade item. None for a lesson check, which has none."""
        return self.annotate(
            is_held=F("quiz__activity__grade_item__is_held"), release_at=F("quiz__activity__grade_item__release_at")
        )

    def released(self) -> Self:
        """Attempts whose grades are not held back."""
        return self.exclude(quiz__activity__grade_item__is_held=True)

    def for_staff(self, user: User, permission: Permission) -> Self:
        """The attempts in the courses in which the user may do what `permission` says."""
        return self.filter(rules.may(user, permission, Attempt.course_path))

    def for_a_person(self) -> Self:
        """Attempts that need manual grading, of students who are still in the course. The longest waiting comes first."""
        waiting = self.filter(status=Attempt.Status.NEEDS_REVIEW, enrolment__status=Enrolment.Status.ACTIVE)
        return waiting.order_by("submitted_at", "pk")

    def running_out(self, *, now: datetime) -> Self:
        """In progress, and past the deadline (without grace)."""
        return self.filter(status=Attempt.Status.IN_PROGRESS, deadline__lte=now)

    def waiting(self) -> Self:
        """Submitted and not graded yet, claimed by a grader or not."""
        return self.filter(status__in=[Attempt.Status.SUBMITTED, Attempt.Status.GRADING])

    def claimable(self, *, now: datetime, latest_lease: datetime) -> Self:
        """Attempts that a grader may claim: submitted, or claimed with a lease that is over or impossibly late."""
        is_over = Q(lease_until__lte=now) | Q(lease_until__gt=latest_lease)
        return self.filter(Q(status=Attempt.Status.SUBMITTED) | Q(is_over, status=Attempt.Status.GRADING))


class Attempt(InCourse):
    """One student's attempt at one version of a quiz. The row is also the entry in the grading queue.

    in_progress → submitted → grading (claimed by a lease) → graded or needs_review. `grading_attempts` is the lease's
    token: a grader may finish only if the column still has the number that it wrote. After five attempts without a
    grade: needs_attention.
    """

    course_path: ClassVar[str] = "enrolment__course"

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("in progress")
        SUBMITTED = "submitted", _("submitted")
        GRADING = "grading", _("being graded")
        GRADED = "graded", _("graded")
        NEEDS_REVIEW = "needs_review", _("waiting for the instructor")
        NEEDS_ATTENTION = "needs_attention", _("could not be graded")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="attempts", verbose_name=_("version"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attempts", verbose_name=_("student"))
    number = models.PositiveSmallIntegerField(_("attempt"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.IN_PROGRESS)
    started_at = models.DateTimeField(_("started"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    graded_at = models.DateTimeField(_("graded"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    grading_attempts = models.PositiveSmallIntegerField(_("grading attempts"), default=0)
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2, null=True, blank=True)
    max_points = models.DecimalField(_("out of"), max_digits=8, decimal_places=2)
    # When the student looked at the solutions in this attempt. After that no further attempt may start.
    answers_revealed_at = models.DateTimeField(_("answers seen"), null=True, blank=True)
    # uuids of the drawn questions, in order. None: all questions of the version, in its order.
    drawn = models.JSONField(null=True, editable=False)
    # uuids of the questions that the student wants to look at again. None: none so far.
    flagged = models.JSONField(_("flagged questions"), null=True, editable=False)
    # When the server submits the attempt: at the time limit or the quiz's closing, whichever is first. None: never.
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
    # Submitted by the server at the deadline, not by the student.
    is_expired = models.BooleanField(_("time ran out"), default=False)
    # Deduction for a late submit in percent of the points, by the rules at the time of the submit.
    late_deduction = models.PositiveSmallIntegerField(_("deduction (percent)"), default=0)

    # Whether its grade is held back, and until when: see `AttemptQuerySet.with_release` and `hide_held`.
    is_held: bool | None = False
    release_at: datetime | None = None

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["deadline"], name="quizzes_attempt_running", condition=Q(status="in_progress")),
            models.Index(
                fields=["status", "submitted_at"],
                name="quizzes_attempt_waiting",
                condition=Q(status__in=["submitted", "grading", "needs_attention"]),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "enrolment", "number"], name="quizzes_attempt_number_unique"),
            models.UniqueConstraint(
                fields=["quiz", "enrolment"],
                condition=Q(status="in_progress"),
                name="quizzes_attempt_one_open",
                violation_error_message=_("An attempt at this quiz is in progress already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["in_progress", "submitted", "grading", "graded", "needs_review", "needs_attention"]
                ),
                name="quizzes_attempt_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(status="in_progress", submitted_at=None)
                | (~Q(status="in_progress") & Q(submitted_at__isnull=False)),
                name="quizzes_attempt_submitted_has_time",
                violation_error_message=_("A submitted attempt needs the time of its submission."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} #{self.number} · {self.enrolment.user}"

    def hide_held(self) -> Self:
        """Forget a held grade, in this object only. Called after each reading of the row for its student."""
        if self.is_held and self.status != self.Status.IN_PROGRESS:
            self.status, self.points, self.graded_at = self.Status.SUBMITTED, None, None
        return self

    @property
    def public_questions(self) -> list[dict[str, Any]]:
        """Return the public forms of the drawn questions, in the order of this attempt."""
        questions: list[dict[str, Any]] = self.version.content["questions"]
        if self.drawn is None:
            return questions
        by_uuid = {public["uuid"]: public for public in questions}
        return [by_uuid[uuid] for uuid in self.drawn]

    def find_question(self, question: UUID | str) -> dict[str, Any] | None:
        """Return the public form of one question; None if the attempt does not have it."""
        return next((public for public in self.public_questions if public["uuid"] == str(question)), None)

    @property
    def ran_out(self) -> bool:
        """Whether it was submitted at or after its deadline, by the server or by the open page."""
        return self.deadline is not None and self.submitted_at is not None and self.submitted_at >= self.deadline

    @property
    def percent(self) -> int | None:
        """Points as a whole percentage of the maximum, rounded down (99.9 % is not full marks); None if ungraded."""
        if self.points is None:
            return None
        return int(self.points * 100 / self.max_points) if self.max_points else 0


# The answer with the higher sequence number of the client wins (_HIGHER_SEQUENCE_WINS), or the one that arrives last
# (_LAST_ARRIVAL_WINS). A confirmed answer is never replaced. A stored number that is too far ahead never wins
# (`quizzes.sequences`). With _SEEN an answer that the client has not seen is not replaced.
_HIGHER_SEQUENCE_WINS = """
ON CONFLICT (attempt_id, question) DO UPDATE
SET response = excluded.response, sequence = excluded.sequence, saved_at = excluded.saved_at
WHERE quizzes_answer.confirmed_at IS NULL
AND (quizzes_answer.sequence < excluded.sequence OR quizzes_answer.sequence > %s)
"""
_LAST_ARRIVAL_WINS = """
ON CONFLICT (attempt_id, question) DO UPDATE
SET response = excluded.response, sequence = quizzes_answer.sequence + 1, saved_at = excluded.saved_at
WHERE quizzes_answer.confirmed_at IS NULL AND quizzes_answer.response <> excluded.response
"""
_SEEN = "AND (quizzes_answer.sequence = %s OR quizzes_answer.sequence > %s)"
_RETURNING = " RETURNING question, sequence"
_INSERT = "INSERT INTO quizzes_answer (attempt_id, question, response, sequence, saved_at) VALUES "
# The attempt's row is locked where the database has row locks: an answer is never written after a submit.
_INSERT_IF_OPEN = """
INSERT INTO quizzes_answer (attempt_id, question, response, sequence, saved_at)
SELECT id, %s, %s, %s, %s FROM quizzes_attempt
WHERE id = %s AND status = 'in_progress' AND (deadline IS NULL OR deadline >= %s)
"""


class AnswerQuerySet(models.QuerySet["Answer"]):
    def store(
        self,
        attempt: "Attempt",
        responses: dict[UUID, dict[str, Any]],
        *,
        sequence: int | None,
        now: datetime,
        base: int | None = None,
    ) -> dict[UUID, int]:
        """Store responses by question in one statement. Return {question: sequence number} of those that were stored.

        A response is not stored if a higher `sequence` is stored already (None: the last arrival wins), if it is equal
        to the stored one, if the answer is confirmed, or if its number is not `base` (None: any).
        The ORM has no INSERT that updates on a condition.
        """
        if not responses:
            return {}
        values: list[Any] = []
        for question, response in responses.items():
            values += [attempt.pk, *_row(question, response, sequence, now)]
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(responses))
        with connection.cursor() as cursor:
            cursor.execute(_INSERT + rows + _conflict(sequence, base, now, values), values)
            return {UUID(str(question)): stored for question, stored in cursor.fetchall()}

    def store_if_open(
        self,
        attempt: "Attempt",
        question: UUID,
        response: dict[str, Any],
        *,
        sequence: int | None,
        now: datetime,
        due: datetime,
        base: int | None = None,
    ) -> int | None:
        """Store one response in one statement if the attempt is in progress and its deadline, if any, is not before `due`.

        Return its new sequence number, or None if nothing was stored (see `store`).
        """
        lock = " FOR NO KEY UPDATE" if connection.features.has_select_for_no_key_update else ""
        values = [*_row(question, response, sequence, now), attempt.pk, adapted(due)]
        with write_lock(), connection.cursor() as cursor:
            cursor.execute(_INSERT_IF_OPEN + lock + _conflict(sequence, base, now, values), values)
            stored = cursor.fetchall()
        return int(stored[0][1]) if stored else None


def _conflict(sequence: int | None, base: int | None, now: datetime, values: list[Any]) -> str:
    """Return the SQL for an answer that is stored already, and append its parameters to `values`."""
    sql = _LAST_ARRIVAL_WINS
    if sequence is not None:
        sql = _HIGHER_SEQUENCE_WINS
        values.append(sequences.latest_believed(now))
    if base is not None:
        sql += _SEEN
        values += [base, sequences.latest_believed(now)]
    return sql + _RETURNING


def _row(question: UUID, response: dict[str, Any], sequence: int | None, now: datetime) -> list[Any]:
    json = Answer._meta.get_field("response").get_db_prep_value(response, connection)
    return [adapted(question), json, sequence or 0, adapted(now)]


class Answer(models.Model):
    """The latest answer to one question of an attempt. `sequence` is the client's number; a lower one never wins."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    response = models.JSONField(_("answer"))
    sequence = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved"))
    # When the student confirmed the answer to see its feedback. A confirmed answer cannot be changed.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "question"], name="quizzes_answer_once_per_question")
        ]

    def __str__(self) -> str:
        return str(self.question)


class LateAnswer(InCourse):
    """An answer that arrived after the attempt was submitted. It is not graded until a person accepts it."""

    course_path: ClassVar[str] = "attempt__enrolment__course"

    class Verdict(models.TextChoices):
        OPEN = "open", _("not looked at")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="late_answers", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    response = models.JSONField(_("answer"))
    received_at = models.DateTimeField(_("received"))
    typed_at = models.DateTimeField(_("given, by the student's device"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("late answer")
        verbose_name_plural = _("late answers")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(verdict__in=["open", "accepted", "declined"]),
                name="quizzes_lateanswer_verdict_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"


class HandInFileQuerySet(models.QuerySet["HandInFile"]):
    def counted(self) -> Self:
        """Files that are graded: not removed, and uploaded in time or accepted later."""
        in_time = Q(late_answer=None) | Q(late_answer__verdict=LateAnswer.Verdict.ACCEPTED)
        return self.filter(in_time, removed_at=None)


class HandInFile(models.Model):
    """A file that a student uploaded for one question of an attempt. Removing it keeps the row and the file.

    A file that arrived after the submit belongs to a `LateAnswer` and is not graded until that is accepted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="files", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="hand-ins")
    uploaded_at = models.DateTimeField(_("uploaded"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    late_answer = models.ForeignKey(
        LateAnswer, models.CASCADE, null=True, blank=True, related_name="files", verbose_name=_("late answer")
    )

    objects = HandInFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file handed in")
        verbose_name_plural = _("files handed in")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name
