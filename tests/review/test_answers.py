"""Grading one answer after the other: decide, go on, skip, take over, take back, with two people at it."""

from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course, GradeChange
from quizzes.attempts.models import Attempt
from quizzes.grading.models import GradeNotice, Review
from review.answers import leases
from review.answers.decisions import quick_points
from review.models import AnswerLease, SavedComment
from tests.quizzes.graded import fresh, question_of
from tests.review.conftest import HandIn

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
NEXT = "/admin/review/next/"


def page_of(attempt: Attempt, kind: str = "hand_in", query: str = "") -> str:
    return reverse("review:answer", args=[attempt.uuid, question_of(attempt, kind)]) + query


def rubric(attempt: Attempt, *points: str, **more: Any) -> dict[str, Any]:
    view = attempt.find_question(question_of(attempt, "hand_in"))
    assert view is not None
    return {part["uuid"]: given for part, given in zip(view["rubric"], points, strict=True)} | {"save": "1", **more}


def test_the_queue_leads_to_the_first_answer_and_each_decision_to_the_next(
    hand_in: HandIn, ines_client: Client
) -> None:
    old, new = hand_in("Odo", days_ago=3), hand_in("Nora", days_ago=2)
    queue = ines_client.get(reverse("admin:quizzes_attempt_queue"), headers=EN)
    assert f'href="{NEXT}"' in queue.text
    page = ines_client.get(NEXT, follow=True, headers=EN)
    assert page.redirect_chain[-1][0] == page_of(old)
    assert "Odo" in page.text
    page = ines_client.post(page_of(old), rubric(old, "3", "0.5", comment="Good."), follow=True, headers=EN)
    assert page.request["PATH_INFO"] == page_of(new)
    assert "Saved: Odo, 3.5 points." in page.text
    review = Review.objects.get()
    assert (review.attempt, review.points, review.comment) == (old, Decimal("3.5"), "Good.")
    assert fresh(old).status == Attempt.Status.GRADED
    assert list(AnswerLease.objects.values_list("attempt", flat=True)) == [new.pk]
    page = ines_client.post(page_of(new), rubric(new, "0", "0"), follow=True, headers=EN)
    assert "No other answer waits for you." in page.text
    assert "Saved: Nora, 0 points." in page.text


def test_one_button_gives_points_and_goes_on(hand_in: HandIn, ines_client: Client) -> None:
    attempt = hand_in(near_miss=True)
    url = page_of(attempt, "short_answer")
    page = ines_client.get(url, headers=EN)
    assert 'name="give" value="1" data-keys="1 f"' in " ".join(page.text.split())
    assert ines_client.post(url, {"give": "1", "points": ""}).status_code == 302
    assert Review.objects.get().points == 1


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("1.00", [("0", "0"), ("h", "0.5"), ("1 f", "1")]),
        ("4.00", [("0", "0"), ("1", "1"), ("2 h", "2"), ("3", "3"), ("4 f", "4")]),
        ("0.01", [("0 h", "0"), ("f", "0.01")]),
        ("20.00", [*((str(n), str(n)) for n in range(10)), ("h", "10"), ("f", "20")]),
    ],
)
def test_digits_give_that_many_points(top: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.keys, each.points) for each in quick_points(top)] == expected


@pytest.mark.parametrize("points", [("", ""), ("3", ""), ("4", "0"), ("x", "1")])
def test_what_cannot_be_saved_is_said_and_kept(hand_in: HandIn, ines_client: Client, points: tuple[str, str]) -> None:
    attempt = hand_in()
    page = ines_client.post(page_of(attempt), rubric(attempt, *points, comment="My long text"), headers=EN)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "My long text" in page.text
    assert [part["given"] for part in page.context["criteria"]] == list(points)
    assert not Review.objects.exists()


