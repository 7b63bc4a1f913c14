"""What instructors decide about attempts, and the files that they download, is in the student's audit."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import encryption
from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import regrading
from quizzes.grading.models import Regrade
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, fresh, graded, other_choice_right

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return graded(quiz, enrolment, choosing(quiz, 0), now=timezone.now())


def decided(person: User) -> list[tuple[str, str, str, Any]]:
    """[(who, action, model, values)] of the changes in a person's audit."""
    key = encryption.get_keys([person.pk]).get(person.pk)
    entries = (
        AuditEntry.objects.filter(subject=person).exclude(changes=None).select_related("event__actor").order_by("pk")
    )
    return [
        (
            entry.event.actor.email if entry.event.actor else "",
            entry.event.action,
            entry.model,
            encryption.decrypt(entry.changes, key),
        )
        for entry in entries
    ]


def grade_by_hand(client: Client, attempt: Attempt, points: str, comment: str) -> None:
    question = attempt.public_questions[0]["uuid"]
    url = reverse("admin:quizzes_attempt_review", args=[attempt.pk])
    seen = max((review.pk for review in attempt.reviews.all()), default=0)
    data = {f"{question}:points": points, f"{question}:comment": comment, "seen": f"{seen}"}
    assert client.post(url, data).status_code == 302


def test_a_manual_grade_is_recorded_with_the_one_before(ines_client: Client, attempt: Attempt, alice: User) -> None:
    grade_by_hand(ines_client, attempt, "1", "Almost")
    grade_by_hand(ines_client, attempt, "0.5", "Less")
    assert decided(alice) == [
        (
            "ines@example.com",
            "change",
            "quizzes.review",
            {"points": [None, "1"], "criteria": [None, {}], "comment": [None, "Almost"]},
        ),
        (
            "ines@example.com",
            "change",
            "quizzes.review",
            {"points": ["1.00", "0.5"], "criteria": [{}, {}], "comment": ["Almost", "Less"]},
        ),
    ]


def test_a_manual_grade_is_shown_to_the_student_and_in_the_log(
    ines_client: Client, alice_client: Client, attempt: Attempt
) -> None:
    grade_by_hand(ines_client, attempt, "1", "Almost")
    text = alice_client.get(reverse("accounts:audit")).text
    assert "points: <del><bdi>–</bdi></del> → <ins><bdi>1</bdi></ins>" in text
    # There is no rubric, before or after.
    assert "rubric:" not in text
    root = Client()
    root.force_login(User.objects.create_superuser("root@example.com", "x"))
    assert "Almost" in root.get("/admin/accounts/auditevent/").text


@pytest.mark.parametrize(("verdict", "stored"), [("accept", "accepted"), ("decline", "declined")])
def test_a_decision_on_a_late_answer_is_recorded(
    ines_client: Client, attempt: Attempt, alice: User, verdict: str, stored: str
) -> None:
    late = LateAnswer.objects.create(
        attempt=attempt,
        question=attempt.public_questions[0]["uuid"],
        response=attempt.answers.get(question=attempt.public_questions[0]["uuid"]).response,
        received_at=timezone.now(),
    )
    url = reverse("admin:quizzes_attempt_review", args=[attempt.pk])
    for _ in range(2):
        ines_client.post(url, {"late": late.pk, "verdict": verdict})
    assert decided(alice) == [
        ("ines@example.com", "change", "quizzes.lateanswer", {"verdict": ["open", stored]}),
    ]


def test_an_approved_regrade_is_recorded_for_each_student(
    ines_client: Client, ines: User, attempt: Attempt, quiz: Quiz, course: Course, alice: User
) -> None:
    bea = UserFactory(name="Bea")
    graded(quiz, EnrolmentFactory(course=course, user=bea), choosing(quiz, 1), now=timezone.now())
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=fresh(attempt).quiz, actor=ines, now=timezone.now())
    url = reverse("admin:quizzes_regrade_review", args=[regrade.pk])
    assert ines_client.post(url, {"reason": "wrong key"}).status_code == 302
    assert Regrade.objects.get().status != "draft"
    for person in (alice, bea):
        [(who, action, model, values)] = decided(person)
        assert (who, action, model) == ("ines@example.com", "change", "quizzes.regradeline")
        assert values["points"][0] != values["points"][1]


def test_an_override_is_recorded(ines_client: Client, quiz: Quiz, enrolment: Enrolment, alice: User) -> None:
    ines_client.post(
        reverse("admin:quizzes_quizoverride_add"),
        {"quiz": quiz.pk, "email": alice.email, "extra_minutes": "30", "extra_attempts": "0", "reason": "ill"},
    )
    assert QuizOverride.objects.exists()
    [(who, action, model, values)] = decided(alice)
    assert (who, action, model) == ("ines@example.com", "add", "quizzes.quizoverride")
    assert values["extra_minutes"] == [None, 30]
    assert values["reason"] == [None, "ill"]


def test_a_download_by_staff_is_recorded_and_ones_own_is_not(
    ines_client: Client, alice_client: Client, attempt: Attempt, alice: User
) -> None:
    file = HandInFile.objects.create(
        attempt=attempt,
        question=attempt.public_questions[0]["uuid"],
        name="essay.txt",
        size=5,
        sha256="0" * 64,
        file=ContentFile(b"essay", "essay.txt"),
        uploaded_at=timezone.now(),
    )
    url = reverse("quizzes:file-download", args=[attempt.uuid, file.uuid])
    for client in (alice_client, ines_client):
        assert client.get(url).status_code == 200
    [entry] = AuditEntry.objects.filter(subject=alice).select_related("event__actor")
    assert (entry.event.actor.email, entry.event.action, entry.model, entry.object_id) == (
        "ines@example.com",
        "view",
        "quizzes.handinfile",
        file.pk,
    )
