"""Fill a product that is started for `./run fuzz` with people, attempts and everything else that has an id in an address.

The product's own process runs it: `manage.py shell -c "from tests.fuzz_world import build; build()"` writes the ids as JSON.
"""

import json
import sys
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.messages import sending, switches
from accounts.messages.models import Message
from accounts.models import User
from bundles import contents
from certificates.models import Certificate
from courses import enrolment
from courses.models import Activity, Course, CourseRole, Enrolment, SummaryDelivery
from courses.outline.published import get_published
from discussions.models import Post
from notes import writing
from operations.management.commands.seed_demo import COURSE
from practice import queue
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.taking import start, submit, uploads
from tests import fuzz
from tests.factories import ActivityFactory, CourseFactory, QuizFactory
from tests.practice.cards import take
from tests.quizzes import every_kind
from uploads import receiving

CODE = "spring-2026"


def build() -> None:
    """Create it all and write {name of a dictionary: ids}. The student's come before those of others."""
    course = Course.objects.get(slug=COURSE)
    Quiz.objects.filter(activity__course=course).update(attempts_allowed=None)
    students = [_student(course, person) for person in ("student", "other student")]
    instructor = _person("instructor", is_staff=True)
    CourseRole.objects.create(course=course, user=instructor, role=CourseRole.Role.INSTRUCTOR)
    to_join = CourseFactory(slug="statistics", enrolment_mode=Course.EnrolmentMode.CODE, enrolment_code=CODE)
    activity = ActivityFactory(module=course.modules.first(), kind="quiz", code="")
    quiz = QuizFactory(activity=activity, show_answers=Quiz.ShowAnswers.AT_ONCE, attempts_allowed=None)
    every_kind.fill(quiz)
    files = contents.list_files(get_published(course.pk, course.revision))
    ids: dict[str, list[str]] = {
        "hashes": [file.sha256 for file in files],
        "slugs": [course.slug, to_join.slug],
        "lessons": [str(each.uuid) for each in course.activities.filter(kind=Activity.Kind.LESSON)],
        "kinds": [kind.name for kind in switches.switchable(instructor)],
        "quizzes": [str(each.uuid) for each in course.activities.filter(kind=Activity.Kind.QUIZ)],
        "languages": ["en", "ko"],
        "enrolments": [str(student.uuid) for student in students],
        "attempts": [], "questions": [], "files": [], "waiting": [], "cards": [], "messages": [], "uploads": [],
        "lesson_questions": [], "notes": [], "discussions": [], "posts": [], "summaries": [], "certificates": [],
    }  # fmt: skip
    for student in students:
        _use(quiz, student, ids)
        _write(student, ids)
    sys.stdout.write(json.dumps({name: list(dict.fromkeys(values)) for name, values in ids.items()}))


def _person(name: str, **fields: bool) -> User:
    user: User = User.objects.create_user(fuzz.email(name), fuzz.PASSWORD, name=name.capitalize(), **fields)
    return user


def _student(course: Course, name: str) -> Enrolment:
    user = _person(name)
    enrolment.enrol(user=user, course=course, source=Enrolment.Source.ROSTER)
    return Enrolment.objects.get(course=course, user=user)


def _use(quiz: Quiz, student: Enrolment, ids: dict[str, list[str]]) -> None:
    """Have one student take the quiz: one attempt waits for a person, one is open and has a file, one is graded and told of."""
    now = timezone.now()
    waiting = start.start(quiz=quiz, enrolment=student, now=now)
    answers = {UUID(question): response for question, response in every_kind.wrong_answers(quiz).items()}
    submit.submit(attempt=waiting, answers=answers, now=now)
    assert automatic.grade_attempt(attempt_id=waiting.pk, now=now)
    unsubmitted = start.start(quiz=quiz, enrolment=student, now=now)
    questions = [question["uuid"] for question in unsubmitted.public_questions]
    upload = SimpleUploadedFile("notes.txt", b"The two distributions differ.")
    file = uploads.add_file(attempt=unsubmitted, question=UUID(questions[-1]), upload=upload, now=now)
    check = Quiz.objects.filter(activity__course=student.course, activity__kind=Activity.Kind.LESSON)[0]
    graded = take(check, student, now=now - timedelta(days=2))
    ids["attempts"] += [str(each.uuid) for each in (unsubmitted, graded, waiting)]
    ids["questions"] += questions
    ids["files"].append(str(file.uuid))
    begun = receiving.begin(
        user=student.user,
        attempt=unsubmitted,
        question=UUID(questions[-1]),
        name="more.txt",
        size=50,
        metadata="",
        now=now,
    )
    ids["uploads"].append(str(begun.uuid))
    ids["waiting"].append(str(waiting.uuid))
    ids["cards"] += [str(card.uuid) for card in queue.prepare_today(user=student.user, now=now).cards]
    ids["messages"].append(_tell(graded, now))
    ids["lesson_questions"] += [question["uuid"] for question in graded.public_questions]


def _write(student: Enrolment, ids: dict[str, list[str]]) -> None:
    """Have one student write notes, ask others and reply, and get a summary and a certificate."""
    now, user = timezone.now(), student.user
    lesson = student.course.activities.filter(kind=Activity.Kind.LESSON)[0]
    note = writing.add(enrolment=student, activity=lesson, language="en", anchor=".0", body="Look again.", now=now)
    asked = Post.objects.create(activity=lesson, author=user, anchor=".0", body="Why?", created_at=now)
    replies = [
        Post.objects.create(
            activity=lesson, author=user, question=asked, body="So.", created_at=now, deleted_at=deleted
        )
        for deleted in (None, now)
    ]
    summary = SummaryDelivery.objects.create(user=user, iso_year=2026, iso_week=1, due_at=now, status="sent")
    certificate = Certificate.objects.create(enrolment=student, name=user.name, titles={}, rule={}, issued_at=now)
    certificate.files.create(language="en", content=b"%PDF")
    ids["notes"].append(str(note.uuid))
    ids["discussions"].append(str(asked.uuid))
    ids["posts"] += [str(each.uuid) for each in (asked, *replies)]
    ids["summaries"].append(str(summary.uuid))
    ids["certificates"].append(str(certificate.uuid))


def _tell(attempt: Attempt, now: datetime) -> str:
    """Tell the student of a changed grade. Return the uuid of the message."""
    grade = AttemptGrade.objects.filter(attempt=attempt).latest("pk")
    notice = GradeNotice.objects.create(
        attempt=attempt, grade=grade, old_points=1, old_max_points=grade.max_points, created_at=now
    )
    sending.notify("grade-changed", about=notice, now=now)
    return str(Message.objects.filter(user=attempt.enrolment.user).latest("pk").uuid)
