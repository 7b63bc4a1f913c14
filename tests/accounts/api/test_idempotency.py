"""Requests that an app sends again with the same `Idempotency-Key`."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.api import idempotency, tasks
from accounts.models import IdempotentRequest, User
from courses.models import Activity, Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import submit
from tests.api import Api, api_for
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "6f1c-first"}
REPLAYED = "Idempotent-Replayed"


@pytest.fixture
def start(quiz: Quiz) -> str:
    return f"quizzes/{quiz.activity.uuid}/attempts"


def test_the_first_answer_comes_again_with_its_status_and_headers(alice_api: Api, start: str) -> None:
    first = alice_api.post(start, {}, expect=201, headers=KEY)
    before = alice_api.response
    alice_api.post(f"attempts/{first['uuid']}/submit", expect=202)

    again = alice_api.post(start, {}, expect=201, headers=KEY)

    assert REPLAYED not in before.headers
    assert alice_api.response.headers[REPLAYED] == "true"
    assert again == first
    for name in ("Location", "Content-Type", "Content-Language", "Cache-Control", "Allow"):
        assert alice_api.response.headers[name] == before.headers[name]
    assert Attempt.objects.count() == 1


def test_without_a_key_nothing_is_stored_and_no_query_is_added(alice_api: Api, start: str) -> None:
    alice_api.post(start, {}, expect=201)
    with CaptureQueriesContext(connection) as without:
        alice_api.post(start, {})
    assert not IdempotentRequest.objects.exists()

    with CaptureQueriesContext(connection) as with_key:
        alice_api.post(start, {}, headers=KEY)

    tables = [query["sql"] for query in with_key if "accounts_idempotentrequest" in query["sql"]]
    assert [sql.split()[0] for sql in tables] == ["INSERT", "UPDATE"]
    assert len(with_key) == len(without) + 2


def test_an_answer_without_a_body_comes_again(alice_api: Api) -> None:
    for replayed in (None, "true"):
        alice_api.post("messages/read", expect=204, headers=KEY)
        assert alice_api.response.headers.get(REPLAYED) == replayed


def test_a_refusal_comes_again_in_its_first_language(alice_api: Api, start: str) -> None:
    quiz = Quiz.objects.get()
    quiz.access_code = "seven"
    quiz.save()
    first = alice_api.post(start, {"access_code": "x"}, expect=403, headers={**KEY, "Accept-Language": "ko"})

    again = alice_api.post(start, {"access_code": "x"}, expect=403, headers={**KEY, "Accept-Language": "en"})

    assert again == first
    assert alice_api.response.headers["Content-Language"] == "ko"


def test_another_body_or_address_is_refused_and_does_nothing(alice_api: Api, start: str, lesson: Activity) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)

    for path, body in (("messages/read", {"x": 1}), (start, None), ("messages/read?x=1", None)):
        refused = alice_api.post(path, body, expect=422, headers=KEY)
        assert refused["type"] == "/problems/idempotency-key-reused"
    assert not Attempt.objects.exists()


def test_a_key_belongs_to_one_person(alice_api: Api, course: Course, start: str) -> None:
    first = alice_api.post(start, {}, expect=201, headers=KEY)
    other = api_for(EnrolmentFactory(course=course).user)

    assert other.post(start, {}, expect=201, headers=KEY)["uuid"] != first["uuid"]


@pytest.mark.parametrize("key", ["", " ", "a b", "가", "x" * 256])
def test_a_key_that_is_none_is_refused(alice_api: Api, start: str, key: str) -> None:
    refused = alice_api.post(start, {}, expect=400, headers={"Idempotency-Key": key})

    assert list(refused["errors"]) == ["Idempotency-Key"]
    assert not Attempt.objects.exists()


def claimed(user: User, age: timedelta) -> IdempotentRequest:
    """A request that began `age` ago and has no answer."""
    digest = IdempotentRequest.objects.get().digest
    IdempotentRequest.objects.all().delete()
    return IdempotentRequest.objects.create(
        user=user, key=KEY["Idempotency-Key"], digest=digest, created_at=timezone.now() - age
    )


def test_a_request_that_still_runs_is_refused_with_a_time_to_wait(alice_api: Api, alice: User) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)
    claimed(alice, timedelta(seconds=5))

    refused = alice_api.post("messages/read", expect=409, headers=KEY)

    assert refused["type"] == "/problems/request-still-running"
    assert int(alice_api.response.headers["Retry-After"]) >= 1


def test_a_request_that_was_interrupted_is_carried_out_again(alice_api: Api, alice: User) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)
    claimed(alice, idempotency.LONGEST_RUN + timedelta(seconds=1))

    alice_api.post("messages/read", expect=204, headers=KEY)
    assert REPLAYED not in alice_api.response.headers
    alice_api.post("messages/read", expect=204, headers=KEY)
    assert alice_api.response.headers[REPLAYED] == "true"


def test_a_request_whose_claim_was_taken_over_does_not_store_its_answer(alice_api: Api, alice: User) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)
    slow = claimed(alice, idempotency.LONGEST_RUN + timedelta(seconds=1))
    alice_api.post("messages/read", expect=204, headers=KEY)

    idempotency.release(slow)

    assert IdempotentRequest.objects.get().status == 204


def test_after_a_day_a_key_is_forgotten(alice_api: Api, start: str) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)
    IdempotentRequest.objects.update(created_at=timezone.now() - idempotency.LIFETIME)

    alice_api.post(start, {}, expect=201, headers=KEY)  # not yet deleted, but over
    IdempotentRequest.objects.update(created_at=timezone.now() - idempotency.LIFETIME)
    tasks.forget_requests()
    assert not IdempotentRequest.objects.exists()


def test_a_server_error_is_not_stored(alice_api: Api, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = alice_api.post(start, {}, expect=201)["uuid"]

    def broken(**options: object) -> None:
        raise RuntimeError

    alice_api.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(submit, "submit", broken)
        alice_api.post(f"attempts/{attempt}/submit", expect=500, headers=KEY)

    assert not IdempotentRequest.objects.exists()
    alice_api.post(f"attempts/{attempt}/submit", expect=202, headers=KEY)


def test_what_passes_by_itself_is_not_stored(alice_api: Api, start: str) -> None:
    quiz = Quiz.objects.get()
    quiz.access_code = "seven"
    quiz.save()
    for number in range(11):
        refused = alice_api.client.post(
            f"/api/v1/{start}",
            {"access_code": f"wrong {number}"},
            content_type="application/json",
            headers={**alice_api.headers, "Idempotency-Key": f"guess-{number}"},
        )
    assert refused.status_code == 429
    assert not IdempotentRequest.objects.filter(key="guess-10").exists()


def test_a_file_that_is_sent_again_is_the_same_request_whatever_its_boundary(
    alice_api: Api, start: str, quiz: Quiz, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    every_kind.fill(quiz)
    attempt = alice_api.post(start, {}, expect=201)
    question = next(each["uuid"] for each in attempt["questions"] if each["kind"] == "hand_in")

    def send(content: bytes, boundary: str, expect: int) -> Any:
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
            f"Content-Type: text/plain\r\n\r\n{content.decode()}\r\n--{boundary}--\r\n"
        )
        response: Any = alice_api.client.generic(
            "POST",
            f"/api/v1/attempts/{attempt['uuid']}/answers/{question}/files",
            body.encode(),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={**alice_api.headers, **KEY},
        )
        assert response.status_code == expect, response.content
        return response

    first = send(b"one", "aaa", 201)
    again = send(b"one", "bbb", 201)
    assert (again.json(), again.headers[REPLAYED]) == (first.json(), "true")
    send(b"two", "bbb", 422)


def test_the_rows_go_with_the_account(alice_api: Api, alice: User, enrolment: Enrolment) -> None:
    alice_api.post("messages/read", expect=204, headers=KEY)
    assert IdempotentRequest.objects.filter(user=alice).exists()
    enrolment.delete()
    alice.delete()
    assert not IdempotentRequest.objects.exists()
