"""The invariants of the state machine, which hold after every step."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import (
    invariant,
)

from courses import gradebook
from courses.models import Enrolment, GradeChange
from operations.verify import grades
from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.grading import automatic, scoring
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.taking import submit
from tests.quizzes import state_model as model
from tests.quizzes.state_base import GRADED, NEXT, Base


class Invariants(Base):
    # --- What must hold ---

    @invariant()
    def check_everything(self) -> None:
        rows = {row.pk: row for row in Attempt.objects.filter(quiz=self.quiz)}
        assert set(rows) == set(self.made)
        self.check_attempts(rows)
        self.check_answers()
        self.check_grades(rows)
        self.check_progress()

    def check_attempts(self, rows: dict[int, Attempt]) -> None:
        for student in (0, 1):
            mine = [attempt for attempt in self.made.values() if attempt.student == student]
            assert sum(rows[attempt.pk].status == "in_progress" for attempt in mine) <= 1
            assert len(mine) <= model.ALLOWED + self.exemptions[student].attempts
            assert sorted(rows[attempt.pk].number for attempt in mine) == list(range(1, len(mine) + 1))
        for pk, expected in self.made.items():
            row = rows[pk]
            assert row.status == expected.status or row.status in NEXT[expected.status], (expected.status, row.status)
            assert (row.status == "in_progress") == (expected.ended_at is None)
            assert row.version_id == expected.version
            assert row.submitted_at == expected.ended_at
            assert row.is_expired == expected.expired
            assert row.late_deduction == expected.deduction
            expected.status = row.status

    def check_answers(self) -> None:
        stored: dict[int, dict[str, Any]] = {pk: {} for pk in self.made}
        names = {uuid: name for name, uuid in self.world.uuids.items()}
        for pk, question, response in Answer.objects.values_list("attempt_id", "question", "response"):
            stored[pk][names[question]] = response
        files: dict[int, set[str]] = {pk: set() for pk in self.made}
        late: dict[int, list[str]] = {pk: [] for pk in self.made}
        kept = HandInFile.objects.values_list("attempt_id", "name", "removed_at", "late_answer__verdict")
        for pk, name, removed_at, verdict in kept:
            if verdict is not None:
                late[pk].append(name.removesuffix(".txt"))
            if removed_at is None and verdict in (None, LateAnswer.Verdict.ACCEPTED):
                files[pk].add(name.removesuffix(".txt"))
        for pk, expected in self.made.items():
            assert stored[pk] == {
                name: self.world.raw(name, saved.response) for name, saved in expected.answers.items()
            }
            assert files[pk] == expected.files
            assert sorted(late[pk]) == sorted(expected.late_files)

    def check_grades(self, rows: dict[int, Attempt]) -> None:
        revisions: dict[int, list[AttemptGrade]] = {pk: [] for pk in self.made}
        for grade in AttemptGrade.objects.order_by("revision"):
            revisions[grade.attempt_id].append(grade)
        ledger: dict[UUID, list[GradeChange]] = {}
        for change in GradeChange.objects.order_by("revision"):
            ledger.setdefault(change.source, []).append(change)
        notified = set(GradeNotice.objects.values_list("grade_id", flat=True))
        for pk, expected in self.made.items():
            grades = revisions[pk]
            assert [grade.revision for grade in grades] == list(range(1, len(grades) + 1))
            assert bool(grades) == (rows[pk].status in GRADED)
            self.check_revisions(expected, grades, notified)
            entered = [(g.revision, g.points, g.max_points) for g in grades if not scoring.is_pending(g)]
            assert entered == [(c.revision, c.points, c.max_points) for c in ledger.get(rows[pk].uuid, [])]
            if grades:
                assert rows[pk].points == (None if rows[pk].status == "needs_review" else grades[-1].points)
        for student, enrolment in enumerate(self.world.enrolments):
            worths = [
                (ledger[rows[pk].uuid][-1].points, ledger[rows[pk].uuid][-1].max_points)
                for pk, expected in self.made.items()
                if expected.student == student and rows[pk].uuid in ledger
            ]
            item_grade = next(iter(gradebook.get_item_grades(enrolment)))
            best = max((int(points * 100 / most) for points, most in worths), default=None)
            assert item_grade.percent == best
            assert item_grade.attempts == len(worths)

    def check_revisions(self, expected: model.Attempt, grades: list[AttemptGrade], notified: set[int]) -> None:
        as_rows = [(g.pk, g.revision, g.version_id, g.points, g.max_points, str(g.details)) for g in grades]
        known = len(expected.revisions)
        assert as_rows[:known] == expected.revisions
        if len(as_rows) > known:
            expected.reviews_seen = dict(expected.reviews)
            expected.revisions = as_rows
        for before, after in zip([None, *grades][known:], grades[known:], strict=False):
            if before is None:
                assert self.step in {"grade", "resume"}, self.step
                assert after.version_id == expected.version
                continue
            assert self.step in {"review", "accept", "regrade", "override"}, self.step
            assert after.actor_id == self.world.teacher.pk
            whole = not scoring.is_pending(before) and not scoring.is_pending(after)
            changed = (before.points, before.max_points) != (after.points, after.max_points)
            assert (after.pk in notified) == (whole and changed)
        if grades:
            last = grades[-1]
            points, most, pending = expected.worth(self.keys[last.version_id], expected.reviews_seen)
            assert last.points == points
            assert last.max_points == most
            assert scoring.is_pending(last) == pending
            assert 0 <= last.points <= last.max_points

    def check_progress(self) -> None:
        stored = dict(Enrolment.objects.values_list("pk", "progress_percent"))
        for student, enrolment in enumerate(self.world.enrolments):
            percent = stored[enrolment.pk]
            ended = any(attempt.ended_at for attempt in self.made.values() if attempt.student == student)
            assert self.progress[student] <= percent <= 100
            assert percent == (33 if ended else 0)
            self.progress[student] = percent

    def teardown(self) -> None:
        with self.around:
            self.step = "end"
            self.now += timedelta(days=30)
            submit.expire_overdue(now=self.now)
            for _ in range(2 * automatic.MAX_GRADING_ATTEMPTS):
                self.now += model.LEASE
                automatic.sweep(now=self.now)
                for attempt in Attempt.objects.filter(status=Attempt.Status.NEEDS_ATTENTION):
                    automatic.retry_grading(attempt=attempt)
                for pk in Attempt.objects.waiting().values_list("pk", flat=True):
                    automatic.grade_attempt(attempt_id=pk, now=self.now)
            assert set(Attempt.objects.values_list("status", flat=True)) <= GRADED
            assert list(grades.find_differences()) == []
