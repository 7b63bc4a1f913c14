"""Asked at a paragraph: the place, the page of a lesson's questions, limits, and what happens when the text is edited."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Course, Enrolment, EnrolmentStatus
from discussions import posting, reading
from discussions.models import Post
from notes import placing
from tests.copied_rows import make_many
from tests.discussions.conftest import BODY, Ask, edit

pytestmark = pytest.mark.django_db
HERE = "/courses/statistics/lessons/lesson-1/questions/"
MARKS = "/courses/statistics/lessons/lesson-1/marks/"


def test_a_question_is_asked_without_a_script_and_stands_at_its_paragraph(
    alice_client: Client, carol_client: Client, text: placing.Text
) -> None:
    form = alice_client.get(HERE).text
    assert '<option value="noise.2" >The noise is everywhere.</option>' in form
    assert "Nobody has asked anything yet" in form
    answer = alice_client.post(HERE, {"anchor": "noise.2", "body": "<script>alert(1)</script>\nWhy?"})
    post = Post.objects.get()
    assert answer.headers["Location"] == f"/discussions/{post.uuid}/"
    assert (post.anchor, post.quote) == ("noise.2", "The noise is everywhere.")
    page = carol_client.get(answer.headers["Location"]).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nWhy?" in page
    assert "The noise is everywhere." in page
    assert "Alice" in page
    assert "alice@example.com" not in page
    assert "What" not in carol_client.get(HERE, {"at": "noise.1"}).text
    assert f"post-{post.uuid}" in carol_client.get(HERE, {"at": "noise.2"}).text
    assert "data-marked" in carol_client.get("/courses/statistics/lessons/lesson-1/").text
    assert carol_client.get(MARKS).json()["questions"] == [{"anchor": "noise.2", "count": 1, "open": 1}]


def test_the_lesson_leads_to_its_questions_and_takes_no_query_more(alice_client: Client) -> None:
    lesson = "/courses/statistics/lessons/lesson-1/"
    alice_client.get(lesson)
    with CaptureQueriesContext(connection) as captured:
        page = alice_client.get(lesson).text
    assert f'data-questions="{HERE}"' in page
    assert len(captured) == 4


@pytest.mark.parametrize(
    ("body", "anchor", "is_exact"),
    [
        (BODY, "noise.2", True),
        (BODY.replace("The noise", "A paragraph more.\n\nThe noise"), "noise.3", True),
        # The paragraph is gone: at the heading. The heading is gone, too: at the beginning.
        (BODY.replace("The noise is everywhere.", "Other words."), "noise.0", False),
        ("Nothing of this.", ".0", False),
    ],
)
def test_a_question_follows_its_paragraph_and_stays_at_the_heading_without_it(
    lesson: Activity, asked: Post, body: str, anchor: str, is_exact: bool
) -> None:
    assert placing.find_place(asked, edit(lesson, body)) == placing.Place(anchor, is_exact)


def test_a_chosen_quotation_is_kept_and_one_that_the_lesson_does_not_have_is_not(ask: Ask, alice: User) -> None:
    chosen = ask(alice, "First", anchor="noise.1", quote="learning  the noise", prefix="Overfitting is ", suffix=".")
    assert (chosen.quote, chosen.prefix, chosen.suffix) == ("learning the noise", "Overfitting is", ".")
    put_in = ask(alice, "Second", anchor="noise.1", quote="Ines is a fool", prefix="x", suffix="y")
    assert (put_in.quote, put_in.prefix, put_in.suffix) == ("Overfitting is learning the noise.", "", "")
    assert ask(alice, "Third", anchor="noise.0").quote == ""


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"anchor": "no place", "body": "x"}, "This does not name a place in a lesson."),
        ({"anchor": "noise.1", "body": " \0 "}, "Write something first."),
        ({"anchor": "noise.1", "body": "x" * 5001}, "The text is too long"),
    ],
)
def test_what_cannot_be_asked_is_said_and_the_text_is_kept(
    alice_client: Client, text: placing.Text, fields: dict[str, str], sentence: str
) -> None:
    answer = alice_client.post(HERE, fields)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert fields["body"].replace("\0", "") in answer.text.replace("\0", "")
    assert not Post.objects.exists()


def test_sent_twice_it_is_one_question(ask: Ask, alice: User) -> None:
    assert ask(alice) == ask(alice)
    assert ask(alice, anchor="noise.1") != ask(alice)


def test_who_writes_too_much_in_an_hour_has_to_wait(alice_client: Client, ask: Ask, alice: User) -> None:
    for number in range(posting.MOST_PER_HOUR):
        ask(alice, f"Question {number}")
    answer = alice_client.post(HERE, {"anchor": "noise.1", "body": "One more"})
    assert answer.status_code == 429
    assert "One more" in answer.text
    with pytest.raises(posting.TooManyPosts) as refused:
        ask(alice, "One more")
    assert 3500 < refused.value.wait <= 3600
    Post.objects.filter(body="Question 0").update(created_at=timezone.now() - timedelta(hours=1))
    assert ask(alice, "One more").pk


def test_strangers_and_who_has_left_see_nothing(
    bob_client: Client, carol_client: Client, carol: User, ines_client: Client, asked: Post
) -> None:
    for client in (bob_client, ines_client):
        for address in (HERE, MARKS, f"/discussions/{asked.uuid}/"):
            assert client.get(address).status_code == 404
        for action in ("", "me-too/", "mute/", "accept/"):
            assert client.post(f"/discussions/{asked.uuid}/{action}", {"body": "x"}).status_code == 404
        for action in ("", "delete/", "restore/", "report/"):
            assert client.post(f"/discussions/posts/{asked.uuid}/{action}", {"body": "x"}).status_code == 404
    Enrolment.objects.filter(user=carol).update(status=EnrolmentStatus.WITHDRAWN)
    assert carol_client.get(f"/discussions/{asked.uuid}/").status_code == 404
    assert Post.objects.count() == 1


def test_questions_of_an_archived_lesson_and_of_a_withdrawn_course_are_gone(
    alice_client: Client, asked: Post, lesson: Activity, course: Course
) -> None:
    address = f"/discussions/{asked.uuid}/"
    assert alice_client.get(address).status_code == 200
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())
    assert alice_client.get(address).status_code == 404
    Activity.objects.filter(pk=lesson.pk).update(archived_at=None)
    Course.objects.filter(pk=course.pk).update(is_published=False)
    assert alice_client.get(address).status_code == 404


def test_only_open_ones(alice_client: Client, ask: Ask, alice: User, carol: User) -> None:
    ask(alice, "Still open")
    done = ask(alice, "Already done")
    done.accepted = posting.reply(author=carol, question=done, body="So it is.", by_staff=False, now=timezone.now())
    done.save()
    page = alice_client.get(HERE, {"show": "open"}).text
    assert "Still open" in page
    assert "Already done" not in page


@pytest.mark.parametrize("number", [2, 200])
def test_pages_take_as_many_queries_for_many_questions_and_replies(
    alice_client: Client, ask: Ask, enrolment: Enrolment, carol: User, number: int
) -> None:
    asked = ask(enrolment.user)
    make_many(lambda: ask(carol, "Another"), number)
    make_many(
        lambda: posting.reply(author=enrolment.user, question=asked, body="Yes", by_staff=False, now=timezone.now()),
        number,
    )
    counts = {}
    for address in (HERE, f"{HERE}?page=2", MARKS, f"/discussions/{asked.uuid}/"):
        alice_client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert alice_client.get(address).status_code == 200
        counts[address] = len(captured)
    assert counts == {HERE: 5, f"{HERE}?page=2": 5, MARKS: 5, f"/discussions/{asked.uuid}/": 4}


def test_more_questions_than_are_listed_keep_the_newest(
    alice_client: Client, ask: Ask, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 1)
    ask(alice, "The old one")
    ask(alice, "The new one")
    page = alice_client.get(HERE).text
    assert "The new one" in page
    assert "The old one" not in page
