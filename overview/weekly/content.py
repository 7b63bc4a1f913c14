"""Find what one weekly mail to staff says: the answers of the first page about which something can be done, and the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.audit import context
from accounts.models import User
from courses.models import Course
from courses.overviews import answers, mailed
from courses.overviews.answers import Answer, Figure, Question
from courses.roles.rules import PERMISSIONS, Permission
from overview.titles import TITLES

# Whom the mail goes to: those who can do something about what waits.
ROLES = [role for role, permissions in PERMISSIONS.items() if Permission.GRADE in permissions]
QUESTIONS = (Question.STUCK, Question.WAITS, Question.QUALITY)


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """What the mail says of one course: titles with figures; how many students are stuck, and how much waits."""

    course: Course
    sections: list[tuple[Any, list[Figure]]]
    stuck: int
    waiting: int


def find_courses(user: User) -> list[Course]:
    """Return the courses in which the person has a role and may grade. An administrator without a role has none."""
    return list(Course.objects.filter(roles__user=user, roles__role__in=ROLES).order_by("slug"))


def find_weeks(user: User, *, until: datetime, now: datetime) -> list[CourseWeek]:
    """Return the courses with something to say, by their present state. Their week ends at `until`.

    The active language is the reader's. The number of queries does not depend on that of courses. The log of who has seen whose
    data gets an entry for each student who is named, as if the person had opened the first page.
    """
    courses = find_courses(user)
    if not courses:
        return []
    with context.acting(context.Context(command="weekly mail", person=user)):
        said = {question: answers.answer(question, user, courses, now) for question in QUESTIONS}
    week = mailed.find_sections(user, courses, until)
    found = []
    for course in courses:
        of_course = {question: said[question][course.pk] for question in QUESTIONS}
        # A question that is too easy stays too easy: the mail names it, but it alone is no reason for a mail.
        if week[course.pk] or any(_is_urgent(answer) for answer in of_course.values()):
            found.append(_week(course, of_course, week[course.pk]))
    return found


def _is_urgent(answer: Answer) -> bool:
    return any(figure.is_urgent and figure.n for figure in answer.figures)


def _week(course: Course, said: Mapping[Question, Answer], week: Sequence[tuple[Any, list[Figure]]]) -> CourseWeek:
    figures = {question: _select(answer) for question, answer in said.items()}
    sections = [(TITLES[question], selected) for question, selected in figures.items() if selected]
    stuck, waiting = (sum(figure.n for figure in figures[question]) for question in (Question.STUCK, Question.WAITS))
    return CourseWeek(course, [*sections, *week], stuck, waiting)


def _select(answer: Answer) -> list[Figure]:
    """Return the figures that are counts above 0 and link to a page. A median, for example, is left out."""
    return [figure for figure in answer.figures if figure.n and figure.url and not figure.shown]
