"""Replies, "me too", the accepted reply, changes and deletions by authors, and whom a message tells."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.messages.models import Message
from accounts.models import User
from courses.models import Enrolment, EnrolmentStatus
from discussions import following, posting, reading
from discussions.models import Follower, Post
from tests.discussions.conftest import Ask

pytestmark = pytest.mark.django_db


def reply(author: User, asked: Post, body: str = "So it is.") -> Post:
    return posting.reply(author=author, question=asked, body=body, by_staff=False, now=timezone.now())


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("user__name", flat=True))


def test_a_classmate_replies_and_the_asker_and_who_has_the_question_too_are_told(
    alice_client: Client, carol_client: Client, asked: Post, carol: User, enrolment: Enrolment
) -> None:
    address = f"/discussions/{asked.uuid}/"
    carol_client.post(f"{address}me-too/")
    assert "1 other has this question" in alice_client.get(address).text
    answer = carol_client.post(address, {"body": "So it is."})
    assert answer.headers["Location"] == f"{address}#post-{Post.objects.latest('pk').uuid}"
    assert "So it is." in alice_client.get(address).text
    # Who wrote it knows it.
    assert told("question-replied") == {"Alice"}
    alice_client.post(address, {"body": "Thank you."})
    assert told("question-replied") == {"Alice", "Carol"}


def test_me_too_is_said_once_taken_back_and_never_said_of_ones_own(
    alice_client: Client, carol_client: Client, asked: Post
) -> None:
    address = f"/discussions/{asked.uuid}/"
    for _twice in range(2):
        carol_client.post(f"{address}me-too/")
    alice_client.post(f"{address}me-too/")
    assert Follower.objects.count() == 2
    alice_client.post(f"{address}me-too/", {"on": "0"})
    carol_client.post(f"{address}me-too/", {"on": "0"})
    # The asker still follows.
    assert [each.user.name for each in Follower.objects.all()] == ["Alice"]


def test_who_mutes_a_question_is_told_no_more(alice_client: Client, carol: User, asked: Post) -> None:
    address = f"/discussions/{asked.uuid}/"
    alice_client.post(f"{address}mute/")
    assert "Tell me about replies again" in alice_client.get(address).text
    reply(carol, asked)
    assert told("question-replied") == set()
    alice_client.post(f"{address}mute/", {"on": "0"})
    reply(carol, asked, "And more.")
    assert told("question-replied") == {"Alice"}


def test_the_asker_accepts_a_reply_and_opens_the_question_again(
    alice_client: Client, carol_client: Client, carol: User, asked: Post
) -> None:
    address = f"/discussions/{asked.uuid}/"
    reply(carol, asked, "Not this one.")
    right = reply(carol, asked, "This one.")
    # Others do not decide.
    refused = carol_client.post(f"{address}accept/", {"reply": str(right.uuid)}, follow=True)
    assert "Only who asked and the staff" in refused.text
    carol_client.post(f"{address}accept/", {"reopen": "1"})
    asked.refresh_from_db()
    assert not asked.is_answered
    alice_client.post(f"{address}accept/", {"reply": str(right.uuid)})
    page = alice_client.get(address).text
    assert ">answered<" in page
    # The answer comes first.
    assert page.index("This one.") < page.index("Not this one.")
    alice_client.post(f"{address}accept/", {"reopen": "1"})
    assert ">open<" in alice_client.get(address).text
    for wrong in ("", "nothing", str(asked.uuid)):
        assert alice_client.post(f"{address}accept/", {"reply": wrong}).status_code == 404


def test_a_deleted_answer_leaves_the_question_open(alice: User, carol: User, asked: Post) -> None:
    right = reply(carol, asked)
    following.accept(question=asked, reply=right, actor=alice)
    posting.delete(right, now=timezone.now())
    asked.refresh_from_db()
    assert not asked.is_answered
    with pytest.raises(posting.QuestionHidden):
        following.accept(question=asked, reply=right, actor=alice)


def test_an_author_changes_a_text_and_of_two_tabs_none_is_lost(alice_client: Client, asked: Post) -> None:
    address = f"/discussions/posts/{asked.uuid}/"
    assert 'name="seen" value="1"' in alice_client.get(address).text
    alice_client.post(address, {"seen": "1", "body": "From one tab"})
    late = alice_client.post(address, {"seen": "1", "body": "From the other"})
    assert late.status_code == 409
    assert "From one tab" in late.text
    assert "From the other" in late.text
    assert 'name="seen" value="2"' in late.text
    assert alice_client.post(address, {"seen": "2", "body": "From the other"}).status_code == 302
    assert alice_client.post(address, {"seen": "9" * 30, "body": "x"}).status_code == 409
    assert alice_client.post(address, {"seen": "3", "body": " "}).status_code == 400
    page = alice_client.get(f"/discussions/{asked.uuid}/").text
    assert "From the other" in page
    assert "changed" in page


def test_a_deletion_is_taken_back_within_a_week(alice_client: Client, carol_client: Client, asked: Post) -> None:
    answer = alice_client.post(f"/discussions/posts/{asked.uuid}/delete/")
    page = alice_client.get(answer.headers["Location"]).text
    assert f"/discussions/posts/{asked.uuid}/restore/" in page
    assert "What is noise?" not in page
    assert carol_client.get(f"/discussions/{asked.uuid}/").status_code == 404
    assert carol_client.post(f"/discussions/posts/{asked.uuid}/restore/").status_code == 404
    alice_client.post(f"/discussions/posts/{asked.uuid}/restore/")
    assert "What is noise?" in carol_client.get(f"/discussions/{asked.uuid}/").text
    now = timezone.now()
    posting.delete(asked, now=now)
    assert posting.forget(now=now + posting.KEPT - timedelta(minutes=1)) == 0
    assert posting.forget(now=now + posting.KEPT + timedelta(minutes=1)) > 0
    assert not Post.objects.exists()


def test_a_question_with_replies_of_others_stays(alice_client: Client, alice: User, carol: User, asked: Post) -> None:
    reply(alice, asked, "Something that I found out")
    other = reply(carol, asked)
    answer = alice_client.post(f"/discussions/posts/{asked.uuid}/delete/", follow=True)
    assert "Others have replied, so this question stays." in answer.text
    posting.delete(other, now=timezone.now())
    posting.delete(asked, now=timezone.now())
    asked.refresh_from_db()
    assert asked.deleted_at


def test_nobody_changes_what_others_wrote(carol_client: Client, asked: Post) -> None:
    for action in ("", "delete/"):
        answer = carol_client.post(f"/discussions/posts/{asked.uuid}/{action}", {"seen": "1", "body": "x"})
        assert answer.status_code == 404
    asked.refresh_from_db()
    assert (asked.body, asked.deleted_at) == ("What is noise?", None)


def test_a_text_of_somebody_who_left_stays_without_the_name(
    alice_client: Client, carol: User, ask: Ask, asked: Post
) -> None:
    reply(carol, asked, "I know that.")
    address = f"/discussions/{asked.uuid}/"
    assert "Carol" in alice_client.get(address).text
    Enrolment.objects.filter(user=carol).update(status=EnrolmentStatus.WITHDRAWN)
    page = alice_client.get(address).text
    assert "Carol" not in page
    assert "Somebody who has left the course" in page
    carol.delete()
    page = alice_client.get(address).text
    assert "I know that." in page
    assert "Somebody who has left the course" in page


def test_somebody_without_a_name_is_not_called_by_the_address(alice_client: Client, carol: User, ask: Ask) -> None:
    User.objects.filter(pk=carol.pk).update(name="")
    page = alice_client.get(f"/discussions/{ask(carol).uuid}/").text
    assert "A classmate" in page
    assert "carol@example.com" not in page


def test_a_thread_is_found_by_its_question_only(alice: User, carol: User, asked: Post, enrolment: Enrolment) -> None:
    other = reply(carol, asked)
    assert reading.readable_post_or_404(alice, other.uuid) == other
    assert Post.objects.for_student(alice).questions().get() == asked
