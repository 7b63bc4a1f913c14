"""Saved comments: written, changed, deleted, shared."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from review.models import SavedComment
from review.pages import comments

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
LIST = "/admin/review/comments/statistics/"


def save(course: Course, owner: User, *, is_shared: bool = False) -> str:
    made = SavedComment.objects.create(
        course=course,
        owner=owner,
        text={"en": "Why?", "fr": "Pourquoi ?"},
        is_shared=is_shared,
        created_at=timezone.now(),
    )
    return reverse("review:comment", args=[course.slug, made.uuid])


def test_a_comment_is_written_in_the_languages_of_the_course(ines_client: Client, course: Course, ines: User) -> None:
    assert "There is none yet." in ines_client.get(LIST, headers=EN).text
    page = ines_client.post(LIST, {"text_ko": " 왜요? ", "text_en": "", "is_shared": "on"}, follow=True, headers=EN)
    assert "The comment is saved." in page.text
    saved = SavedComment.objects.get()
    assert (saved.text, saved.is_shared, saved.owner) == ({"ko": "왜요?"}, True, ines)
    assert "Key: Shift and 1" in page.text


@pytest.mark.parametrize("text", ["", "  \n", "x\x00", "x" * 5001])
def test_what_is_no_comment_is_said(ines_client: Client, text: str) -> None:
    page = ines_client.post(LIST, {"text_ko": text, "text_en": ""}, headers=EN)
    assert page.status_code == 400
    assert "errorlist" in page.text
    assert not SavedComment.objects.exists()


def test_a_comment_is_changed_and_deleted(ines_client: Client, course: Course, ines: User) -> None:
    url = save(course, ines)
    assert "Why?" in ines_client.get(url).text
    assert ines_client.post(url, {"text_en": ""}).status_code == 400
    ines_client.post(url, {"text_en": "How?", "text_ko": "어떻게?"})
    assert SavedComment.objects.get().text == {"fr": "Pourquoi ?", "ko": "어떻게?", "en": "How?"}
    ines_client.post(url, {"delete": "1"})
    assert not SavedComment.objects.exists()


def test_an_assistant_writes_own_comments_only(
    ada_client: Client, ines_client: Client, course: Course, ines: User, ada: User
) -> None:
    assert ada_client.post(LIST, {"text_ko": "가"}).status_code == 302
    shared = save(course, ines, is_shared=True)
    assert ada_client.post(shared, {"delete": "1"}).status_code == 404
    # Who writes the course changes what everybody uses, and nothing else of others.
    assert ines_client.post(save(course, ada, is_shared=True), {"delete": "1"}).status_code == 302
    assert ines_client.get(save(course, ada)).status_code == 404


def test_their_number_is_limited(
    ines_client: Client, course: Course, ines: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "MOST", 1)
    save(course, ines)
    page = ines_client.post(LIST, {"text_ko": "가"}, headers=EN)
    assert page.status_code == 400
    assert "Delete some first." in page.text
