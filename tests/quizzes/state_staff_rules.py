"""The rules of the state machine: what instructors do."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, QuizOverride
from quizzes.grading import late_answers, manual, regrading, revisions
from quizzes.grading.models import AttemptGrade, Regrade, RegradeLine
from quizzes.taking import deadline
from tests.quizzes import state_model as model
from tests.quizzes.state_base import ANY, GRADED, QUESTIONS, STUDENTS, Base


class WorkerKilled(Exception):
    """Raised instead of killing the process that runs the test."""


@contextmanager
def worker_killed_after(lines: int) -> Iterator[None]:
    """The worker that runs a regrade inside is killed while it applies the line after these, before the commit."""
    regrade_attempt = revisions.regrade_attempt
    applied = 0

    def apply_or_be_killed(**arguments: Any) -> Any:
        nonlocal applied
        result = regrade_attempt(**arguments)
        if applied == lines:
            raise WorkerKilled
        applied += 1
        return result

    with patch.object(revisions, "regrade_attempt", apply_or_be_killed), suppress(WorkerKilled):
        yield


class Instructors(Base):
    # --- What instructors do ---

    @precondition(lambda self: any(attempt.status in GRADED for attempt in self.made.values()))
    @rule(which=ANY, question=QUESTIONS, points=st.sampled_from(["0", "1.25", "3", "4"]))
    def review(self, which: int, question: str, points: str) -> None:
        graded = [attempt for attempt in self.made.values() if attempt.status in GRADED]
        expected = graded[which % len(graded)]
        expected.reviews[question] = Decimal(points)
        with self.doing("review"):
            manual.record_reviews(
                attempt=self.loaded(expected.pk),
                decisions={self.world.uuids[question]: manual.Decision(Decimal(points), {})},
                reviewer=self.world.teacher,
                now=self.now,
            )

    @precondition(lambda self: any(attempt.late or attempt.late_files for attempt in self.made.values()))
    @rule(which=ANY, accept=st.booleans())
    def decide_late(self, which: int, accept: bool) -> None:
        rows = list(
            LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment", "attempt__version")
        )
        if not rows:
            return
        late = rows[which % len(rows)]
        expected = self.made[late.attempt_id]
        question = next(name for name, uuid in self.world.uuids.items() if uuid == late.question)
        refusal = late_answers.NothingToAccept if accept and expected.status not in GRADED else None
        if accept and not refusal and late.verdict == LateAnswer.Verdict.OPEN:
            file = late.files.first()
            if file is not None:
                expected.files.add(file.name.removesuffix(".txt"))
            else:
                response = next(r for q, r in expected.late if q == question and self.world.raw(q, r) == late.response)
                known = expected.answers.get(question)
                expected.answers[question] = model.Saved(response, known.sequence if known else 0)
        with self.doing("accept", refusal):
            if accept:
                late_answers.accept_late_answer(late=late, actor=self.world.teacher, now=self.now)
            else:
                late_answers.decline_late_answer(late=late, actor=self.world.teacher, now=self.now)

    @rule(
        right=st.integers(0, 2),
        accept=st.sets(st.sampled_from(["median", "mean"]), min_size=1),
        near_misses=st.booleans(),
        points=st.sampled_from([1, 2]),
    )
    def edit_the_key(self, right: int, accept: set[str], near_misses: bool, points: int) -> None:
        with self.doing("edit"):
            single, short = (Question.objects.get(quiz=self.quiz, key=key) for key in ("single", "short"))
            Question.objects.filter(pk=single.pk).update(points=points)
            Choice.objects.filter(question=single).update(is_correct=False)
            Choice.objects.filter(question=single, position=right).update(is_correct=True)
            definition = {"near_misses": "review"} if near_misses else {}
            Question.objects.filter(pk=short.pk).update(definition=definition)
            AcceptedAnswer.objects.filter(question=short, is_correct=True).delete()
            AcceptedAnswer.objects.bulk_create(AcceptedAnswer(question=short, text=text) for text in sorted(accept))
            version = publishing.publish(self.quiz)
            key = model.Key(right, frozenset(accept), near_misses, Decimal(points))
            assert self.keys.setdefault(version.pk, key) == key

    @precondition(lambda self: len(self.keys) > 1 and any(attempt.status in GRADED for attempt in self.made.values()))
    @rule()
    def propose_a_regrade(self) -> None:
        self.step = "propose"
        try:
            regrading.propose(quiz=self.quiz, actor=self.world.teacher, now=self.now)
        except (regrading.NothingToRegrade, regrading.RegradeRefused):
            return

    @rule(right=st.integers(0, 2), near_misses=st.booleans())
    def decide_on_another_key(self, right: int, near_misses: bool) -> None:
        """Edited, looked at and approved in one go; the job has not run yet."""
        self.edit_the_key(right, {"mean"}, near_misses, 1)
        self.propose_a_regrade()
        self.approve_the_regrade()

    @precondition(lambda self: len(self.keys) > 1)
    @rule()
    def approve_the_regrade(self) -> None:
        self.step = "approve"
        for regrade in Regrade.objects.filter(status=Regrade.Status.DRAFT):
            is_current = regrade.version_id == self.quiz.current_version_id
            with self.doing("approve", None if is_current else regrading.RegradeRefused):
                regrading.approve(regrade=regrade, reason="A better key", actor=self.world.teacher, now=self.now)

    @precondition(lambda self: len(self.keys) > 1)
    @rule(lines=st.sampled_from([0, 1, 2, None]))
    def run_the_regrade(self, lines: int | None) -> None:
        """To its end, or killed after some lines and in the middle of the next one."""
        with self.doing("regrade"):
            for regrade in Regrade.objects.filter(status=Regrade.Status.APPROVED).select_related("approved_by"):
                if lines is None:
                    done = regrading.run(regrade_id=regrade.pk, now=self.now)
                    assert done.done == done.total
                    continue
                with worker_killed_after(lines):
                    regrading.run(regrade_id=regrade.pk, now=self.now)
                    # All lines are applied. The worker is killed before it marks the regrade as done.
                    Regrade.objects.filter(pk=regrade.pk).update(status=Regrade.Status.APPROVED, finished_at=None)
        for line in RegradeLine.objects.filter(applied_at=self.now):
            # What was approved is what happened.
            revision = AttemptGrade.objects.filter(attempt=line.attempt_id, revision=line.revision + 1).first()
            assert revision is None or (revision.points, revision.max_points) == (line.new_points, line.new_max_points)

    @rule(student=STUDENTS, minutes=st.sampled_from([0, 15]), more=st.integers(0, 1), days=st.sampled_from([0, 1, 3]))
    def grant_an_override(self, student: int, minutes: int, more: int, days: int) -> None:
        exemption = self.exemptions[student]
        exemption.minutes, exemption.attempts = minutes, exemption.attempts + more
        exemption.due_at = self.quiz_due + timedelta(days=days) if days else None
        for attempt in (attempt for attempt in self.made.values() if attempt.student == student):
            if attempt.ended_at is None:
                started = Attempt.objects.values_list("started_at", flat=True).get(pk=attempt.pk)
                # What is taken back never ends an attempt in the past.
                moved = started + model.LIMIT + timedelta(minutes=minutes)
                attempt.deadline = max(moved, min(attempt.deadline, self.now))
                attempt.due_at = self.due_at(student)
            else:
                attempt.deduction = min(attempt.deduction, model.deduction(attempt.ended_at, self.due_at(student)))
        with self.doing("override"):
            enrolment = self.world.enrolments[student]
            QuizOverride.objects.update_or_create(
                quiz=self.quiz,
                enrolment=enrolment,
                defaults={
                    "extra_minutes": minutes,
                    "extra_attempts": exemption.attempts,
                    "due_at": exemption.due_at,
                    "reason": "Ill",
                },
            )
            deadline.refresh_deadlines(quiz=self.quiz, now=self.now)
            late_answers.reduce_late_deductions(
                quiz=self.quiz, enrolment=enrolment, reason="Ill", actor=self.world.teacher, now=self.now
            )
