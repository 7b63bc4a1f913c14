"""Attempts, grading and regrading under everything that may happen to them, in any order, by the clock.

After every step:

1. Of one attempt each revision of its grade is there once, they are 1, 2, 3 …, and none ever changes.
2. A student has at most one open attempt at a quiz, and never more attempts than allowed.
3. What was acknowledged as saved is in the row: the answer of the newest sequence.
4. After the end no answer and no file changes, but for late answers and files that an instructor accepted; each of those
   that came after the time was up is kept, once.
5. A score is a pure function of the answers, the key of its version, the decisions of persons and the deduction for
   being late: `state_model` computes it without the code's help.
6. The points are never above the maximum nor below 0.
7. The ledger is those revisions in which nothing is pending, and its fold is the standing.
8. What is submitted stays submitted, what is graded stays graded, or waits for a person.
9. A grade that exists changes only by a person: reviewed, accepted late, approved as a regrade, or forgiven; and the
   student is told of it once.
10. Progress is between 0 and 100 and never falls.

At the end of every run the workers get their time, and everything submitted is graded or waits for a person; then
`verify_grades` finds no difference. `--hypothesis-profile nightly` makes it 1,000 runs of 50 steps.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from common.errors import DomainError
from courses import gradebook
from courses.models import Course, Enrolment, GradeChange
from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz, QuizOverride
from quizzes.grading import automatic, late_answers, manual, regrading, revisions, scoring
from quizzes.grading.models import AttemptGrade, GradeNotice, Regrade, RegradeLine
from quizzes.taking import deadline, responses, save, start, submit, uploads
from quizzes.verify import grades
from tests.factories import EnrolmentFactory, add_short_answer, add_single_choice
from tests.quizzes import state_model as model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAITS = [timedelta(seconds=n) for n in (1, 11, 31, 61)] + [timedelta(minutes=n) for n in (10, 31)] + [timedelta(days=1)]
RESPONSES: dict[str, list[Any]] = {
    "single": [None, 0, 1, 2],
    "short": ["", "median", " Mean ", "medain", "mode"],
    "essay": ["", "Because."],
}
QUESTIONS = st.sampled_from(sorted(RESPONSES))
ANSWERS = QUESTIONS.flatmap(lambda question: st.tuples(st.just(question), st.sampled_from(RESPONSES[question])))
STUDENTS = st.integers(0, 1)
DEVICES = st.integers(0, 1)
ANY = st.integers(0, 7)
GRADED = {"graded", "needs_review"}
# What each status may become.
NEXT = {
    "in_progress": {"submitted", "grading", "needs_attention", *GRADED},
    "submitted": {"grading", "needs_attention", *GRADED},
    "grading": {"submitted", "needs_attention", *GRADED},
    "needs_attention": {"submitted", "grading", *GRADED},
    "graded": GRADED,
    "needs_review": GRADED,
}


@dataclass
class World:
    """What is there before anything happens."""

    quiz: Quiz
    enrolments: list[Enrolment]
    teacher: User
    uuids: dict[str, UUID]
    choices: list[UUID]

    def raw(self, question: str, response: Any) -> dict[str, Any]:
        if question == "single":
            return {"choice": None if response is None else str(self.choices[response])}
        return {"text": response}


@dataclass
class Sleeper:
    """A grader that has claimed an attempt and has not finished. `grading` is computed where it got so far."""

    attempt: Attempt
    token: int
    grading: scoring.Grading | None


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Quizzes(RuleBasedStateMachine):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        self.around.enter_context(rolled_back())
        self.now = NOW
        self.step = ""
        self.quiz = Quiz.objects.select_related("activity__course", "current_version").get(pk=self.world.quiz.pk)
        self.made: dict[int, model.Attempt] = {}
        self.devices: dict[tuple[int, int], Attempt] = {}
        self.exemptions = [model.Exemption(), model.Exemption()]
        self.sleepers: list[Sleeper] = []
        self.progress = [0, 0]
        assert self.quiz.current_version_id is not None
        first = model.Key(0, frozenset({"median"}), near_misses=False, single_points=Decimal(2))
        self.keys = {self.quiz.current_version_id: first}

    # --- What students do ---

    @initialize()
    def begin(self) -> None:
        self.start(student=0, device=0)

    @rule(student=STUDENTS, device=DEVICES)
    def start(self, student: int, device: int) -> None:
        mine = [attempt for attempt in self.made.values() if attempt.student == student]
        running = next((attempt for attempt in mine if attempt.ended_at is None), None)
        if running and running.is_over(self.now):
            running.end(running.deadline, expired=True)
            running = None
        allowed = model.ALLOWED + self.exemptions[student].attempts
        with self.doing("start", None if running or len(mine) < allowed else start.NoAttemptsLeft):
            started = start.start(quiz=self.quiz, enrolment=self.world.enrolments[student], now=self.now)
            self.devices[student, device] = Attempt.objects.select_related(
                "quiz__activity", "enrolment", "version"
            ).get(pk=started.pk)
            if running:
                assert started.pk == running.pk
                return
            assert started.pk not in self.made
            exemption = self.exemptions[student]
            self.made[started.pk] = model.Attempt(
                pk=started.pk,
                student=student,
                number=len(mine) + 1,
                version=self.quiz.current_version_id or 0,
                deadline=self.now + model.LIMIT + timedelta(minutes=exemption.minutes),
                due_at=self.due_at(student),
            )

    @rule(student=STUDENTS, device=DEVICES, which=ANY)
    def look(self, student: int, device: int, which: int) -> None:
        """A device shows an attempt again; else it goes on with the attempt as it knew it."""
        mine = [pk for pk, attempt in self.made.items() if attempt.student == student]
        if mine:
            self.devices[student, device] = self.loaded(mine[which % len(mine)])

    @precondition(lambda self: self.devices)
    @rule(which=ANY, answer=ANSWERS, sequence=st.one_of(st.none(), st.integers(0, 6)))
    def save(self, which: int, answer: tuple[str, Any], sequence: int | None) -> None:
        shown, expected = self.on_a_device(which)
        question, response = answer
        is_open = expected.ended_at is None and not expected.is_over(self.now)
        refusal: type[DomainError] | None = None
        if not is_open:
            refusal = self.closed(expected)
            self.keep_late(expected, {question: response})
        elif not expected.store(question, response, sequence):
            refusal = save.AnswerConfirmed
        with self.doing("save", refusal):
            saved = save.save_answer(
                attempt=shown,
                question=self.world.uuids[question],
                response=self.world.raw(question, response),
                now=self.now,
                sequence=sequence,
            )
            if refusal is not None:
                return
            known = expected.answers[question]
            assert (saved.response, saved.sequence) == (self.world.raw(question, known.response), known.sequence)

    @precondition(lambda self: self.devices)
    @rule(which=ANY, question=QUESTIONS)
    def check(self, which: int, question: str) -> None:
        shown, expected = self.on_a_device(which)
        refusal: type[DomainError] | None = None
        if question == "essay":
            refusal = save.NotConfirmable
        elif expected.ended_at is not None or expected.is_over(self.now):
            refusal = self.closed(expected)
        elif not expected.is_answered(question):
            refusal = save.NotConfirmable
        else:
            expected.answers[question].checked = True
        with self.doing("check", refusal):
            save.confirm_answer(attempt=shown, question=self.world.uuids[question], now=self.now)

    @precondition(lambda self: self.devices)
    @rule(which=ANY, content=st.sampled_from(["one", "two", "three"]), add=st.booleans())
    def hand_in_a_file(self, which: int, content: str, add: bool) -> None:
        shown, expected = self.on_a_device(which)
        if not add and content not in expected.files:
            return
        refusal: type[DomainError] | None = None
        if expected.ended_at is not None or expected.is_over(self.now):
            refusal = self.closed(expected)
            if add and refusal is deadline.DeadlinePassed and content not in expected.files:
                expected.late_files.add(content)
        elif not add:
            expected.files.remove(content)
        elif content not in expected.files and len(expected.files) == 2:
            refusal = uploads.FileRefused
        else:
            expected.files.add(content)
        with self.doing("file", refusal):
            if add:
                upload = SimpleUploadedFile(f"{content}.txt", content.encode())
                uploads.add_file(attempt=shown, question=self.world.uuids["essay"], upload=upload, now=self.now)
            else:
                file = HandInFile.objects.filter(
                    attempt=shown, name=f"{content}.txt", removed_at=None, late_answer=None
                ).latest("pk")
                uploads.remove_file(file=file, now=self.now)

    @precondition(lambda self: self.devices)
    @rule(which=ANY, answers=st.lists(ANSWERS, max_size=3), one_is_bad=st.sampled_from([False, False, False, True]))
    def submit(self, which: int, answers: list[tuple[str, Any]], one_is_bad: bool) -> None:
        shown, expected = self.on_a_device(which)
        given = dict(answers)
        refusal: type[DomainError] | None = None
        was_open = expected.ended_at is None
        if expected.expired or (was_open and expected.is_over(self.now)):
            self.keep_late(expected, given)
            if was_open:
                expected.end(expected.deadline, expired=True)
            refusal = deadline.DeadlinePassed if given or one_is_bad or was_open else None
        elif was_open:
            for question, response in given.items():
                expected.store(question, response, None)
            if one_is_bad:
                refusal = responses.UnknownQuestion
            else:
                expected.end(self.now, expired=False)
        with self.doing("submit", refusal):
            raw = {self.world.uuids[question]: self.world.raw(question, given[question]) for question in given}
            submit.submit(attempt=shown, answers={**raw, **({UUID(int=0): {}} if one_is_bad else {})}, now=self.now)

    # --- The clock and the workers ---

    @rule(pause=st.sampled_from(WAITS))
    def wait(self, pause: timedelta) -> None:
        self.step = "wait"
        self.now += pause

    @precondition(lambda self: self.devices)
    @rule(which=ANY, by_sweep=st.booleans())
    def expire(self, which: int, by_sweep: bool) -> None:
        shown, expected = self.on_a_device(which)
        for attempt in self.made.values() if by_sweep else [expected]:
            if attempt.ended_at is None and attempt.is_over(self.now):
                attempt.end(attempt.deadline, expired=True)
        with self.doing("expire"):
            if by_sweep:
                submit.expire_overdue(now=self.now)
            else:
                submit.expire(attempt=shown, now=self.now)

    @precondition(lambda self: self.made)
    @rule(which=ANY)
    def grade(self, which: int) -> None:
        with self.doing("grade"):
            automatic.grade_attempt(attempt_id=self.any_attempt(which), now=self.now)

    @precondition(lambda self: self.made)
    @rule(which=ANY, times=st.sampled_from([1, 1, 1, 5]))
    def kill(self, which: int, times: int) -> None:
        """Graders claim the attempt and die before they finish, one after the other."""
        with self.doing("kill"):
            for _ in range(times):
                automatic._claim(self.any_attempt(which), self.now)
                self.now += model.LEASE if times > 1 else timedelta(0)

    @precondition(lambda self: self.waiting)
    @rule(which=ANY, has_graded=st.booleans())
    def fall_asleep(self, which: int, has_graded: bool) -> None:
        """A grader claims the attempt and is held up, before or after it has computed the grade."""
        with self.doing("claim"):
            pk = self.waiting[which % len(self.waiting)]
            token = automatic._claim(pk, self.now)
            if token is not None:
                attempt = self.loaded(pk)
                graded = scoring.compute_grading(attempt) if has_graded else None
                self.sleepers.append(Sleeper(attempt, token, graded))

    @precondition(lambda self: self.sleepers)
    @rule(which=ANY)
    def wake(self, which: int) -> None:
        """It goes on as if nothing had been."""
        sleeper = self.sleepers.pop(which % len(self.sleepers))
        with self.doing("wake"):
            graded = sleeper.grading or scoring.compute_grading(sleeper.attempt)
            automatic._finish(sleeper.attempt, sleeper.token, graded, self.now)

    @precondition(lambda self: self.sleepers)
    @rule(which=ANY)
    def wake_after_the_lease(self, which: int) -> None:
        """Meanwhile others have graded what it held."""
        self.now += model.LEASE
        self.the_workers_catch_up()
        self.wake(which)

    @rule()
    def the_workers_catch_up(self) -> None:
        with self.doing("grade"):
            for pk in self.made:
                automatic.grade_attempt(attempt_id=pk, now=self.now)

    @rule()
    def sweep(self) -> None:
        with self.doing("sweep"):
            automatic.sweep(now=self.now)
            regrading.sweep(now=self.now)

    @precondition(lambda self: self.made)
    @rule(which=ANY)
    def retry(self, which: int) -> None:
        with self.doing("retry"):
            automatic.retry_grading(attempt=self.loaded(self.any_attempt(which)))

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
                waiting = list(RegradeLine.objects.filter(regrade=regrade, applied_at=None, is_overtaken=False))
                for line in waiting[:lines]:
                    regrading._apply(regrade, line.pk, self.now)
                for line in waiting[lines : lines + 1]:
                    with rolled_back():
                        regrading._apply(regrade, line.pk, self.now)
        for line in RegradeLine.objects.filter(applied_at=self.now):
            # What was approved is what happened.
            revision = AttemptGrade.objects.filter(attempt=line.attempt_id, revision=line.revision + 1).first()
            assert revision is None or (revision.points, revision.max_points) == (line.new_points, line.new_max_points)

    @rule(student=STUDENTS, minutes=st.sampled_from([0, 15]), more=st.integers(0, 1), days=st.sampled_from([0, 1, 3]))
    def grant_an_exception(self, student: int, minutes: int, more: int, days: int) -> None:
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
        with self.doing("exception"):
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

    # --- What must hold ---

    @invariant()
    def it_holds(self) -> None:
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
            assert (row.version_id, row.submitted_at, row.is_expired, row.late_deduction) == (
                expected.version,
                expected.ended_at,
                expected.expired,
                expected.deduction,
            )
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
        told = set(GradeNotice.objects.values_list("grade_id", flat=True))
        for pk, expected in self.made.items():
            grades = revisions[pk]
            assert [grade.revision for grade in grades] == list(range(1, len(grades) + 1))
            assert bool(grades) == (rows[pk].status in GRADED)
            self.check_revisions(expected, grades, told)
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
            standing = next(iter(gradebook.get_item_grades(enrolment)))
            best = max((int(points * 100 / most) for points, most in worths), default=None)
            assert (standing.percent, standing.attempts) == (best, len(worths))

    def check_revisions(self, expected: model.Attempt, grades: list[AttemptGrade], told: set[int]) -> None:
        as_rows = [(g.pk, g.revision, g.version_id, g.points, g.max_points, str(g.details)) for g in grades]
        known = len(expected.revisions)
        assert as_rows[:known] == expected.revisions
        if len(as_rows) > known:
            expected.reviews_seen = dict(expected.reviews)
            expected.revisions = as_rows
        for before, after in zip([None, *grades][known:], grades[known:], strict=False):
            if before is None:
                assert self.step in {"grade", "wake"}, self.step
                assert after.version_id == expected.version
                continue
            assert self.step in {"review", "accept", "regrade", "exception"}, self.step
            assert after.actor_id == self.world.teacher.pk
            whole = not scoring.is_pending(before) and not scoring.is_pending(after)
            changed = (before.points, before.max_points) != (after.points, after.max_points)
            assert (after.pk in told) == (whole and changed)
        if grades:
            last = grades[-1]
            points, most, pending = expected.worth(self.keys[last.version_id], expected.reviews_seen)
            assert (last.points, last.max_points, scoring.is_pending(last)) == (points, most, pending)
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

    # --- Small words ---

    @property
    def quiz_due(self) -> datetime:
        assert self.quiz.due_at is not None
        return self.quiz.due_at

    def due_at(self, student: int) -> datetime:
        return self.exemptions[student].due_at or self.quiz_due

    def loaded(self, pk: int) -> Attempt:
        return Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=pk)

    @property
    def waiting(self) -> list[int]:
        return [pk for pk, attempt in self.made.items() if attempt.status in {"submitted", "grading"}]

    def any_attempt(self, which: int) -> int:
        return sorted(self.made)[which % len(self.made)]

    def on_a_device(self, which: int) -> tuple[Attempt, model.Attempt]:
        shown = self.devices[sorted(self.devices)[which % len(self.devices)]]
        return shown, self.made[shown.pk]

    def closed(self, expected: model.Attempt) -> type[DomainError]:
        by_time = expected.expired or expected.is_over(self.now)
        return deadline.DeadlinePassed if by_time else deadline.AttemptClosed

    def keep_late(self, expected: model.Attempt, answers: dict[str, Any]) -> None:
        if expected.expired or expected.is_over(self.now):
            expected.late += answers.items()

    @contextmanager
    def doing(self, step: str, refusal: type[DomainError] | None = None) -> Iterator[None]:
        """One step, which is refused with exactly `refusal`, or not at all."""
        self.step = step
        if refusal is None:
            yield
            return
        with pytest.raises(refusal) as refused:
            yield
        assert refused.type is refusal


@pytest.fixture
def world(course: Course, quiz: Quiz, ines: User, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    quiz.questions.all().delete()
    single = add_single_choice(quiz, "single", points=2)
    short = add_short_answer(quiz, "short", ["median"], ["mode"], points=3)
    essay = Question.objects.create(
        quiz=quiz,
        key="essay",
        kind="hand_in",
        position=2,
        points=4,
        text_ko="왜?",
        text_en="Why?",
        definition={
            "rubric": [{"key": "all", "text": {"ko": "모두", "en": "All"}, "points": 4}],
            "files": {"max": 2, "types": ["txt"]},
        },
    )
    Quiz.objects.filter(pk=quiz.pk).update(
        attempts_allowed=model.ALLOWED,
        time_limit=30,
        grace=30,
        due_at=NOW + timedelta(days=1),
        late_rule=Quiz.LateRule.DEDUCT,
        late_deduction=model.DEDUCTION_A_DAY,
        show_answers=Quiz.ShowAnswers.AT_ONCE,
    )
    quiz.refresh_from_db()
    publishing.publish(quiz)
    return World(
        quiz=quiz,
        enrolments=[EnrolmentFactory(course=course) for _ in range(2)],
        teacher=ines,
        uuids={"single": single.uuid, "short": short.uuid, "essay": essay.uuid},
        choices=list(single.choices.order_by("position").values_list("uuid", flat=True)),
    )


def machine_of(world: World) -> type[Quizzes]:
    return type("Quizzes", (Quizzes,), {"world": world})


def run(world: World, **chosen: Any) -> None:
    run_state_machine_as_test(
        machine_of(world),
        settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **chosen),
    )


def test_nothing_is_lost_and_nothing_twice_whatever_happens(world: World) -> None:
    if settings.get_current_profile_name() == "nightly":
        run(world)
    else:
        run(world, max_examples=25, stateful_step_count=30)


def _finish_whatever_the_row_says(attempt: Attempt, token: int, graded: scoring.Grading, now: datetime) -> bool:
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=None, **revisions.grade_fields(graded, now))
    revisions.add_revision(attempt, graded, revision=1, version_id=attempt.version_id, now=now)
    return True


def _store_whatever_the_sequence(
    attempt: Attempt, question: UUID, response: Any, now: datetime, sequence: int | None
) -> Answer:
    return _store(attempt, question, response, now, None)


def _never_over(attempt: Attempt, now: datetime) -> bool:
    return False


_store = save._store


def _held_up(machine: Quizzes) -> None:
    machine.submit(0, [("single", 0)], one_is_bad=False)
    machine.it_holds()
    machine.fall_asleep(0, has_graded=True)
    machine.it_holds()
    machine.wake_after_the_lease(0)


def _overtaken(machine: Quizzes) -> None:
    machine.save(0, ("short", "median"), sequence=5)
    machine.it_holds()
    machine.save(0, ("short", "mode"), sequence=4)


def _too_late(machine: Quizzes) -> None:
    machine.wait(timedelta(minutes=31))
    machine.it_holds()
    machine.save(0, ("single", 0), sequence=None)


@pytest.mark.parametrize(
    ("modules", "name", "fault", "steps"),
    [
        ([automatic], "_finish", _finish_whatever_the_row_says, _held_up),
        ([save], "_store", _store_whatever_the_sequence, _overtaken),
        ([deadline, save, submit], "is_over", _never_over, _too_late),
    ],
)
def test_a_planted_fault_is_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    modules: list[ModuleType],
    name: str,
    fault: Callable[..., Any],
    steps: Callable[[Quizzes], None],
) -> None:
    """The steps that lead there hold without the fault, and not with it."""
    for plant in (False, True):
        machine = machine_of(world)()
        with machine.around:
            machine.begin()
            machine.it_holds()
            if plant:
                for module in modules:
                    monkeypatch.setattr(module, name, fault)
            with pytest.raises((AssertionError, IntegrityError, pytest.fail.Exception)) if plant else nullcontext():
                steps(machine)
                machine.it_holds()
