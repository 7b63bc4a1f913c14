"""Every address of manual grading, from the resolver, for those who may not use it; and how many queries each takes."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from quizzes.attempts.models import Attempt
from quizzes.grading import manual
from quizzes.grading.models import Review
from review.answers.decisions import read_decision
from review.answers.reviewing import get_reviewed
from review.models import SavedComment
from tests.copied_rows import make_many
from tests.lms.addresses import addresses
from tests.lms.admin_world import everything
from tests.quizzes.graded import question_of
from tests.review.conftest import HandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(hand_in: HandIn, course: Course, ines: User) -> Attempt:
    """An attempt that waits, another one that Ines has graded, and a comment of hers with the uuid of the first one."""
    graded = hand_in("Odo")
    question = question_of(graded, "hand_in")
    spec = next(each.spec for each in get_reviewed(graded).questions if each.spec["uuid"] == str(question))
    criteria = {part["uuid"]: "1" for part in spec["rubric"]}
    decision = read_decision(spec, points="", criteria=criteria, comment="")
    assert decision is not None
    manual.record_reviews(attempt=graded, decisions={question: decision}, reviewer=ines, now=timezone.now())
    waiting = hand_in()
    SavedComment.objects.create(
        course=course, uuid=waiting.uuid, owner=ines, text={"en": "x"}, created_at=timezone.now()
    )
    return waiting


def urls(waiting: Attempt) -> Iterator[str]:
    values = {
        "slug": "statistics",
        "uuid": str(waiting.uuid),
        "question": str(question_of(waiting, "hand_in")),
        "review_id": str(Review.objects.get().pk),
    }
    for path in addresses("admin/review/"):
        yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], path)


def test_a_stranger_finds_nothing(written: Attempt, otto_client: Client, alice_client: Client) -> None:
    before = everything()
    found = list(urls(written))
    assert len(found) == 5
    for url in found:
        for answer in (otto_client.get(url), otto_client.post(url, {"take": "1", "text_ko": "x", "delete": "1"})):
            # The next answer is nobody's address: it leads to the stranger's own queue.
            assert answer.status_code in ((302, 405) if url.endswith("/next/") else (404, 405)), url
        assert alice_client.get(url).status_code == 302, url
        assert alice_client.post(url, {"take": "1"}).status_code == 302, url
    assert everything() == before


def test_an_observer_grades_nothing(written: Attempt, oscar_client: Client) -> None:
    before = everything()
    for url in urls(written):
        for answer in (oscar_client.get(url), oscar_client.post(url, {"take": "1", "text_ko": "x"})):
            assert answer.status_code in (302, 403, 404, 405), url
    assert everything() == before


def test_assistants_and_instructors_open_every_page(written: Attempt, ada_client: Client, ines_client: Client) -> None:
    for url in urls(written):
        if "/undo/" not in url:
            assert ines_client.get(url).status_code in (200, 302), url
            assert ada_client.get(url).status_code in (200, 302, 404), url


def test_a_signed_out_visitor_is_sent_to_the_sign_in(written: Attempt, client: Client) -> None:
    for url in urls(written):
        for answer in (client.get(url), client.post(url, {})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(("/admin/login/", "/accounts/login/")), url


def test_the_number_of_queries_does_not_grow(hand_in: HandIn, course: Course, ines: User, ines_client: Client) -> None:
    def queries(url: str) -> int:
        ines_client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(url).status_code in (200, 302)
        return len(captured)

    def fill() -> None:
        hand_in("S", near_miss=True)
        SavedComment.objects.create(course=course, owner=ines, text={"en": "x"}, created_at=timezone.now())

    make_many(fill, 2)
    first = Attempt.objects.earliest("pk")
    question = question_of(first, "hand_in")
    pages = [
        "/admin/review/next/",
        f"/admin/review/next/?question={question}&after={first.uuid}.{question}",
        f"/admin/review/{first.uuid}/{question}/",
        f"/admin/review/{first.uuid}/{question}/?question={question}",
        "/admin/review/comments/statistics/",
    ]
    few = [queries(url) for url in pages]
    make_many(fill, 198)
    assert Attempt.objects.count() == 200
    assert [queries(url) for url in pages] == few
    assert max(few) <= 23
