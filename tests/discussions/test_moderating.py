"""Staff answer and moderate: their list, reports, hiding with a reason, and what each role may do."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.messages.models import Message
from accounts.models import User
from courses.models import Course, Enrolment
from discussions import following, moderating, posting
from discussions.models import Post, Report
from tests.copied_rows import make_many
from tests.discussions.conftest import Ask

pytestmark = pytest.mark.django_db
DESK = "/admin/discussions/statistics/"


def hide(post: Post, actor: User) -> None:
    moderating.hide(post=post, actor=actor, reason="No advertisements here", now=timezone.now())


def test_staff_are_told_and_answer_and_the_student_sees_it(
    ines: User, ada: User, oscar: User, ask: Ask, enrolment: Enrolment, ines_client: Client, alice_client: Client
) -> None:
    asked = ask(enrolment.user)
    # Who only observes does not answer.
    people = Message.objects.filter(kind="question-asked").values_list("user__name", flat=True)
    assert set(people) == {"Ines", "Ada"}
    assert "What is noise?" in ines_client.get(DESK).text
    here = f"{DESK}{asked.uuid}/"
    assert "The noise is everywhere." in ines_client.get(here).text
    assert ines_client.post(here, {"reply": "1", "body": "What is left over."}).headers["Location"] == here
    written = Post.objects.get(question=asked)
    page = alice_client.get(f"/discussions/{asked.uuid}/").text
    assert "What is left over." in page
    assert ">staff<" in page
    assert "Ines" in page
    ines_client.post(here, {"accept": str(written.uuid)})
    assert ">answered<" in alice_client.get(f"/discussions/{asked.uuid}/").text
    assert "What is noise?" not in ines_client.get(DESK).text
    assert "What is noise?" in ines_client.get(DESK, {"show": "answered"}).text
    ines_client.post(here, {"reopen": "1"})
    assert "What is noise?" in ines_client.get(DESK).text


def test_a_reply_that_cannot_be_stored_is_said_and_kept(ines_client: Client, asked: Post) -> None:
    answer = ines_client.post(f"{DESK}{asked.uuid}/", {"reply": "1", "body": "x" * 5001})
    assert answer.status_code == 400
    assert "The text is too long" in answer.text
    assert "x" * 5001 in answer.text


def test_a_report_is_seen_by_staff_only_and_settled_by_hiding(
    ines_client: Client, carol_client: Client, alice_client: Client, asked: Post
) -> None:
    address = f"/discussions/{asked.uuid}/"
    for _twice in range(2):
        carol_client.post(f"/discussions/posts/{asked.uuid}/report/", {"reason": "An insult"})
    assert Report.objects.count() == 1
    assert "You have reported this." in carol_client.get(address).text
    assert "An insult" not in alice_client.get(address).text
    assert "What is noise?" in ines_client.get(DESK, {"show": "reported"}).text
    here = f"{DESK}{asked.uuid}/"
    assert "An insult" in ines_client.get(here).text
    assert ines_client.post(here, {"hide": str(asked.uuid), "reason": " "}).status_code == 400
    ines_client.post(here, {"hide": str(asked.uuid), "reason": "We stay friendly here"})
    assert carol_client.get(address).status_code == 404
    # The author reads why, and nobody replies to it.
    page = alice_client.get(address).text
    assert "We stay friendly here" in page
    assert 'id="reply"' not in page
    assert alice_client.post(address, {"body": "But why?"}).status_code == 409
    assert "What is noise?" not in ines_client.get(DESK, {"show": "reported"}).text
    assert "What is noise?" in ines_client.get(DESK, {"show": "hidden"}).text
    ines_client.post(here, {"show": str(asked.uuid)})
    assert carol_client.get(address).status_code == 200


def test_reports_are_settled_without_hiding(ines_client: Client, carol_client: Client, asked: Post) -> None:
    carol_client.post(f"/discussions/posts/{asked.uuid}/report/")
    here = f"{DESK}{asked.uuid}/"
    assert "no reason given" in ines_client.get(here).text
    ines_client.post(here, {"keep": str(asked.uuid)})
    assert "no reason given" not in ines_client.get(here).text
    assert carol_client.get(f"/discussions/{asked.uuid}/").status_code == 200


def test_a_hidden_reply_is_the_answer_no_more_and_counts_no_more(
    alice_client: Client, carol_client: Client, carol: User, ines: User, asked: Post
) -> None:
    other = posting.reply(author=carol, question=asked, body="Buy this", by_staff=False, now=timezone.now())
    following.accept(question=asked, reply=other, actor=ines)
    hide(other, ines)
    page = alice_client.get(f"/discussions/{asked.uuid}/").text
    assert "Buy this" not in page
    assert ">open<" in page
    assert "0 replies" in alice_client.get("/courses/statistics/lessons/lesson-1/questions/").text
    own = carol_client.get(f"/discussions/{asked.uuid}/").text
    assert "Buy this" in own
    assert "No advertisements here" in own
    with pytest.raises(posting.QuestionHidden):
        following.accept(question=asked, reply=other, actor=ines)


def test_a_hidden_question_is_in_no_list_and_no_mark_of_others(
    alice_client: Client, carol_client: Client, ines: User, asked: Post
) -> None:
    hide(asked, ines)
    here = "/courses/statistics/lessons/lesson-1/questions/"
    assert "What is noise?" not in carol_client.get(here).text
    assert carol_client.get("/courses/statistics/lessons/lesson-1/marks/").json()["questions"] == []
    assert "What is noise?" in alice_client.get(here).text


def test_ones_own_is_not_reported_and_reports_have_limits(
    alice_client: Client, alice: User, carol: User, asked: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = alice_client.post(f"/discussions/posts/{asked.uuid}/report/", follow=True)
    assert "This is yours" in answer.text
    other = posting.reply(author=carol, question=asked, body="Yes", by_staff=False, now=timezone.now())
    answer = alice_client.post(f"/discussions/posts/{other.uuid}/report/", {"reason": "x" * 501}, follow=True)
    assert "The reason is too long" in answer.text
    monkeypatch.setattr(posting, "MOST_PER_HOUR", 1)
    moderating.report(post=other, reporter=alice, reason="", now=timezone.now())
    third = posting.reply(author=carol, question=asked, body="No", by_staff=False, now=timezone.now() + posting.HOUR)
    with pytest.raises(posting.TooManyPosts):
        moderating.report(post=third, reporter=alice, reason="", now=timezone.now())


def test_an_observer_reads_and_changes_nothing(oscar_client: Client, ada_client: Client, asked: Post) -> None:
    here = f"{DESK}{asked.uuid}/"
    page = oscar_client.get(here).text
    assert "What is noise?" in page
    assert "Hide it" not in page
    for given in ({"reply": "1", "body": "x"}, {"hide": str(asked.uuid), "reason": "x"}, {"reopen": "1"}):
        assert oscar_client.post(here, given).status_code == 403
    assert ada_client.post(here, {"reply": "1", "body": "An assistant answers"}).status_code == 302


def test_staff_of_another_course_find_nothing(otto_client: Client, ines_client: Client, asked: Post) -> None:
    assert otto_client.get(DESK).status_code == 404
    assert otto_client.get(f"{DESK}{asked.uuid}/").status_code == 404
    assert otto_client.get(f"/admin/discussions/elsewhere/{asked.uuid}/").status_code == 404
    # A button names a post of this question.
    for wrong in ("", "nothing"):
        assert ines_client.post(f"{DESK}{asked.uuid}/", {"hide": wrong, "reason": "x"}).status_code == 404


def test_hiding_and_looking_are_in_the_audit_log(ines_client: Client, asked: Post) -> None:
    ines_client.get(f"{DESK}{asked.uuid}/")
    ines_client.post(f"{DESK}{asked.uuid}/", {"hide": str(asked.uuid), "reason": "Spam"})
    entries = AuditEntry.objects.filter(model="discussions.post", subject=asked.author_id, object_id=asked.pk)
    assert list(entries.order_by("pk").values_list("event__action", flat=True)) == ["view", "change"]


def test_the_first_page_of_staff_says_what_waits(ines_client: Client, carol_client: Client, asked: Post) -> None:
    carol_client.post(f"/discussions/posts/{asked.uuid}/report/")
    page = ines_client.get("/admin/").text
    assert "open question at a lesson" in page
    assert "report to look at" in page


@pytest.mark.parametrize("number", [2, 200])
def test_the_desk_takes_as_many_queries_for_many(
    ines_client: Client, ask: Ask, alice: User, carol: User, course: Course, number: int
) -> None:
    asked = ask(alice)
    make_many(lambda: ask(carol, "Another"), number)
    make_many(
        lambda: posting.reply(author=alice, question=asked, body="Yes", by_staff=False, now=timezone.now()), number
    )
    counts = []
    for address in (DESK, f"{DESK}?show=reported", f"{DESK}?show=hidden", f"{DESK}{asked.uuid}/"):
        ines_client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts == [20, 13, 13, 21]
