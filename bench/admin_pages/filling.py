"""Fill a large course, and print the addresses of the staff's pages. Runs in `manage.py shell` of the product.

The course has 50 items and 1,000 students who have taken its quizzes of 8 questions and more: at least 200,000 answers. Each of
them has handed in a task, which waits to be graded by hand. The site has 100,000 more accounts.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.db import connection, models
from django.utils import timezone

from accounts.models import User
from bench.flows import response
from bench.students import COURSE, sessions_of
from courses.models import Activity, Cohort, Course, CourseRole, Enrolment, InCourse
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.copied_rows import make_many
from tests.lms.addresses import addresses
from workspace.drafts import editing, outline, records
from workspace.models import Edit
from workspace.publishing import publish

STUDENTS, LESSONS, QUIZZES, ACCOUNTS = 1_000, 25, 25, 100_000
# A quiz of fewer questions is a task that is handed in. It is neither duplicated nor taken.
FEWEST = 8
# Pages that say nothing of a course.
_LEFT_OUT = re.compile(r"^admin/(login|logout|r|password_change|jsi18n)/|<url>|<app_label>")


def main() -> None:
    """Print a session of the course's instructor and the addresses as JSON."""
    course = Course.objects.get(slug=COURSE)
    instructor = User.objects.create(email="instructor@bench.invalid", name="Instructor", is_staff=True)
    CourseRole.objects.create(course=course, user=instructor, role=CourseRole.Role.INSTRUCTOR)
    _grow(course, instructor)
    quizzes = list(
        Quiz.objects.filter(activity__course=course, activity__kind=Activity.Kind.QUIZ)
        .select_related("activity__course", "current_version")
        .order_by("activity__position")
    )
    task = next(quiz for quiz in quizzes if _is_task(quiz))
    quizzes = [quiz for quiz in quizzes if _is_taken(quiz)]
    make_many(lambda: _study(course, [*quizzes, task]), STUDENTS)
    nobody = make_password(None)
    User.objects.bulk_create(
        (User(email=f"someone{n}@bench.invalid", name=f"Someone {n}", password=nobody) for n in range(ACCOUNTS)),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = list(dict.fromkeys(_addresses(course, instructor)))
    answers = Answer.objects.filter(attempt__enrolment__course=course).count()
    if answers < STUDENTS * 200:
        raise ValueError(f"The course is smaller than docs/bench.md says: {answers} answers.")
    print(json.dumps({"session": sessions_of([instructor])[0], "addresses": pages, "answers": answers}))


def _grow(course: Course, editor: User) -> None:
    """Duplicate lessons and quizzes until the course has enough of both, publish it, and leave a draft of one lesson."""
    drafted = records.read(course)
    present: dict[str, list[str]] = {"lesson": [], "quiz": []}
    for key, fields in drafted.records.items():
        if key[0] == "activity" and not fields["archived"]:
            present[fields["kind"]].append(key[1])
    for kind, wanted in (("lesson", LESSONS), ("quiz", QUIZZES)):
        originals = [
            slug
            for slug in present[kind]
            if kind == "lesson" or len(drafted.records["quiz", slug]["questions"]) >= FEWEST
        ]
        for number in range(wanted - len(present[kind])):
            slug, suffix = originals[number % len(originals)], f"({number + 2})"
            _key, changes = outline.duplicate(records.read(course), slug, suffix)
            editing.save(course, changes, editor=editor, action=Edit.Action.ADD, subject="", now=timezone.now())
    publish.publish(course, editor=editor, now=timezone.now())
    drafted = records.read(course)
    key = next(key for key in drafted.records if key[0] == "edition")
    changes = {key: {**drafted.records[key], "minutes": 99}}
    editing.save(course, changes, editor=editor, action=Edit.Action.CHANGE, subject="", now=timezone.now())


def _is_taken(quiz: Quiz) -> bool:
    return quiz.current_version is not None and len(quiz.current_version.content["questions"]) >= FEWEST


def _is_task(quiz: Quiz) -> bool:
    questions = quiz.current_version.content["questions"] if quiz.current_version else []
    return any(question["kind"] == "hand_in" for question in questions)


def _study(course: Course, quizzes: list[Quiz]) -> None:
    """Enrol a student who has taken the quizzes. What was handed in waits to be graded by hand."""
    now = timezone.now()
    student = User.objects.create(email="scholar@bench.invalid", name="Scholar")
    enrolment = Enrolment.objects.create(user=student, course=course)
    for quiz in quizzes:
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
        answers = {
            UUID(view["uuid"]): {"text": "I would count errors. " * 50} if view["kind"] == "hand_in" else response(view)
            for view in attempt.public_questions
        }
        submit.submit(attempt=attempt, now=now, answers=answers)
        automatic.grade_attempt(attempt_id=attempt.pk, now=now)


def _addresses(course: Course, instructor: User) -> Iterator[str]:
    """Yield the staff's addresses of the course, from the resolver, and a search and the last page of each list."""
    drafted = records.read(course)
    quiz, question = next(key[1:] for key in drafted.records if key[0] == "question")
    lesson = next(key[1] for key in drafted.records if key[0] == "edition")
    attempt = Attempt.objects.filter(enrolment__course=course, status=Attempt.Status.NEEDS_REVIEW).latest("pk")
    cohort = course.cohorts.first() or Cohort.objects.create(course=course, name="Bench")
    values = {
        "course_id": course.pk, "quiz_id": attempt.quiz_id, "attempt_id": attempt.pk, "cohort_id": cohort.pk,
        "role_id": CourseRole.objects.get(user=instructor).pk, "slug": course.slug, "language": "ko", "kind": "matching",
        "question_key": question, "number": 1, "first": 1, "last": 1, "edit_id": course.edits.latest("pk").pk,
        "uuid": attempt.uuid, "question": attempt.public_questions[0]["uuid"],
    }  # fmt: skip
    lists = {model: f"admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry}
    for path in addresses("admin/"):
        if _LEFT_OUT.search(path):
            continue
        model = next((model for model, prefix in lists.items() if path.startswith(prefix)), None)
        found = {
            **values, "activity_slug": quiz if "/quizzes/" in path else lesson, "object_id": _row(model, course),
        }  # fmt: skip
        names = re.findall(r"<(?:\w+:)?(\w+)>", path)
        if any(found.get(name) is None for name in names):
            continue
        filled = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match, found=found: str(found[match[1]]), path)  # type: ignore[misc]
        yield filled
        if path in lists.values():
            yield f"{filled}?q=scholar-9"
            yield f"{filled}?p=100"
    for name in ("enrolment", "studentexception"):
        yield f"/admin/autocomplete/?app_label=courses&model_name={name}&field_name=user&term=9"


def _row(model: type[models.Model] | None, course: Course) -> Any:
    if model is None or not issubclass(model, InCourse):
        return None
    row = model._default_manager.filter(**{model.course_path: course.pk}).order_by("pk").last()
    return row and row.pk
