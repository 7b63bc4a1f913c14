"""A worker is killed during a regrade: the next one continues, and no line is applied twice."""

import os
import signal

import pytest

from tests.operations.test_grading_survives import COURSE, connected, one
from tests.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("prepared")]

# Two attempts with right answers; then another choice becomes right, and the regrade is approved.
APPROVED = f"""
from django.utils import timezone
from accounts.models import User
from courses.models import Enrolment
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, regrading
from quizzes.taking import start, submit
from tests.factories import right_answers
quiz = Quiz.objects.get(activity__slug="quiz-data-analysis-basics", activity__course__slug="{COURSE}")
student = Enrolment.objects.get(user__email="student@example.com", course__slug="{COURSE}")
teacher = User.objects.get(email="instructor@example.com")
for _ in range(2):
    attempt = start.start(quiz=quiz, enrolment=student, now=timezone.now())
    submit.submit(attempt=attempt, answers=right_answers(quiz), now=timezone.now())
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
question = quiz.questions.filter(kind="single_choice").first()
right, wrong = question.choices.order_by("-is_correct")[:2]
question.choices.filter(pk=right.pk).update(is_correct=False)
question.choices.filter(pk=wrong.pk).update(is_correct=True)
publishing.publish(quiz)
quiz.refresh_from_db()
regrade = regrading.propose(quiz=quiz, actor=teacher, now=timezone.now())
regrading.approve(regrade=regrade, reason="The key was wrong.", actor=teacher, now=timezone.now())
"""
# Makes writing the second line take minutes, so that the kill interrupts it.
SLOW = """
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade
WHEN NEW.revision = 2 AND EXISTS (SELECT 1 FROM quizzes_attemptgrade WHERE revision = 2) BEGIN
    SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT i FROM n);
END
"""
APPLIED = "SELECT count(*) FROM quizzes_regradeline WHERE applied_at IS NOT NULL"


def test_a_regrade_survives_the_kill_of_its_worker(product: Product) -> None:
    product.environment["BAEUM_SCHEDULE_FACTOR"] = "0.1"
    product.start().wait_until_ready()
    workers = wait_for(lambda: product.pids_of("worker@"))
    with connected(product) as connection:
        connection.execute(SLOW)
    product.manage("shell", "-c", APPROVED)
    wait_for(lambda: one(product, APPLIED) == 1)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: set(product.pids_of("worker@")).isdisjoint(workers))
    assert one(product, "SELECT status FROM quizzes_regrade") == "approved"
    assert one(product, "SELECT count(*) FROM quizzes_attemptgrade WHERE revision = 2") == 1
    with connected(product) as connection:
        connection.execute("DROP TRIGGER slow")

    wait_for(lambda: one(product, "SELECT status FROM quizzes_regrade") == "done", seconds=60)
    assert one(product, APPLIED) == 2
    assert one(product, "SELECT count(*) FROM quizzes_attemptgrade WHERE revision = 2") == 2
    assert one(product, "SELECT max(revision) FROM courses_gradechange") == 2
    wait_for(lambda: one(product, "SELECT count(*) FROM quizzes_gradenotice WHERE status = 'sent'") == 2, seconds=60)
    # Fails if anything differs.
    product.manage("verify_grades")
