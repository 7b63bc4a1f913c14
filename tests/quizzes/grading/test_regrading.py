"""A regrade: the dry run, its approval, applying it also after kills."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app

from accounts.models import User
from courses.models import Enrolment, GradeChange, GradeItem
from operations.verify import grades
from quizzes import tasks
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, manual, regrading, revisions
from quizzes.grading.models import GradeNotice, Regrade, RegradeLine
from quizzes.results import attempt_results
from quizzes.taking import start, submit
from tests.quizzes.graded import NOW, choosing, fresh, graded, other_choice_right, publish, question_of
from tests.quizzes.grading.regrades import LATER, approve, points_by_student, run

pytestmark = pytest.mark.django_db
Direction = RegradeLine.Direction


class TestDryRun:
    def test_it_lists_changes_up_and_down_and_changes_nothing(self, draft: Regrade) -> None:
        lines = {line.attempt.enrolment.user.name: line for line in draft.lines.all()}
        # Cem's answer is wrong by both keys, so there is no line for Cem.
        assert set(lines) == {"Alice", "Bea"}
        alice, bea = lines["Alice"], lines["Bea"]
        assert alice.direction == Direction.FALLS
        assert alice.old_points == 3
        assert alice.new_points == 2
        assert bea.direction == Direction.RISES
        assert bea.old_points == 2
        assert bea.new_points == 3
        assert alice.old_percent == 100
        assert alice.new_percent == 66
        assert alice.percent_falls is True
        assert bea.old_percent == 66
        assert bea.new_percent == 100
        assert bea.percent_falls is False
        question = str(draft.quiz.questions.get(key="q0").uuid)
        assert alice.changes == [
            {"question": question, "old": "1.00", "old_max": "1.00", "new": "0.00", "new_max": "1.00"}
        ]
        assert draft.status == Regrade.Status.DRAFT
        assert points_by_student() == {"Alice": 3, "Bea": 2, "Cem": 2}
        assert not GradeNotice.objects.exists()

    def test_an_attempt_can_lose_points_without_lowering_the_item_grade(
        self, quiz: Quiz, enrolment: Enrolment, ines: User
    ) -> None:
        """The highest attempt counts, and it keeps its percentage."""
        graded(quiz, enrolment, choosing(quiz, 0))
        graded(quiz, enrolment, choosing(quiz, 1))
        other_choice_right(quiz)
        first, second = regrading.propose(quiz=quiz, actor=ines, now=LATER).lines.order_by("attempt__number")
        assert first.direction == Direction.FALLS
        assert first.percent_falls is False
        assert second.old_percent == 100
        assert second.new_percent == 100

    def test_a_lesson_check_has_no_item_grade(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        GradeItem.objects.all().delete()
        quiz.activity.kind = "lesson"
        quiz.activity.save()
        graded(quiz, enrolment)
        other_choice_right(quiz)
        [line] = regrading.propose(quiz=quiz, actor=ines, now=LATER).lines.all()
        assert line.old_percent is None
        assert line.new_percent is None

    def test_an_answer_key_that_changes_no_grade_is_refused(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        graded(quiz, enrolment)
        quiz.questions.filter(key="q0").update(text_en="Another wording")
        publish(quiz)
        with pytest.raises(regrading.NothingToRegrade):
            regrading.propose(quiz=quiz, actor=ines, now=LATER)

    def test_a_quiz_that_was_never_published_is_refused(self, quiz: Quiz, ines: User) -> None:
        quiz.current_version = None
        with pytest.raises(regrading.NothingToRegrade):
            regrading.propose(quiz=quiz, actor=ines, now=LATER)

    def test_it_replaces_a_draft_but_not_an_approved_regrade(self, draft: Regrade, ines: User) -> None:
        second = regrading.propose(quiz=draft.quiz, actor=ines, now=LATER)
        draft.refresh_from_db()
        assert draft.status == Regrade.Status.DISCARDED
        approve(second, ines)
        with pytest.raises(regrading.RegradeRefused, match="running"):
            regrading.propose(quiz=draft.quiz, actor=ines, now=LATER)
        assert Regrade.objects.count() == 2


class TestApprove:
    @pytest.mark.parametrize(
        ("reason", "message"),
        [(" \n", "Say why"), ("x" * 2001, "at most 2000 characters")],
        ids=["blank", "too long"],
    )
    def test_it_needs_a_reason_of_at_most_2000_characters(
        self, draft: Regrade, ines: User, reason: str, message: str
    ) -> None:
        with pytest.raises(regrading.RegradeRefused, match=message):
            regrading.approve(regrade=draft, reason=reason, actor=ines, now=LATER)
        assert run(draft) == regrading.Progress(0, 2)
        assert points_by_student() == {"Alice": 3, "Bea": 2, "Cem": 2}

    def test_a_draft_of_an_earlier_version_is_refused(self, draft: Regrade, ines: User) -> None:
        draft.quiz.questions.filter(key="q1").update(points=2)
        publish(draft.quiz)
        with pytest.raises(regrading.RegradeRefused, match="changed since"):
            approve(draft, ines)

    def test_an_approved_regrade_cannot_be_approved_again(self, draft: Regrade, ines: User) -> None:
        approve(draft, ines)
        with pytest.raises(regrading.RegradeRefused, match="no draft"):
            approve(draft, ines)

    def test_it_enqueues_the_task(
        self, draft: Regrade, ines: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        enqueued: list[Any] = []
        monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: enqueued.append((task, kwargs)))
        with django_capture_on_commit_callbacks(execute=True):
            approve(draft, ines)
        assert enqueued == [(tasks.run_regrade.name, {"regrade_id": draft.pk})]


class TestRun:
    def test_each_line_is_applied_once_with_its_reason(self, draft: Regrade, ines: User) -> None:
        approve(draft, ines)
        tasks.run_regrade(regrade_id=draft.pk)
        assert run(draft) == regrading.Progress(2, 2)
        draft.refresh_from_db()
        assert draft.status == Regrade.Status.DONE
        assert draft.reason == "The key was wrong."
        assert draft.approved_by == ines
        assert points_by_student() == {"Alice": 2, "Bea": 3, "Cem": 2}
        notices = {notice.attempt.enrolment.user.name: notice for notice in GradeNotice.objects.all()}
        assert set(notices) == {"Alice", "Bea"}
        assert notices["Alice"].old_points == 3
        assert notices["Alice"].grade.points == 2
        assert notices["Bea"].old_points == 2
        assert notices["Bea"].grade.points == 3
        [change] = attempt_results.get_result(fresh(draft.lines.earliest("pk").attempt), now=LATER).regraded
        assert change.points == 2
        assert change.why == "The key was wrong."
        assert change.actor == ines
        assert {change.reason for change in GradeChange.objects.filter(revision=2)} == {"regraded"}
        assert list(grades.find_differences()) == []

    def test_after_a_kill_it_continues_with_the_interrupted_line(
        self, draft: Regrade, ines: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approve(draft, ines)
        regrade_attempt = revisions.regrade_attempt
        calls: list[Any] = []

        def regrade_or_be_killed(**kwargs: Any) -> Any:
            calls.append(kwargs["attempt"].pk)
            grade = regrade_attempt(**kwargs)
            if len(calls) == 2:
                # The revision is written, its line is not marked as applied yet.
                raise SystemExit
            return grade

        monkeypatch.setattr(revisions, "regrade_attempt", regrade_or_be_killed)
        with pytest.raises(SystemExit):
            run(draft)
        assert regrading.get_progress(draft) == regrading.Progress(1, 2)
        assert GradeNotice.objects.count() == GradeChange.objects.filter(revision=2).count() == 1
        monkeypatch.setattr(revisions, "regrade_attempt", regrade_attempt)
        for _ in range(2):
            assert run(draft) == regrading.Progress(2, 2)
        assert points_by_student() == {"Alice": 2, "Bea": 3, "Cem": 2}
        assert GradeNotice.objects.count() == GradeChange.objects.filter(revision=2).count() == 2

    def test_when_its_budget_is_used_up_it_enqueues_the_next_task(
        self, draft: Regrade, ines: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        approve(draft, ines)
        enqueued: list[Any] = []
        monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: enqueued.append((task, kwargs)))
        with django_capture_on_commit_callbacks(execute=True):
            assert run(draft, budget=0) == regrading.Progress(0, 2)
        assert enqueued == [(regrading.REGRADE_TASK, {"regrade_id": draft.pk})]

    def test_two_workers_at_the_same_time_apply_each_line_once(
        self, draft: Regrade, ines: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second worker runs after the first has read the list of open lines and before it applies one."""
        approve(draft, ines)
        clock_reads = 0

        def run_the_second_worker() -> float:
            nonlocal clock_reads
            clock_reads += 1
            if clock_reads == 2:  # The first is at the start, each further one before a line.
                assert run(draft) == regrading.Progress(2, 2)
            return 0.0

        monkeypatch.setattr(regrading, "time", SimpleNamespace(monotonic=run_the_second_worker))
        assert run(draft) == regrading.Progress(2, 2)
        assert clock_reads > 2
        assert GradeNotice.objects.count() == GradeChange.objects.filter(revision=2).count() == 2

    def test_an_attempt_graded_since_the_dry_run_is_left_alone_and_counted_as_missed(
        self, draft: Regrade, ines: User
    ) -> None:
        alice = Attempt.objects.get(enrolment__user__name="Alice")
        decision = manual.Decision(Decimal(0), {}, "")
        manual.record_reviews(
            attempt=fresh(alice),
            decisions={question_of(alice, "short_answer"): decision},
            reviewer=ines,
            now=LATER + timedelta(minutes=1),
        )
        approve(draft, ines)
        assert run(draft) == regrading.Progress(2, 2)
        assert draft.lines.get(is_overtaken=True).attempt == alice
        assert points_by_student() == {"Alice": 2, "Bea": 3, "Cem": 2}
        draft.refresh_from_db()
        assert draft.status == Regrade.Status.DONE
        assert regrading.count_missed(draft) == 1
        again = regrading.propose(quiz=draft.quiz, actor=ines, now=LATER + timedelta(minutes=2))
        assert [line.attempt for line in again.lines.all()] == [alice]

    def test_an_attempt_submitted_since_the_dry_run_is_counted_as_missed(
        self, quiz: Quiz, students: dict[str, Enrolment], ines: User
    ) -> None:
        """It is graded by the version it started with, whose key is wrong."""
        graded(quiz, students["Alice"], choosing(quiz, 1))
        answers = choosing(quiz, 1)
        under_way = start.start(quiz=quiz, enrolment=students["Bea"], now=NOW)
        other_choice_right(quiz)
        regrade = regrading.propose(quiz=quiz, actor=ines, now=LATER)
        approve(regrade, ines)
        run(regrade)
        assert regrading.count_missed(regrade) == 0
        submit.submit(attempt=under_way, answers=answers, now=LATER + timedelta(minutes=1))
        automatic.grade_attempt(attempt_id=under_way.pk, now=LATER + timedelta(minutes=1))
        assert regrading.count_missed(regrade) == 1

    def test_the_sweep_enqueues_a_regrade_without_recent_progress(self, draft: Regrade, ines: User) -> None:
        approve(draft, ines)
        assert regrading.sweep(now=LATER + timedelta(seconds=9)) == 0
        assert regrading.sweep(now=LATER + timedelta(seconds=10)) == 1
        draft.lines.filter(pk=draft.lines.earliest("pk").pk).update(applied_at=LATER + timedelta(seconds=9))
        assert regrading.sweep(now=LATER + timedelta(seconds=18)) == 0
        assert regrading.sweep(now=LATER + timedelta(seconds=19)) == 1
        run(draft)
        assert regrading.sweep(now=LATER + timedelta(seconds=60)) == 0

    def test_the_sweep_enqueues_a_regrade_from_a_clock_that_was_ahead(self, draft: Regrade, ines: User) -> None:
        approve(draft, ines)
        Regrade.objects.update(approved_at=LATER + timedelta(days=400))
        draft.lines.filter(pk=draft.lines.earliest("pk").pk).update(applied_at=LATER + timedelta(days=400))
        assert regrading.sweep(now=LATER) == 1
