"""Questions at paragraphs through the API."""

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Activity
from discussions import moderating, posting
from discussions.models import Follower, Post
from notes import placing
from tests.api import Api, api_for
from tests.discussions.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol_api(carol: User) -> Api:
    return api_for(carol)


def test_a_question_is_asked_answered_and_accepted(
    alice_api: Api, carol_api: Api, text: placing.Text, lesson: Activity
) -> None:
    path = f"lessons/{lesson.uuid}/discussions"
    body = {"anchor": "noise.2", "body": "What is noise?"}
    asked = alice_api.post(path, body, expect=201, headers={"Idempotency-Key": "a"})
    assert alice_api.post(path, body, expect=201, headers={"Idempotency-Key": "a"}) == asked
    assert (asked["anchor"], asked["quote"], asked["author"]) == ("noise.2", "The noise is everywhere.", "Alice")
    here = f"discussions/{asked['uuid']}"
    written = carol_api.post(f"{here}/replies", {"body": "What is left over."}, expect=201)
    carol_api.put(f"{here}/me-too", expect=204)
    assert carol_api.put(f"{here}/accepted", {"reply": written["uuid"]}, expect=403)["type"].endswith("not-the-asker")
    alice_api.put(f"{here}/accepted", {"reply": written["uuid"]}, expect=204)
    found = carol_api.get(here)
    assert found["accepted"] == written["uuid"]
    question = found["question"]
    assert (question["is_answered"], question["reply_count"], question["me_too_count"]) == (True, 1, 1)
    assert (question["is_mine"], question["has_me_too"]) == (False, True)
    assert [(each["body"], each["is_mine"]) for each in found["replies"]] == [("What is left over.", True)]
    alice_api.delete(f"{here}/accepted", expect=204)
    assert alice_api.get(here)["accepted"] is None
    carol_api.delete(f"{here}/me-too", expect=204)
    assert Follower.objects.count() == 1
    alice_api.put(f"{here}/mute", expect=204)
    assert alice_api.get(here)["question"]["is_muted"] is True
    alice_api.delete(f"{here}/mute", expect=204)
    assert alice_api.get(here)["question"]["is_muted"] is False


def test_staff_are_marked_and_no_address_is_told(alice_api: Api, ines: User, asked: Post) -> None:
    posting.reply(author=ines, question=asked, body="So it is.", by_staff=True, now=timezone.now())
    found = alice_api.get(f"discussions/{asked.uuid}")
    assert [(each["by_staff"], each["author"]) for each in found["replies"]] == [(True, "Ines")]
    assert "@" not in alice_api.response.text


def test_the_list_has_pages(alice_api: Api, alice: User, ask: Ask, lesson: Activity) -> None:
    for number in range(3):
        ask(alice, f"Question {number}")
    first = alice_api.get(f"lessons/{lesson.uuid}/discussions?limit=2")
    assert [each["body"] for each in first["results"]] == ["Question 2", "Question 1"]
    assert [each["body"] for each in alice_api.get(first["next"])["results"]] == ["Question 0"]


def test_a_text_is_changed_on_one_device_and_deleted(alice_api: Api, carol_api: Api, asked: Post) -> None:
    path = f"posts/{asked.uuid}"
    alice_api.get(path)
    known = alice_api.response.headers["ETag"]
    assert alice_api.patch(path, {"body": "other"}, headers={"If-Match": known})["body"] == "other"
    alice_api.patch(path, {"body": "lost"}, expect=412, headers={"If-Match": known})
    carol_api.patch(path, {"body": "not hers"}, expect=404)
    carol_api.delete(path, expect=404)
    carol_api.post(f"discussions/{asked.uuid}/replies", {"body": "Yes"}, expect=201)
    assert alice_api.delete(path, expect=409)["type"].endswith("question-answered")


def test_what_is_hidden_is_told_its_author_only(alice_api: Api, carol_api: Api, ines: User, asked: Post) -> None:
    carol_api.post(f"posts/{asked.uuid}/report", {"reason": "Spam"}, expect=204)
    moderating.hide(post=asked, actor=ines, reason="No advertisements", now=timezone.now())
    carol_api.get(f"discussions/{asked.uuid}", expect=404)
    carol_api.get(f"posts/{asked.uuid}", expect=404)
    assert carol_api.get(f"lessons/{asked.activity.uuid}/discussions")["results"] == []
    assert alice_api.get(f"posts/{asked.uuid}")["hidden_reason"] == "No advertisements"
    refused = alice_api.post(f"discussions/{asked.uuid}/replies", {"body": "Why?"}, expect=409)
    assert refused["type"].endswith("question-hidden")


def test_who_writes_too_much_is_told_how_long_to_wait(
    alice_api: Api, asked: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_PER_HOUR", 1)
    refused = alice_api.post(f"discussions/{asked.uuid}/replies", {"body": "More"}, expect=429)
    assert refused["type"].endswith("too-many-posts")
    assert 0 < int(alice_api.response.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize("change", [{"anchor": "no place"}, {"body": "x" * 5001}, {"body": " "}, {"more": 1}])
def test_what_is_no_question_is_refused(alice_api: Api, lesson: Activity, change: dict[str, object]) -> None:
    alice_api.post(f"lessons/{lesson.uuid}/discussions", {"anchor": ".0", "body": "x", **change}, expect=400)


def test_a_deleted_post_is_taken_back(alice_api: Api, carol_api: Api, asked: Post) -> None:
    path = f"posts/{asked.uuid}"
    alice_api.post(f"{path}/restore", expect=404)
    alice_api.delete(path, expect=204)
    alice_api.get(path, expect=404)
    carol_api.post(f"{path}/restore", expect=404)
    assert alice_api.post(f"{path}/restore")["body"] == asked.body
    carol_api.get(path)
