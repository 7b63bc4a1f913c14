"""Access to every page of the site, found in the resolver, for a visitor, a stranger and the student.

`test_api_access` does the same for the API, method by method. An address that is in none of the tables fails, so each new
address must be added to the table of those who may see it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Message, User
from certificates.models import Certificate, CertificateFile
from courses.models import Course, CourseAsset, Enrolment, SummaryDelivery
from discussions.models import Post
from notes.writing import add
from practice import queue
from practice.models import PracticeCard
from quizzes.attempts.models import HandInFile
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.practice.cards import make_check, take
from tests.push.rows import make_subscription

pytestmark = pytest.mark.django_db

# Public pages.
PUBLIC = {
    "healthz", "readyz",
    "weekly-summary/<str:token>/off/", "weekly-summary/<str:token>/on/",
    "notifications/mails/<str:token>/off/", "notifications/mails/<str:token>/on/",
    "inbox/", "inbox/<slug:name>/", "inbox/<slug:name>/html/",
    ".well-known/apple-app-site-association", ".well-known/assetlinks.json", "problems/", "problems/<slug:slug>",
    "certificates/", "certificates/issuer/did.json", "certificates/revoked/<int:number>", "certificates/<slug:code>/",
    "certificates/<slug:code>/badge.jwt", "certificates/<slug:code>/badge.svg",
    # Calendar programs have no session: the token is the secret.
    "calendar/<str:token>/baeum.ics",
    "bounces/", "language/", "theme/", "styleguide/", "courses/<slug:slug>/first-lesson/",
    "",
    # What makes the site installable, and the page that stands for those that need the network: for nobody in particular.
    "sw.js", "offline/<slug:language>.webmanifest", "offline/<slug:language>/",
    "offline/<slug:language>/answers.js",
}  # fmt: skip
# Pages for every signed-in person, which show their own data.
OWN = {
    "courses/", "review/", "search/", "notes/", "notes/export/<slug:kind>/",
    "notifications/", "notifications/read/", "notifications/devices/", "notifications/devices/on/",
    "notifications/devices/kinds/", "summaries/", "calendar/", "calendar/address/", "calendar/address/off/",
}  # fmt: skip
# The API, pages of staff and of libraries, and files. Other tests cover them (test_api_access, test_admin, tests/accounts).
ELSEWHERE = ("api/", "admin/", "_allauth/", "accounts/", "static/", "jsi18n", "i18n/", "settings", "^")


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if path.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


ALL = sorted(set(addresses(get_resolver())))
OBJECTS = [path for path in ALL if path not in PUBLIC | OWN]


@pytest.fixture
def names(enrolment: Enrolment, quiz: Quiz) -> dict[str, Any]:
    """The values of the path parameters: all of them Alice's objects."""
    # An open course shows strangers how to enrol; a course by roster is hidden from them.
    Course.objects.filter(pk=enrolment.course_id).update(enrolment_mode=Course.EnrolmentMode.ROSTER)
    lesson = enrolment.course.activities.get(slug="lesson-1")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    CourseAsset.objects.create(course=enrolment.course, name="data.csv", content=b"a,b\n")
    handed_in = HandInFile.objects.create(
        attempt=attempt,
        question=quiz.questions.first().uuid,  # type: ignore[union-attr]
        name="essay.txt",
        size=5,
        sha256="0" * 64,
        file=ContentFile(b"essay", "essay.txt"),
        uploaded_at=timezone.now(),
    )
    take(make_check(lesson), enrolment)
    queue.prepare_today(user=enrolment.user, now=timezone.now())
    message = Message.objects.create(
        user=enrolment.user, kind="grade-changed", about="0", created_at=timezone.now(), due_at=timezone.now()
    )
    device = make_subscription(enrolment.user)
    summary = SummaryDelivery.objects.create(
        user=enrolment.user, iso_year=2026, iso_week=1, due_at=timezone.now(), status="sent"
    )
    certificate = Certificate.objects.create(
        enrolment=enrolment, name="Alice", titles={"ko": "통계"}, rule={"progress": 0, "grade": 0, "hand_ins": 0},
        issued_at=timezone.now(),
    )  # fmt: skip
    CertificateFile.objects.create(certificate=certificate, language="ko", content=b"%PDF")
    note = add(enrolment=enrolment, activity=lesson, language="en", anchor=".0", now=timezone.now())
    asked = Post.objects.create(
        activity=lesson, author=enrolment.user, anchor=".0", body="x", created_at=timezone.now()
    )
    return {
        "discussions/posts/<uuid:uuid>": f"discussions/posts/{asked.uuid}",
        "discussions/<uuid:uuid>": f"discussions/{asked.uuid}",
        "notes/<uuid:uuid>": f"notes/{note.uuid}",
        "<slug:kind>": "markdown",
        "certificate/<slug:language>": "certificate/ko",
        "notifications/<uuid:uuid>": f"notifications/{message.uuid}",
        "notifications/devices/off/<uuid:uuid>": f"notifications/devices/off/{device.uuid}",
        "summaries/<uuid:uuid>": f"summaries/{summary.uuid}",
        "<uuid:file>": str(handed_in.uuid),
        "cards/<uuid:card>": f"cards/{PracticeCard.objects.all()[0].uuid}",
        "<int:turn>": "2",
        "<slug:slug>": enrolment.course.slug,
        "<slug:lesson_slug>": "lesson-1",
        "<slug:quiz_slug>": "quiz",
        "<str:name>": "data.csv",
        "attempts/<uuid:uuid>": f"attempts/{attempt.uuid}",
        "<uuid:question>": str(quiz.questions.first().uuid),  # type: ignore[union-attr]
    }


def fill(path: str, names: dict[str, Any]) -> str:
    for placeholder, value in names.items():
        path = path.replace(placeholder, value)
    assert "<" not in path, f"{path}: a placeholder without a value"
    return f"/{path}"


@pytest.mark.parametrize("path", [path for path in ALL if path not in PUBLIC])
def test_an_anonymous_user_is_redirected_to_the_sign_in(client: Client, names: dict[str, Any], path: str) -> None:
    url = fill(path, names)
    for method in (client.get, client.post, client.put, client.patch, client.delete):
        answer = method(url)
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("path", OBJECTS)
def test_a_user_without_access_gets_404(bob: User, names: dict[str, Any], path: str) -> None:
    url = fill(path, names)
    client = Client()
    client.force_login(bob)
    for method in ("get", "post", "put"):
        answer = getattr(client, method)(url)
        assert answer.status_code in (404, 405), (method, answer.status_code)


@pytest.mark.parametrize("path", OBJECTS)
def test_an_object_that_does_not_exist_is_404_too(alice_client: Client, names: dict[str, Any], path: str) -> None:
    nowhere = {name: value if "/" not in value else f"{value.split('/')[0]}/{uuid4()}" for name, value in names.items()}
    nowhere["certificate/<slug:language>"] = "certificate/ko"
    nowhere["<slug:slug>"] = "no-such-course"
    url = fill(path, nowhere)
    assert alice_client.get(url).status_code in (404, 405)


@pytest.mark.parametrize("path", [path for path in ALL if path not in PUBLIC])
def test_a_form_without_a_csrf_token_is_refused(alice: User, names: dict[str, Any], path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post(fill(path, names), {"done": "1"}, headers={"Accept-Language": "en"})
    assert answer.status_code in (403, 405)
    if answer.status_code == 403:
        assert "Traceback" not in answer.text
        assert "<h1" in answer.text
