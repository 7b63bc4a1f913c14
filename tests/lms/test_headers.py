"""The headers of each kind of answer, as in `headers.golden`, and who may store which answer.

After an intended change, write the file anew: `UPDATE_GOLDEN=1 ./run test tests/lms/test_headers.py`.
"""

import base64
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from courses.lessons.rendering import asset_version
from courses.models import Activity, Course, CourseAsset, Enrolment
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.api import api_for
from tests.factories import PASSWORD
from tests.pictures import picture
from tests.quizzes import every_kind

GOLDEN = Path(__file__).with_name("headers.golden")


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path) -> None:
    """Headers as in production. The rest of the production settings is in test_settings."""
    settings.MEDIA_ROOT = tmp_path
    settings.SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365


class Answers:
    """One answer of each kind."""

    def __init__(self, quiz: Quiz, enrolment: Enrolment) -> None:
        every_kind.fill(quiz)
        quiz.refresh_from_db()
        self.browser = Client(raise_request_exception=False)
        self.browser.force_login(enrolment.user)
        self.app = api_for(enrolment.user)
        self.root = Client()
        self.root.force_login(User.objects.create_superuser("root@example.com", "x"))
        self.attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        self.question = UUID(next(q["uuid"] for q in self.attempt.public_questions if q["kind"] == "hand_in"))
        CourseAsset.objects.create(course=enrolment.course, name="data.csv", content=b"a,b\n")

    def page(self) -> Any:
        return self.browser.get("/courses/", secure=True)

    def sign_in_page(self) -> Any:
        return Client().get("/accounts/login/", secure=True)

    def sign_in(self, email: str = "alice@example.com") -> Any:
        return Client().post("/accounts/login/", {"login": email, "password": PASSWORD}, secure=True)

    def sign_out(self) -> Any:
        browser = Client()
        browser.force_login(User.objects.get(email="root@example.com"))
        return browser.post("/accounts/logout/", secure=True)

    def sign_in_by_app(self) -> Any:
        body = {"email": "alice@example.com", "password": PASSWORD}
        return Client().post("/_allauth/app/v1/auth/login", body, "application/json", secure=True)

    def sign_in_by_app_refused(self) -> Any:
        return Client().get("/_allauth/app/v1/auth/session", secure=True)

    def admin(self) -> Any:
        return self.root.get("/admin/", secure=True)

    def api(self) -> Any:
        return self.app.client.get("/api/v1/me", headers=self.app.headers, secure=True)

    def api_refused(self) -> Any:
        return Client().get("/api/v1/me", secure=True)

    def upload(self) -> Any:
        file = SimpleUploadedFile("work.txt", b"my work")
        path = f"/api/v1/attempts/{self.attempt.uuid}/answers/{self.question}/files"
        return self.app.client.post(path, {"file": file}, headers=self.app.headers, secure=True)

    def download(self) -> Any:
        file = self.upload().json()["uuid"]
        return self.browser.get(f"/attempts/{self.attempt.uuid}/files/{file}/", secure=True)

    def course_file(self) -> Any:
        return self.browser.get("/courses/statistics/files/data.csv", secure=True)

    def course_picture(self) -> Any:
        content = picture("PNG")
        CourseAsset.objects.create(course=Course.objects.get(slug="statistics"), name="photo.png", content=content)
        return self.browser.get(f"/courses/statistics/files/photo.png?v={asset_version(content)}", secure=True)

    def static_file(self) -> Any:
        return Client().get("/static/baeum/icon.svg", secure=True)

    def page_404(self) -> Any:
        return self.browser.get("/nowhere/", secure=True)

    def api_404(self) -> Any:
        return self.app.client.get("/api/v1/nowhere", headers=self.app.headers, secure=True)

    def page_500(self) -> Any:
        with mock.patch("courses.access.enrolments", side_effect=RuntimeError("broken")):
            return self.page()

    def api_500(self) -> Any:
        self.app.client.raise_request_exception = False
        with mock.patch("accounts.api.views.MeSerializer.shape", side_effect=RuntimeError("broken")):
            return self.api()


KINDS: list[Callable[[Answers], Any]] = [
    Answers.page, Answers.sign_in_page, Answers.sign_in, Answers.sign_out, Answers.sign_in_by_app,
    Answers.sign_in_by_app_refused, Answers.admin, Answers.api, Answers.api_refused, Answers.upload, Answers.download,
    Answers.course_file, Answers.course_picture, Answers.static_file, Answers.page_404, Answers.api_404, Answers.page_500,
    Answers.api_500,
]  # fmt: skip


