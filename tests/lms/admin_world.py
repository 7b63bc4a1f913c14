"""Two courses with a row in each table that the admin shows, and the addresses of the admin for the rows of one of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils import timezone

from accounts.models import User
from courses.models import Cohort, Course, CourseRole, GlossaryTerm, InCourse, RosterImport
from exchange.models import QuestionImport
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.factories import (
    ActivityFactory,
    EnrolmentFactory,
    LessonFactory,
    ModuleFactory,
    QuizFactory,
    UserFactory,
    right_answers,
)
from tests.lms.addresses import addresses
from tests.lms.test_admin import add_what_seldom_happens

# It stands in every name and text of the course that nobody else may see.
CANARY = "Quillfeather"
# Addresses of the admin without a row of a course.
GENERAL = {
    "", "search/", "login/", "logout/", "password_change/", "password_change/done/", "autocomplete/", "jsi18n/", "<url>",
    "<app_label>/",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A course and a row of it for each model of the admin."""

    course: Course
    attempt: Attempt
    file: HandInFile
    job: QuestionImport
    roster: RosterImport

    def row_of(self, model: type[models.Model]) -> Any:
        """Return a row of the model in this course, None if rows of the model belong to no course."""
        if not issubclass(model, InCourse):
            return None
        return model._default_manager.filter(**{model.course_path: self.course.pk}).first()


def make_place(course: Course, name: str) -> Place:
    """Fill the course. `name` stands in all names and texts."""
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(title_en=name, title_ko=name, slug=name.lower())
    course.refresh_from_db()
    module = ModuleFactory(course=course, title_en=name, title_ko=name)
    lesson = LessonFactory(activity=ActivityFactory(module=module, title_en=name, title_ko=name))
    GlossaryTerm.objects.create(course=course, key="t", activity=lesson.activity, term_ko=name, definition_ko=name)
    quiz: Quiz = QuizFactory(activity=ActivityFactory(module=module, kind="quiz", title_en=name, title_ko=name))
    student = UserFactory(name=name, email=f"{name.lower()}@example.com")
    attempt = start.start(quiz=quiz, enrolment=EnrolmentFactory(course=course, user=student), now=now)
    submit.submit(attempt=attempt, now=now, answers=right_answers(quiz))
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    add_what_seldom_happens(attempt)
    course.modules.update(title_en=name, title_ko=name)
    course.activities.update(title_en=name, title_ko=name)
    cohort = course.cohorts.get()
    QuizDates.objects.create(quiz=quiz, cohort=cohort)
    course.cohorts.update(name=name)
    question = quiz.questions.first()
    assert question is not None
    attempt.late_answers.update(question=question.uuid)
    file = HandInFile.objects.create(
        attempt=attempt, question=question.uuid, name=f"{name}.txt", size=5, sha256="0" * 64,
        file=ContentFile(name.encode(), "essay.txt"), uploaded_at=now,
    )  # fmt: skip
    # The attempt was graded by an earlier key: there is something to regrade.
    question.points += 1
    question.save()
    publishing.publish(quiz)
    plan: dict[str, Any] = {"fingerprint": "", "entries": [], "skipped": [], "notes": []}
    plan["counts"] = {"added": 0, "changed": 0, "unchanged": 0}
    job = QuestionImport.objects.create(
        course=course, slug=quiz.activity.slug, created_at=now, queued_at=now, language="en", reader_language="en",
        content=b"", status="planned",
        plan=plan,
    )  # fmt: skip
    roster = RosterImport.objects.create(
        course=course, created_at=now, queued_at=now, reader_language="en", content=b"", status="planned",
        table=[[1, ["email", "name"]], [2, [f"{name.lower()}@example.net", name]]],
        layout={"header": 0, "fields": ["email", "name"]},
    )  # fmt: skip
    return Place(course, attempt, file, job, roster)


@pytest.fixture
def place(course: Course, ines: User) -> Place:
    """The course of Ines, which contains the canary."""
    return make_place(course, CANARY)


@pytest.fixture
def elsewhere(otto: User) -> Place:
    """The course of Otto."""
    return make_place(CourseRole.objects.get(user=otto).course, "Elsewhere")


def admin_addresses() -> list[str]:
    """Return the addresses below /admin/ with their placeholders, without those that belong to no row."""
    found = sorted({path.removeprefix("admin/") for path in addresses("admin/")})
    # tests/workspace/test_access.py tries the addresses of the workspace, item statistics, reports, announcements, appeals,
    # questions at lessons and certificates, tests/overview those about all courses, tests/review/test_access.py those of
    # manual grading.
    elsewhere = (
        "r/", "workspace/", "analysis/", "reports/", "announcements/", "appeals/", "discussions/", "certificates/", "mails/",
        "overview/", "review/",
    )  # fmt: skip
    return [path for path in found if path not in GENERAL and not path.startswith(elsewhere)]


def model_of(path: str) -> type[models.Model]:
    app, name = path.split("/")[:2]
    return next(m for m in admin.site._registry if m._meta.label_lower == f"{app}.{name}")


def fill(path: str, place: Place) -> str | None:
    """Return the address for the rows of the course, None if it needs a row and the model has none in a course."""
    values = {
        "course_id": place.course.pk,
        "quiz_id": place.attempt.quiz_id,
        "attempt_id": place.attempt.pk,
        "uuid": place.job.uuid,
        "roster_uuid": place.roster.uuid,
    }
    for name, model in (("role_id", CourseRole), ("cohort_id", Cohort), ("regrade_id", None), ("object_id", None)):
        row = place.row_of(model or model_of(path))
        values[name] = row and row.pk
    for name in re.findall(r"<(?:\w+:)?(\w+)>", path):
        value = values.get(name)
        if value is None:
            return None
        path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path, count=1)
    return f"/admin/{path}"


def nowhere(path: str) -> str:
    """Return the address for rows that do not exist."""
    path = re.sub(r"<uuid:\w+>", str(uuid4()), path)
    return "/admin/" + re.sub(r"<[^>]*>", "999999", path)


# What each request writes: sessions and the audit log.
IGNORED = ("accounts.audit", "sessions.", "account_device", "usersessions.")


def is_ignored(model: type[models.Model]) -> bool:
    return model._meta.label_lower.startswith(IGNORED)


def everything() -> dict[str, str]:
    """Return {model: digest of its rows}, without what each request writes."""
    return {
        model._meta.label_lower: sha256(repr(sorted(model._base_manager.values_list(), key=repr)).encode()).hexdigest()
        for model in apps.get_models(include_auto_created=True)
        if not is_ignored(model)
    }


class Rows:
    """What `everything` returns. It reads the rows again only after a statement that may have changed one."""

    def __init__(self) -> None:
        tables = "|".join(m._meta.db_table for m in apps.get_models(include_auto_created=True) if is_ignored(m))
        own = rf'(INSERT INTO|UPDATE|DELETE FROM) "({tables})"'
        self._harmless = re.compile(f"SELECT |SAVEPOINT |RELEASE SAVEPOINT |{own}")
        self._known: dict[str, str] | None = None

    def now(self) -> dict[str, str]:
        if self._known is None:
            self._known = everything()
        return self._known

    def note(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        """Note a statement and execute it. Anything but a known harmless one may have changed a row, a rollback for example."""
        if not self._harmless.match(sql):
            self._known = None
        return execute(sql, *arguments)


@pytest.fixture
def rows(db: None) -> Iterator[Rows]:
    found = Rows()
    with connection.execute_wrapper(found.note):
        yield found
