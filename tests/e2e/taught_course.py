"""Make, in the running product, a course with its teachers, and later what its students answer (`manage.py shell`)."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from courses.models import Course, CourseRole, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Choice, Question, Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.taking import start, submit
from tests.e2e.every_kind_course import DEFINITIONS
from tests.factories import ActivityFactory, CourseFactory, ModuleFactory
from tests.product import wait_for

PASSWORD = "ein-langes-passwort-9"
QUESTIONS = 8
# The question whose second choice is right, and whose first one the author took for it.
PLANTED = 4


def teacher_of(slug: str) -> str:
    return f"ines-{slug}@example.org"


def assistant_of(slug: str) -> str:
    return f"ada-{slug}@example.org"


def make(slug: str) -> None:
    """A course with a quiz, one of whose keys is wrong, and an assignment; and two people who teach it and no other one."""
    course = CourseFactory(slug=slug, title_ko="가르치는 강의", title_en="Taught course", is_published=True)
    for email, name, role in (
        (teacher_of(slug), "Ines", CourseRole.Role.INSTRUCTOR),
        (assistant_of(slug), "Ada", CourseRole.Role.ASSISTANT),
    ):
        user = User.objects.create_user(email, PASSWORD, name=name, is_staff=True, language="en")
        CourseRole.objects.create(course=course, user=user, role=role)
    module = ModuleFactory(course=course)
    quiz = _quiz(module, 1, "quiz", "Quiz")
    for number in range(QUESTIONS):
        question = _ask(quiz, number, "single_choice", f"What is right ({number})?", 1)
        for place in range(3):
            Choice.objects.create(
                question=question, key=f"c{place}", position=place, is_correct=place == 0,
                text_ko=f"보기 {place}", text_en=f"Choice {place} of {number}",
            )  # fmt: skip
    publishing.publish(quiz)
    essay = _quiz(module, 2, "essay", "Assignment")
    _ask(essay, 0, "hand_in", "Write how you would monitor your model.", 5, definition=DEFINITIONS["hand_in"])
    publishing.publish(essay)


def _quiz(module: Any, position: int, slug: str, title: str) -> Quiz:
    activity = ActivityFactory(
        module=module, position=position, slug=slug, kind="quiz", code="", title_ko=title, title_en=title
    )
    made: Quiz = Quiz.objects.create(activity=activity, title_ko=title, title_en=title)
    return made


def _ask(quiz: Quiz, position: int, kind: str, text: str, points: int, **more: Any) -> Question:
    return Question.objects.create(
        quiz=quiz, key=f"q{position}", kind=kind, position=position, points=points, text_ko=text, text_en=text, **more
    )


def enrol(slug: str, students: int) -> None:
    """Enrol so many students."""
    course = Course.objects.get(slug=slug)
    for number in range(students):
        user = User.objects.create_user(f"{slug}-{number}@example.org", PASSWORD, name=f"Student {number}")
        Enrolment.objects.create(course=course, user=user)


def answer(slug: str, hand_ins: int) -> None:
    """Let all students take the quiz, each as good as chance made them, and the first `hand_ins` of them hand in."""
    chance = Random(17)
    course = Course.objects.get(slug=slug)
    quiz, essay = (Quiz.objects.get(activity__course=course, activity__slug=slug) for slug in ("quiz", "essay"))
    for number, enrolment in enumerate(Enrolment.objects.filter(course=course).order_by("pk")):
        ability = chance.uniform(0.2, 1)
        _take(quiz, enrolment, lambda place, able=ability: _choose(place, able, chance))
        if number < hand_ins:
            _take(essay, enrolment, None)
    # The worker of the product grades them.
    wait_for(lambda: not Attempt.objects.waiting().exists())


def _choose(place: int, ability: float, chance: Random) -> int:
    """The choice that a student takes: the right one, or one of the others."""
    right = 1 if place == PLANTED else 0
    return right if chance.random() < ability else chance.choice([each for each in range(3) if each != right])


def _take(quiz: Quiz, enrolment: Enrolment, choose: Any) -> None:
    now = timezone.now() - timedelta(hours=1)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    key = AnswerKey.objects.get(version=attempt.version_id).content
    asked = [public["uuid"] for public in attempt.public_questions]
    answers = {
        UUID(uuid): {"choice": key[uuid]["choices"][choose(place)]["uuid"]} if choose else {"text": "I count errors."}
        for place, uuid in enumerate(asked)
    }
    submit.submit(attempt=attempt, now=now, answers=answers)
