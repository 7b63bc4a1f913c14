"""Let other apps add sections and due dates to the pages of courses.

They register functions at start-up, so courses does not import them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from typing import Any, Literal

from django.db.models import Exists, Q, QuerySet
from django.utils.safestring import SafeString

from accounts.models import User
from courses.models import Activity, Enrolment, GradeItem

LessonSection = Callable[[Activity, Collection[str]], SafeString]
# How questions in texts are shown: to be answered, on paper, as their names for an app, or as Markdown.
QuestionForm = Literal["page", "print", "name", "markdown"]
QuestionsInTexts = Callable[[Sequence[Activity], QuestionForm], Mapping[int, Mapping[str, str]]]
LessonMarks = Callable[[User, Enrolment, Activity], list[dict[str, Any]]]
MarkedRows = Callable[[str], QuerySet[Any]]
StudentSection = Callable[[User, datetime], SafeString]
TodaySection = Callable[[User, Sequence[Enrolment], datetime], SafeString]
ReleaseCall = Callable[[GradeItem, datetime], None]
DueDates = Callable[[Enrolment], Mapping[int, datetime]]
Moving = Callable[[int, Collection[int], datetime], AbstractContextManager[None]]

_lesson_sections: list[LessonSection] = []
_questions_in_texts: list[QuestionsInTexts] = []
_lesson_marks: dict[str, LessonMarks] = {}
_marked_rows: dict[str, MarkedRows] = {}
_student_sections: list[StudentSection] = []
_today_sections: list[TodaySection] = []
_due_dates: list[DueDates] = []
_release_calls: list[ReleaseCall] = []
_moving: list[Moving] = []


def register_lesson_section(section: LessonSection) -> None:
    """Show what `section(activity, placed)` returns at the end of each lesson. An empty string shows nothing.

    `placed` are the keys of the questions that the text itself shows. The result is cached for all students until the course
    changes (see `courses.outline.revisions`), so it must not contain anything about one person.
    """
    if section not in _lesson_sections:
        _lesson_sections.append(section)


def lesson_sections(activity: Activity, placed: Collection[str]) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty for a lesson."""
    return [html for section in _lesson_sections if (html := section(activity, placed))]


def register_questions_in_texts(questions: QuestionsInTexts) -> None:
    """Show questions at the places that texts of lessons name.

    `questions(activities, form)` returns {activity id: {key: text of the question}} of lessons, without what is right. It takes
    the same number of queries for any number of lessons. The result is cached for all students, as those of sections.
    """
    if questions not in _questions_in_texts:
        _questions_in_texts.append(questions)


def questions_in_texts(activities: Sequence[Activity], form: QuestionForm) -> dict[int, dict[str, str]]:
    """Return the questions that texts of the lessons may show, by lesson and key."""
    found: dict[int, dict[str, str]] = {activity.pk: {} for activity in activities}
    for questions in _questions_in_texts:
        for activity_id, by_key in questions(activities, form).items():
            found[activity_id].update(by_key)
    return found


def register_lesson_marks(name: str, marks: LessonMarks, rows: MarkedRows) -> None:
    """Give the scripts of a lesson's page what `marks(user, enrolment, activity)` returns, as member `name` of one JSON object.

    Each element has an `anchor`: a block of the text (see `courses.lessons.blocks`). `marks` should need few queries.
    `rows(lesson_slug)` are the rows behind them, for the enrolment OuterRef("pk"): where there are none, a page does not ask.
    """
    _lesson_marks[name] = marks
    _marked_rows[name] = rows


def lesson_marks(user: User, enrolment: Enrolment, activity: Activity) -> dict[str, list[dict[str, Any]]]:
    """Return what registered apps mark in a lesson for one student, by their names."""
    return {name: marks(user, enrolment, activity) for name, marks in _lesson_marks.items()}


def has_marked_rows(lesson_slug: str) -> Q:
    """Return the condition that something may be marked in a lesson for an enrolment. It may be true without a mark."""
    found = Q()
    for rows in _marked_rows.values():
        found |= Q(Exists(rows(lesson_slug)))
    return found


def register_student_section(section: StudentSection) -> None:
    """Show what `section(user, now)` returns on each course page.

    An empty string shows nothing. `section` is called at every request of such a page, so it should need few queries.
    """
    if section not in _student_sections:
        _student_sections.append(section)


def student_sections(user: User, now: datetime) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty for a student."""
    return [html for section in _student_sections if (html := section(user, now))]


def register_today_section(section: TodaySection) -> None:
    """Show what `section(user, enrolments, now)` returns on the start page, for the active enrolments of the student.

    An empty string shows nothing. The enrolments have their courses loaded. An app registers one section with all that it has
    to say, so that it reads each thing once.
    """
    if section not in _today_sections:
        _today_sections.append(section)


def today_sections(user: User, enrolments: Sequence[Enrolment], now: datetime) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty; none without an enrolment."""
    return [html for section in _today_sections if enrolments and (html := section(user, enrolments, now))]


def register_due_dates(dates: DueDates) -> None:
    """Show on the page of a course until when activities are due: `dates(enrolment)` returns {activity id: due date}.

    It is called at every request of such a page, so it should need few queries.
    """
    if dates not in _due_dates:
        _due_dates.append(dates)


def due_dates(enrolment: Enrolment) -> dict[int, datetime]:
    """Return until when the activities of the enrolment's course are due, for those that have a date."""
    return {activity: due for dates in _due_dates for activity, due in dates(enrolment).items()}


def register_release(call: ReleaseCall) -> None:
    """Call `call(item, now)` in the transaction that releases the grades of an item, to tell what was kept back until then."""
    if call not in _release_calls:
        _release_calls.append(call)


def call_release(item: GradeItem, now: datetime) -> None:
    for call in _release_calls:
        call(item, now)


def register_moving(around: Moving) -> None:
    """Run what puts students into other cohorts inside of `around(course id, enrolments, now)`, to tell what it changes for them.

    `enrolments` are ids of the course. It is called in the transaction, and should need few queries for any number of students.
    """
    if around not in _moving:
        _moving.append(around)


@contextmanager
def moving(course_id: int, enrolments: Collection[int], now: datetime) -> Iterator[None]:
    """Surround what may put these students of a course into other cohorts. Needs a transaction."""
    with ExitStack() as stack:
        for around in _moving:
            stack.enter_context(around(course_id, enrolments, now))
        yield