class TestTwoGraders:
    def test_the_second_sees_who_has_the_answer_and_gets_another_one(
        self, hand_in: HandIn, ines_client: Client, ada_client: Client
    ) -> None:
        first, second = hand_in(days_ago=3), hand_in(days_ago=2)
        ines_client.get(page_of(first))
        assert ada_client.get(NEXT, follow=True).redirect_chain[-1][0] == page_of(second)
        page = ada_client.get(page_of(first), headers=EN)
        assert "Being graded by Ines" in page.text
        assert "data-decision" not in page.text
        assert "being graded by Ines" in ada_client.get(reverse("admin:quizzes_attempt_queue"), headers=EN).text

    def test_who_was_overtaken_is_told_and_loses_nothing(
        self, hand_in: HandIn, ines_client: Client, ada_client: Client
    ) -> None:
        attempt = hand_in()
        url = page_of(attempt)
        seen = ines_client.get(url).context["seen"]
        assert ada_client.post(url, {"take": "1"}).status_code == 302
        page = ines_client.post(url, rubric(attempt, "3", "1", comment="Mine", seen=seen), headers=EN)
        assert page.status_code == 409
        assert "Ada is grading this answer now." in page.text
        assert "Mine" in page.text
        assert not Review.objects.exists()
        # Ada decides; Ines insists, and is told of that decision first.
        ada_client.post(url, rubric(attempt, "0", "0", seen=seen))
        page = ines_client.post(url, rubric(attempt, "3", "1", comment="Mine", seen=seen, force="1"), headers=EN)
        assert page.status_code == 409
        assert "Somebody else has graded this in the meantime." in page.text
        assert "Ada" in page.text
        assert [part["given"] for part in page.context["criteria"]] == ["3", "1"]
        assert Review.objects.get().points == 0
        ines_client.post(url, rubric(attempt, "3", "1", comment="Mine", seen=page.context["seen"]))
        assert [review.points for review in Review.objects.all()] == [0, 4]

    def test_it_can_be_saved_all_the_same_while_another_one_only_looks(
        self, hand_in: HandIn, ada: User, ines_client: Client
    ) -> None:
        attempt = hand_in()
        question = question_of(attempt, "hand_in")
        leases.claim(attempt=attempt, question=question, grader=ada, now=timezone.now())
        ines_client.post(page_of(attempt), rubric(attempt, "3", "1", seen="0", force="1"))
        assert Review.objects.get().points == 4

    def test_an_answer_is_kept_while_its_grader_writes(self, hand_in: HandIn, ada: User, ines_client: Client) -> None:
        attempt = hand_in()
        url, question = page_of(attempt), question_of(attempt, "hand_in")
        assert ines_client.post(url, {"keep": "1"}).status_code == 204
        leases.take_over(attempt=attempt, question=question, grader=ada, now=timezone.now())
        assert ines_client.post(url, {"keep": "1"}).status_code == 409

    def test_who_skips_an_answer_gives_it_back(self, hand_in: HandIn, ines_client: Client) -> None:
        first, second = hand_in(days_ago=3), hand_in(days_ago=2)
        ines_client.get(page_of(first))
        page = ines_client.post(page_of(first), {"skip": "1"}, follow=True)
        assert page.request["PATH_INFO"] == page_of(second)
        assert not AnswerLease.objects.filter(attempt=first).exists()
        # The next decision does not lead back to it before the end of the list.
        assert f"{first.uuid}." in page.request["QUERY_STRING"]


class TestUndo:
    def test_the_answer_waits_again_and_the_form_has_what_was_typed(self, hand_in: HandIn, ines_client: Client) -> None:
        attempt = hand_in()
        ines_client.post(page_of(attempt), rubric(attempt, "3", "1", comment="Text"))
        url = reverse("review:undo", args=[Review.objects.get().pk])
        page = ines_client.post(url, follow=True, headers=EN)
        assert page.request["PATH_INFO"] == page_of(attempt)
        assert "Your decision is taken back." in page.text
        assert fresh(attempt).status == Attempt.Status.NEEDS_REVIEW
        assert page.context["row"].reviews == []
        assert [part["given"] for part in page.context["criteria"]] == ["3", "1"]
        assert page.context["comment"] == "Text"
        # Pressed twice it does nothing more.
        ines_client.post(url)
        assert Review.objects.count() == 2
        # The student has the grade until somebody decides anew, and is told if it changes.
        assert GradeChange.objects.count() == 1
        ines_client.post(page_of(attempt), rubric(attempt, "1", "1", seen=page.context["seen"]))
        assert fresh(attempt).status == Attempt.Status.GRADED
        assert GradeChange.objects.count() == 2
        assert GradeNotice.objects.count() == 1

    def test_an_earlier_decision_counts_again(self, hand_in: HandIn, ines_client: Client, ada_client: Client) -> None:
        attempt = hand_in()
        ada_client.post(page_of(attempt), rubric(attempt, "2", "1"))
        seen = ines_client.get(page_of(attempt)).context["seen"]
        ines_client.post(page_of(attempt), rubric(attempt, "3", "1", seen=seen))
        assert fresh(attempt).points == 17
        url = reverse("review:undo", args=[Review.objects.latest("pk").pk])
        # Pressed twice it does nothing more, and says the same.
        for _time in range(2):
            page = ines_client.post(url, follow=True, headers=EN)
            assert "Your decision is taken back." in page.text
            assert fresh(attempt).points == 16
            assert Review.objects.count() == 3
        assert fresh(attempt).status == Attempt.Status.GRADED

    def test_only_ones_own_last_decision_is_taken_back(
        self, hand_in: HandIn, ines_client: Client, ada_client: Client, otto_client: Client
    ) -> None:
        attempt = hand_in()
        ines_client.post(page_of(attempt), rubric(attempt, "3", "1"))
        first = Review.objects.get()
        url = reverse("review:undo", args=[first.pk])
        assert ada_client.post(url).status_code == 404
        assert otto_client.post(url).status_code == 404
        assert ines_client.get(url).status_code == 405
        ada_client.post(page_of(attempt), rubric(attempt, "0", "0", seen=first.pk))
        page = ines_client.post(url, follow=True, headers=EN)
        assert "Somebody else has graded this in the meantime." in page.text
        assert Review.objects.count() == 2


