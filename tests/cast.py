"""The cast, by name: Alice is enrolled, Bob is a stranger, Ines teaches the course, Otto teaches another one.

Ada assists in the course, Oscar observes it.
"""

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Activity, Course, CourseRole, Enrolment, Module
from quizzes.authoring.models import Quiz
from tests import kept_rows
from tests.factories import (
    ActivityFactory,
    CourseFactory,
    CourseRoleFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    QuizFactory,
    UserFactory,
)


@pytest.fixture
def course(db: None) -> Course:
    """A course with two lessons and one graded quiz (two choice questions, one short answer)."""
    return kept_rows.course_of(make_course)


def make_course() -> Course:
    course: Course = CourseFactory(slug="statistics", title_ko="통계", title_en="Statistics")
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
    CourseRoleFactory(course=course, user=teacher)
    return teacher


@pytest.fixture
def otto(db: None) -> User:
    teacher = UserFactory(email="otto@example.com", name="Otto", is_staff=True)
    CourseRoleFactory(course=CourseFactory(slug="elsewhere"), user=teacher)
    return teacher


@pytest.fixture
def ada(course: Course) -> User:
    assistant = UserFactory(email="ada@example.com", name="Ada", is_staff=True)
    CourseRoleFactory(course=course, user=assistant, role=CourseRole.Role.ASSISTANT)
    return assistant


@pytest.fixture
def oscar(course: Course) -> User:
    observer = UserFactory(email="oscar@example.com", name="Oscar", is_staff=True)
    CourseRoleFactory(course=course, user=observer, role=CourseRole.Role.OBSERVER)
    return observer


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


@pytest.fixture
def ada_client(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def oscar_client(oscar: User) -> Client:
    client = Client()
    client.force_login(oscar)
    return client
