"""What the audit log says of a file that came in pieces: the same as of one that came as a whole."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import User
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.grading import automatic
from quizzes.taking import submit
from tests.api import Api, api_for
from tests.uploads.tus import Tus

TEXT = b"The two distributions differ."
HandIn = Callable[[], object]


@pytest.fixture(params=["in pieces", "as a whole"])
def hand_in(request: pytest.FixtureRequest, tus: Tus, alice_api: Api, attempt: Attempt, question: UUID) -> HandIn:
    def in_pieces() -> None:
        tus.begin(len(TEXT), content=TEXT[:10])
        tus.send(10, TEXT[10:])

    def as_a_whole() -> None:
        path = f"/api/v1/attempts/{attempt.uuid}/answers/{question}/files"
        alice_api.client.post(path, {"file": SimpleUploadedFile("work.txt", TEXT)}, headers=alice_api.headers)

    return in_pieces if request.param == "in pieces" else as_a_whole


def entries() -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.order_by("pk")
    return list(rows.values_list("model", "event__action", "event__channel", "subject__email", "event__actor__email"))


def test_what_a_student_hands_in_is_no_event_and_who_reads_it_is_one(
    hand_in: HandIn, alice_api: Api, attempt: Attempt, ines: User
) -> None:
    hand_in()
    path = f"/api/v1/attempts/{attempt.uuid}/files/{HandInFile.objects.get().uuid}"
    for api in (alice_api, api_for(ines)):
        assert api.client.get(path, headers=api.headers).status_code == 200
    assert entries() == [("quizzes.handinfile", "view", "api", "alice@example.com", "ines@example.com")]


def test_evidence_that_is_accepted_is_an_event(hand_in: HandIn, attempt: Attempt, ines_client: Any) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(minutes=5))
    submit.expire(attempt=Attempt.objects.get(), now=timezone.now())
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    hand_in()
    assert entries() == []
    body = {"action": "accept", "_selected_action": [LateAnswer.objects.get().pk]}
    assert ines_client.post("/admin/quizzes/lateanswer/", body).status_code == 302
    changed = [each for each in entries() if each[1] == "change"]
    assert changed == [("quizzes.lateanswer", "change", "page", "alice@example.com", "ines@example.com")]
