"""What another app adds to the page of what waits, and hostile values in the addresses and forms of grading."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.safestring import mark_safe

from accounts.models import User
from quizzes.grading.models import Review
from review import extensions
from review.answers.queue import count_waiting
from review.models import SavedComment
from tests.quizzes.graded import question_of
from tests.review.conftest import HandIn

pytestmark = pytest.mark.django_db


def test_an_app_adds_a_section_and_its_number(ines: User, ines_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "_sections", [])
    monkeypatch.setattr(extensions, "_counters", [])

    def section(request: object) -> str:
        return mark_safe("<section id='appeals'></section>")

    for _time in range(2):
        extensions.register_waiting(section=section, count=lambda user: 3)  # type: ignore[arg-type]
    extensions.register_waiting(section=lambda request: mark_safe(""), count=lambda user: 0)
    page = ines_client.get(reverse("admin:quizzes_attempt_queue"))
    assert page.text.count("<section id='appeals'>") == 1
    assert count_waiting(ines) == 3
    assert len(page.context["sections"]) == 1


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²", "\0", "a.b", "0.0", "😀" * 300, "' OR 1=1 --"])
def test_no_value_is_a_server_error(hand_in: HandIn, ines_client: Client, value: str) -> None:
    attempt = hand_in()
    url = reverse("review:answer", args=[attempt.uuid, question_of(attempt, "hand_in")])
    query = dict.fromkeys(("quiz", "question", "after", "last"), value)
    assert ines_client.get(reverse("review:next"), query).status_code == 302
    assert ines_client.get(url, query).status_code == 200
    view = attempt.find_question(question_of(attempt, "hand_in"))
    assert view is not None
    fields = dict.fromkeys(("points", "comment", "seen", *(part["uuid"] for part in view["rubric"])), value)
    for button in ("save", "give", "insert", "force"):
        assert ines_client.post(url, {**fields, button: value or "1"}).status_code in (200, 302, 400, 409)
    comments = reverse("review:comments", args=["statistics"])
    assert ines_client.post(comments, {"text_ko": value, "is_shared": value}).status_code in (302, 400)
    assert all("\0" not in text for comment in SavedComment.objects.all() for text in comment.text.values())


def test_a_comment_has_no_control_characters(hand_in: HandIn, ines_client: Client) -> None:
    attempt = hand_in(near_miss=True)
    url = reverse("review:answer", args=[attempt.uuid, question_of(attempt, "short_answer")])
    page = ines_client.post(url, {"give": "1", "comment": "a\0b"}, headers={"Accept-Language": "en"})
    assert page.status_code == 400
    assert "This text contains a control character." in page.text
    ines_client.post(url, {"give": "1", "comment": "One.\r\nTwo."})
    assert Review.objects.get().comment == "One.\nTwo."