class TestComments:
    @pytest.fixture
    def comment(self, course: Course, ines: User) -> SavedComment:
        return course.saved_comments.create(
            owner=ines, text={"ko": "더 써 주세요.", "en": "Write more."}, created_at=timezone.now()
        )

    def test_it_is_inserted_in_the_language_of_the_student(
        self, hand_in: HandIn, ines: User, ines_client: Client, comment: SavedComment
    ) -> None:
        User.objects.filter(pk=ines.pk).update(language="en")
        attempt = hand_in()
        User.objects.filter(pk=attempt.enrolment.user_id).update(language="ko")
        page = ines_client.get(page_of(attempt))
        assert 'data-insert="더 써 주세요."' in page.text
        assert 'data-keys="shift+1"' in page.text
        # Without script the button sends the form, which comes back with everything in it.
        page = ines_client.post(page_of(attempt), rubric(attempt, "3", "", comment="A.", insert=str(comment.uuid)))
        assert page.status_code == 200
        assert page.context["comment"] == "A.\n더 써 주세요."
        assert page.context["criteria"][0]["given"] == "3"
        for unknown in ("x", str(UUID(int=1))):
            page = ines_client.post(page_of(attempt), rubric(attempt, "", "", comment="A.", insert=unknown))
            assert page.context["comment"] == "A."
        assert not Review.objects.exists()

    def test_it_belongs_to_its_writer_until_it_is_shared(
        self, hand_in: HandIn, comment: SavedComment, ada_client: Client
    ) -> None:
        attempt = hand_in()
        assert ada_client.get(page_of(attempt)).context["comments"] == []
        SavedComment.objects.update(is_shared=True)
        assert len(ada_client.get(page_of(attempt)).context["comments"]) == 1
        page = ada_client.get(reverse("review:comments", args=["statistics"]), headers=EN)
        assert "for everybody who grades, by Ines" in page.text
        assert ada_client.get(reverse("review:comment", args=["statistics", comment.uuid])).status_code == 404


def test_an_answer_is_accepted_for_everybody_on_a_page_that_leads_back(
    hand_in: HandIn, ines_client: Client, ada_client: Client
) -> None:
    first, second = hand_in(days_ago=3, near_miss=True), hand_in(days_ago=2, near_miss=True)
    page = ines_client.get(page_of(first, "short_answer"))
    following = page.context["following"]
    assert ines_client.get(following)["Location"].startswith(page_of(first))
    address = f"/admin/workspace/statistics/accept/{first.uuid}/{question_of(first, 'short_answer')}/"
    assert f'href="{address}?next={quote(following, safe="")}"' in page.text
    assert ines_client.get(address, {"next": following}).context["back"] == following
    assert ines_client.get(address, {"next": "https://evil.example/"}).context["back"].startswith("/admin/")
    # An assistant may not change the key.
    assert "/accept/" not in ada_client.get(page_of(second, "short_answer")).text
