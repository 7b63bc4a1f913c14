"""The cast, by name: Alice is enrolled, Bob is a stranger, Ines teaches the course, Otto teaches another one."""

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Activity, Course, Enrolment, Module
from quizzes.authoring.models import Quiz
from tests.factories import (
    ActivityFactory,
    CourseFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    QuizFactory,
    UserFactory,
)


@pytest.fixture
def course(db: None) -> Course:
    """A course with two lessons and one graded quiz (two choice questions, one short answer)."""
    course = CourseFactory(slug="statistics", title_ko="통계", title_en="Statistics")
    module = ModuleFactory(course=course)
    for number in (1, 2):
        LessonFactory(
            activity=ActivityFactory(module=module, slug=f"lesson-{number}", code=f"1-{number}", position=number)
        )
    QuizFactory(activity=ActivityFactory(module=module, slug="quiz", kind="quiz", code="", position=3))
    return course


@pytest.fixture
def module(course: Course) -> Module:
    return course.modules.get()


@pytest.fixture
def lesson(course: Course) -> Activity:
    """The first lesson's activity."""
    return course.activities.get(slug="lesson-1")


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return Quiz.objects.select_related("activity__course", "current_version").get(activity__course=course)


@pytest.fixture
def alice(db: None) -> User:
    return UserFactory(email="alice@example.com", name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory(email="bob@example.com", name="Bob")


@pytest.fixture
def ines(course: Course) -> User:
    teacher = UserFactory(email="ines@example.com", name="Ines", is_staff=True)
    course.instructors.add(teacher)
    return teacher


@pytest.fixture
def otto(db: None) -> User:
    teacher = UserFactory(email="otto@example.com", name="Otto", is_staff=True)
    CourseFactory(slug="elsewhere").instructors.add(teacher)
    return teacher


@pytest.fixture
def enrolment(alice: User, course: Course) -> Enrolment:
    return EnrolmentFactory(user=alice, course=course)


@pytest.fixture
def alice_client(enrolment: Enrolment) -> Client:
    client = Client()
    client.force_login(enrolment.user)
    return client


@pytest.fixture
def bob_client(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def ines_client(ines: User) -> Client:
    client = Client()
    client.force_login(ines)
    return client


@pytest.fixture
def otto_client(otto: User, course: Course) -> Client:
    client = Client()
    client.force_login(otto)
    return client
