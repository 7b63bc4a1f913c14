"""Each form that a student sends: after the session has ended it is sent later, and pressed twice it is done once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, ActivityCompletion, Course, Enrolment
from practice import queue
from practice.models import PracticeAnswer
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.accounts.kept_forms import hidden, sign_in
from tests.factories import CourseFactory, right_answers
from tests.practice.cards import make_check, take
from tests.quizzes.graded import graded
from tests.quizzes.taking.pages.forms import form

HERE = "/courses/statistics/"


@dataclass(frozen=True)
class Step:
    """A form: where it goes, what it says, and what of the database shows that it was carried out."""

    address: str
    fields: dict[str, Any]
    read: Callable[[], object]


@dataclass(frozen=True)
class World:
    enrolment: Enrolment
    quiz: Quiz
    lesson: Activity

    def start(self) -> Attempt:
        return start.start(quiz=self.quiz, enrolment=self.enrolment, now=timezone.now())


def join(world: World) -> Step:
    course: Course = CourseFactory(slug="open", is_published=True)
    return Step("/courses/open/enrol/", {"code": ""}, course.enrolments.count)


def mark_done(world: World) -> Step:
    return Step(f"{HERE}lessons/lesson-1/done/", {"done": "1"}, ActivityCompletion.objects.count)


def begin(world: World) -> Step:
    return Step(f"{HERE}quizzes/quiz/start/", {"access_code": ""}, Attempt.objects.count)


def save(world: World) -> Step:
    address = f"/attempts/{world.start().uuid}/answers/"
    return Step(address, form(world.quiz), lambda: list(Answer.objects.order_by("question").values_list("response")))


def confirm(world: World) -> Step:
    question, *_ = right_answers(world.quiz)
    address = f"/attempts/{world.start().uuid}/answers/{question}/check/"
    return Step(address, form(world.quiz), lambda: Answer.objects.filter(confirmed_at__isnull=False).count())


def flag(world: World) -> Step:
    question, *_ = right_answers(world.quiz)
    address = f"/attempts/{world.start().uuid}/flags/"
    return Step(address, {"flag": str(question)}, lambda: Attempt.objects.get().flagged)


def submit(world: World) -> Step:
    address = f"/attempts/{world.start().uuid}/submit/"
    return Step(address, form(world.quiz), lambda: Attempt.objects.get().status)


def reveal(world: World) -> Step:
    short = world.quiz.questions.get(key="short").uuid
    passed = {question: answer for question, answer in right_answers(world.quiz).items() if question != short}
    address = f"/attempts/{graded(world.quiz, world.enrolment, passed).uuid}/reveal/"
    return Step(address, {}, lambda: Attempt.objects.get().answers_revealed_at)


def check(world: World) -> Step:
    quiz = make_check(world.lesson)
    fields = {**form(quiz), "number": "1"}
    return Step(f"{HERE}lessons/lesson-1/check/", fields, Attempt.objects.count)


def practise(world: World) -> Step:
    take(make_check(world.lesson), world.enrolment, now=timezone.now() - timedelta(days=2))
    [card, *_] = queue.prepare_today(user=world.enrolment.user, now=timezone.now()).cards
    address = f"/review/cards/{card.uuid}/{card.next_turn}/"
    return Step(address, {"unknown": "1"}, PracticeAnswer.objects.count)


def change_settings(world: World) -> Step:
    fields = {"name": "Alice of “Ali”", "language": "en", "time_zone": "Europe/Berlin"}
    return Step("/accounts/settings/", fields, lambda: list(User.objects.order_by("pk").values_list("name")))


STEPS = [join, mark_done, begin, save, confirm, flag, submit, reveal, check, practise, change_settings]


@pytest.fixture
def step(request: pytest.FixtureRequest, enrolment: Enrolment, quiz: Quiz, lesson: Activity) -> Step:
    Quiz.objects.filter(pk=quiz.pk).update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    quiz.refresh_from_db()
    made: Step = request.param(World(enrolment, quiz, lesson))
    return made


@pytest.mark.parametrize("step", STEPS, indirect=True)
def test_what_was_sent_after_the_session_had_ended_can_be_sent_after_the_sign_in(
    alice_client: Client, enrolment: Enrolment, step: Step
) -> None:
    before = step.read()
    Session.objects.all().delete()
    answer = alice_client.post(step.address, step.fields)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert step.read() == before
    offered = sign_in(alice_client, enrolment.user, step.address).text
    assert "Not sent yet" in offered
    assert f'action="{step.address}"' in offered
    alice_client.post(step.address, {**hidden(offered), **step.fields})
    assert step.read() != before


@pytest.mark.parametrize("step", STEPS, indirect=True)
def test_pressed_twice_it_is_done_once(alice_client: Client, step: Step) -> None:
    before = step.read()
    assert alice_client.post(step.address, step.fields).status_code in (200, 302)
    once = step.read()
    assert once != before
    assert alice_client.post(step.address, step.fields, follow=True).status_code == 200
    assert step.read() == once