@pytest.fixture
def answers(quiz: Quiz, enrolment: Enrolment) -> Answers:
    return Answers(quiz, enrolment)


def show(name: str, response: Any) -> str:
    lines = [f"{header}: {value}" for header, value in sorted(response.headers.items())]
    lines += [f"Set-Cookie: {morsel.OutputString()}" for _name, morsel in sorted(response.cookies.items())]
    return "\n".join([f"## {name.replace('_', ' ')}: {response.status_code}", *map(without_values, lines), ""])


def without_values(line: str) -> str:
    """Replace what differs from one answer to the next, or from one process to the next."""
    if line.startswith("Content-Security-Policy: "):
        header, _colon, policy = line.partition(": ")
        line = f"{header}: {'; '.join(sorted(policy.split('; ')))}"
    for pattern, replacement in (
        (r"(?<=nonce-)[^']+", "…"),
        (r"(?<=^Set-Cookie: )(\w+)=[^;]+", r"\1=…"),
        (r"(?<=expires=)[^;]+", "…"),
        (r"(?<=^Expires: ).+", "…"),
        (r"(?<=^Last-Modified: ).+", "…"),
        (r"(?<=^ETag: ).+", "…"),
        (r"(?<=^Content-Length: ).+", "…"),
        (r"(?<=^X-Device-Token: ).+", "…"),
        (r"(?<=^X-Reader: )[0-9a-f]{16}", "…"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…"),
    ):
        line = re.sub(pattern, replacement, line, flags=re.IGNORECASE)
    return line


def test_the_headers_are_those_of_the_golden_file(answers: Answers) -> None:
    shown = "\n".join(show(kind.__name__, kind(answers)) for kind in KINDS)

    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")


PRIVATE = [
    Answers.sign_in_page, Answers.sign_in, Answers.sign_in_by_app, Answers.sign_in_by_app_refused, Answers.api_refused,
    Answers.upload, Answers.download, Answers.api_404, Answers.api_500,
]  # fmt: skip


@pytest.mark.parametrize("kind", PRIVATE, ids=lambda kind: kind.__name__)
def test_answers_of_the_api_and_of_sign_in_are_stored_by_nobody(
    answers: Answers, kind: Callable[[Answers], Any]
) -> None:
    directives = {part.strip() for part in kind(answers).headers["Cache-Control"].split(",")}

    assert {"private", "no-store"} <= directives


def test_what_can_be_read_through_the_api_is_stored_by_the_app_itself_which_asks_each_time(answers: Answers) -> None:
    assert answers.api().headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("kind", [Answers.page, Answers.course_file, Answers.page_404], ids=lambda kind: kind.__name__)
def test_pages_of_one_person_are_stored_by_no_proxy(answers: Answers, kind: Callable[[Answers], Any]) -> None:
    response = kind(answers)

    assert response.headers["Cache-Control"] == "private"
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize(
    "kind", [Answers.api, Answers.api_refused, Answers.sign_in_by_app_refused], ids=lambda kind: kind.__name__
)
def test_answers_to_apps_vary_by_token_and_language(answers: Answers, kind: Callable[[Answers], Any]) -> None:
    varies = {name.strip() for name in kind(answers).headers["Vary"].split(",")}

    assert varies == {"Accept-Language", "X-Session-Token"}


def test_a_quiz_page_that_must_be_fresh_keeps_its_own_rule(answers: Answers) -> None:
    response = answers.browser.get(f"/attempts/{answers.attempt.uuid}/")

    assert "no-store" in response.headers["Cache-Control"]


def test_static_files_may_be_stored(answers: Answers) -> None:
    assert "private" not in answers.static_file().headers.get("Cache-Control", "")


def test_a_lesson_may_be_shown_again_when_the_reader_goes_back(answers: Answers, lesson: Activity) -> None:
    assert "no-store" not in answers.browser.get("/courses/statistics/lessons/lesson-1/").headers["Cache-Control"]


def test_the_script_in_a_lesson_is_the_one_that_the_policy_allows(enrolment: Enrolment, settings: Settings) -> None:
    browser = Client()
    browser.force_login(enrolment.user)
    lesson = enrolment.course.activities.filter(kind="lesson").earliest("position")
    page = browser.get(f"/courses/{enrolment.course.slug}/lessons/{lesson.slug}/").content.decode()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{allowed}'" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"]
