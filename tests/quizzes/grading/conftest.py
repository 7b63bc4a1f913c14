"""Three students with different answers, and a regrade of them."""

import pytest

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from quizzes.grading import regrading
from quizzes.grading.models import Regrade
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, graded, other_choice_right
from tests.quizzes.grading.regrades import LATER


@pytest.fixture
def students(course: Course, enrolment: Enrolment) -> dict[str, Enrolment]:
    others = {name: EnrolmentFactory(course=course, user=UserFactory(name=name)) for name in ("Bea", "Cem")}
    return {"Alice": enrolment, **others}


@pytest.fixture
def draft(quiz: Quiz, students: dict[str, Enrolment], ines: User) -> Regrade:
    """Alice chose the first choice, Bea the second, Cem the third; then the second became the right one."""
    for index, student in enumerate(students.values()):
        graded(quiz, student, choosing(quiz, index))
    other_choice_right(quiz)
    return regrading.propose(quiz=quiz, actor=ines, now=LATER)
