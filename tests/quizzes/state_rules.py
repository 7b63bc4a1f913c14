"""The rules of the state machine: what students, the clock and the workers do."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from common.errors import DomainError
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.grading import automatic, regrading, scoring
from quizzes.taking import deadline, responses, save, start, submit, uploads
from tests.quizzes import state_model as model
from tests.quizzes.state_base import (
    ANSWERS,
    ANY,
    DEVICES,
    QUESTIONS,
    SEQUENCES,
    STUDENTS,
    WAITS,
    Base,
    PausedGrader,
)


class StudentsAndWorkers(Base):
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
    @rule(which=ANY, answer=ANSWERS, sequence=SEQUENCES)
    def save(self, which: int, answer: tuple[str, Any], sequence: int | None) -> None:
        shown, expected = self.on_a_device(which)
        question, response = answer
        is_open = expected.ended_at is None and not expected.is_over(self.now)
        refusal: type[DomainError] | None = None
        if not is_open:
            refusal = self.closed(expected)
            self.keep_late(expected, {question: response})
        elif not expected.store(question, response, model.believed(sequence, self.now)):
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
            assert saved.response == self.world.raw(question, known.response)
            assert saved.sequence == known.sequence

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
                automatic.claim(self.any_attempt(which), self.now)
                self.now += model.LEASE if times > 1 else timedelta(0)

    @precondition(lambda self: self.waiting)
    @rule(which=ANY, has_computed=st.booleans())
    def pause_a_grader(self, which: int, has_computed: bool) -> None:
        """A grader claims the attempt and is interrupted, before or after it has computed the grade."""
        with self.doing("claim"):
            pk = self.waiting[which % len(self.waiting)]
            token = automatic.claim(pk, self.now)
            if token is not None:
                attempt = self.loaded(pk)
                grading = scoring.compute_grading(attempt) if has_computed else None
                self.paused_graders.append(PausedGrader(attempt, token, grading))

    @precondition(lambda self: self.paused_graders)
    @rule(which=ANY)
    def resume_a_grader(self, which: int) -> None:
        """It continues as if it had never been interrupted."""
        paused = self.paused_graders.pop(which % len(self.paused_graders))
        with self.doing("resume"):
            grading = paused.grading or scoring.compute_grading(paused.attempt)
            automatic.finish(paused.attempt, paused.token, grading, self.now)

    @precondition(lambda self: self.paused_graders)
    @rule(which=ANY)
    def resume_a_grader_after_its_lease(self, which: int) -> None:
        """Other workers have graded its attempt meanwhile."""
        self.now += model.LEASE
        self.the_workers_catch_up()
        self.resume_a_grader(which)

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
