"""Every address of the workspace, from the resolver, for those who may not use it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from appeals.models import Appeal
from certificates.models import Certificate
from courses.models import Course
from discussions.models import Post
from exchange.imports import jobs
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Question, Quiz
from tests.factories import EnrolmentFactory
from tests.lms.addresses import addresses
from tests.lms.admin_world import everything
from tests.quizzes.graded import graded
from tests.workspace.authors import Author
from workspace.drafts import files

VALUES = {
    "slug": "statistics", "activity_slug": "lesson-1", "language": "en", "kind": "numeric", "question_key": "q0",
    "format": "csv",
    "name": "figure.png", "number": "1", "first": "1", "last": "1",
}  # fmt: skip
# What assistants and observers may see as well: the preview, what is published, item statistics, and what a student sees.
READ = re.compile(
    r"/preview/|/export/|/analysis/|/gradebook/(?!weights|release)|/stuck/$|/mails/[\w-]+/students/|/as/|/appeals/"
    r"|/discussions/"
)


@pytest.fixture
def written(ines: User, course: Course) -> Author:
    return make_written(ines, course)


def make_written(ines: User, course: Course) -> Author:
    """Ines's course with a publication, a draft, an edit, a file, and a row for each address that names one."""
    author = Author(ines, course)
    EnrolmentFactory(course=course)
    author.change_edition("lesson-1", "en", body="Published.")
    author.publish()
    files.add(course, "figure.png", b"x", editor=ines, now=timezone.now())
    author.change_edition("lesson-1", "en", body="Secret draft.")
    content = b"::secret::What?{=a ~b}"
    job = jobs.upload(course=course, slug="lesson-1", content=content, language="en", actor=ines, now=timezone.now())
    # An export, an announcement, an appeal, a question at a lesson and an attempt with the same uuid, so that all their addresses
    # can be filled.
    quiz = Quiz.objects.get(activity__course=course, activity__slug="quiz")
    attempt = graded(quiz, EnrolmentFactory(course=course))
    Attempt.objects.filter(pk=attempt.pk).update(uuid=job.uuid)
    course.announcements.create(uuid=job.uuid, title={"ko": "x"}, text={"ko": "x"}, created_at=timezone.now())
    Appeal.objects.create(
        uuid=job.uuid, attempt=attempt, question=quiz.questions.get(key="q0").uuid, text="x", created_at=timezone.now()
    )
    Post.objects.create(
        uuid=job.uuid, activity=course.activities.get(slug="lesson-1"), anchor=".0", body="x", created_at=timezone.now()
    )
    Certificate.objects.create(
        uuid=job.uuid, enrolment=attempt.enrolment, name="x", titles={"ko": "x"}, issued_at=timezone.now(),
        rule={"progress": 0, "grade": 0, "hand_ins": 0},
    )  # fmt: skip
    course.exports.create(
        uuid=job.uuid, kind="gradebook", format="csv", language="en", status="made", created_at=timezone.now()
    )
    course.mailings.create(uuid=job.uuid, status="done", created_at=timezone.now(), queued_at=timezone.now())
    return author


def urls(author: Author) -> Iterator[str]:
    values = {
        **VALUES,
        "edit_id": str(author.course.edits.latest("pk").pk),
        "uuid": str(author.course.question_imports.latest("pk").uuid),
        "question": str(Question.objects.get(quiz__activity__course=author.course, key="short").uuid),
        "enrolment_uuid": str(author.course.enrolments.earliest("pk").uuid),
        "path": "courses/statistics/",
    }
    for path in (
        *addresses("admin/workspace/"),
        *addresses("admin/analysis/"),
        *addresses("admin/reports/"),
        *addresses("admin/announcements/"),
        *addresses("admin/appeals/"),
        *addresses("admin/discussions/"),
        *addresses("admin/certificates/"),
        *addresses("admin/mails/"),
    ):
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], path)
        # tests/workspace/course_imports tries the pages that belong to no course.
        if "<slug:slug>" in path:
            # Only a quiz has questions and grades.
            yield "/" + re.sub(r"(quizzes|gradebook/[\w-]+)/lesson-1", r"\1/quiz", filled)


def test_there_are_addresses(written: Author) -> None:
    assert len(list(urls(written))) > 25


@pytest.mark.parametrize("who", ["otto_client", "alice_client"])
def test_nobody_else_finds_an_address_of_the_course(written: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    before = everything()
    expected = 404 if who == "otto_client" else 302
    for url in urls(written):
        data = {"action": "add-module", "title_ko": "x", "show": "on", "key": "edition/lesson-1/en", "body_en": "x"}
        found = (client.get(url).status_code, client.post(url, data).status_code)
        assert found == (expected, expected), url
    assert everything() == before


@pytest.mark.parametrize("who", ["ada_client", "oscar_client"])
def test_assistants_and_observers_change_nothing(written: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    before = everything()
    for url in urls(written):
        found = client.get(url).status_code
        assert found in ((200, 302) if READ.search(url) else (403,)), url
        assert client.post(url, {"action": "add-module", "title_ko": "x"}).status_code in (200, 302, 403, 405), url
    assert everything() == before


def test_its_instructor_opens_every_page(written: Author, ines_client: Client) -> None:
    for url in urls(written):
        if not re.search(r"/(discard|undo/\d+)/$", url):
            assert ines_client.get(url).status_code in (200, 302), url


def test_a_signed_out_visitor_is_sent_to_the_sign_in(written: Author, client: Client) -> None:
    for url in urls(written):
        for answer in (client.get(url), client.post(url, {})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(("/admin/login/", "/accounts/login/")), url
