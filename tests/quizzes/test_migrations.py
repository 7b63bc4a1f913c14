"""A database of the last release migrates: rows keep their values under the new names."""

from datetime import timedelta

from django.utils import timezone

from practice.models import PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion
from tests.factories import EnrolmentFactory, QuizFactory
from tests.migrating import Migrate

BEFORE = [("courses", "0003_quiz_rules"), ("quizzes", "0007_late_files")]


def test_renamed_models_and_columns_keep_their_rows(migrate: Migrate) -> None:
    quiz = QuizFactory(grading_method="average")
    enrolment = EnrolmentFactory(course=quiz.activity.course)
    now = timezone.now()
    attempt = Attempt.objects.create(
        quiz=quiz,
        version=QuizVersion.objects.get(quiz=quiz),
        enrolment=enrolment,
        number=1,
        started_at=now,
        max_points=1,
        grading_attempts=3,
    )
    answer = attempt.answers.create(
        question=quiz.questions.all()[0].uuid, response={}, saved_at=now, confirmed_at=now + timedelta(1)
    )
    card = PracticeCard.objects.create(
        enrolment=enrolment,
        quiz=quiz,
        question=answer.question,
        turns=1,
        stability=1.5,
        difficulty=2.5,
        due_on=now.date(),
        reviewed_on=now.date(),
        created_at=now,
    )
    quiz.overrides.create(enrolment=enrolment, extra_minutes=7, reason="Illness")

    old = migrate(*BEFORE)
    assert old.get_model("quizzes", "Quiz").objects.get(pk=quiz.pk).counts == "average"
    assert old.get_model("quizzes", "Attempt").objects.get(pk=attempt.pk).tries == 3
    assert old.get_model("quizzes", "Answer").objects.get().checked_at == answer.confirmed_at
    assert old.get_model("quizzes", "ReviewCard").objects.get().uuid == card.uuid
    assert old.get_model("quizzes", "QuizException").objects.get().extra_minutes == 7

    migrate()
    assert Quiz.objects.get(pk=quiz.pk).grading_method == "average"
    attempt.refresh_from_db()
    assert attempt.grading_attempts == 3
    assert attempt.answers.get().confirmed_at == answer.confirmed_at
    assert PracticeCard.objects.get().uuid == card.uuid
    assert quiz.overrides.get().reason == "Illness"
