"""Attempts API: the files of hand-ins: upload, list, download, remove."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.taking import start, uploads
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


@pytest.fixture
def question(attempt: Attempt) -> UUID:
    return UUID(next(view["uuid"] for view in attempt.public_questions if view["kind"] == "hand_in"))


def add(attempt: Attempt, question: UUID, name: str, content: bytes = b"my work") -> HandInFile:
    return uploads.add_file(
        attempt=attempt, question=question, upload=SimpleUploadedFile(name, content), now=timezone.now()
    )


def download(api: Api, attempt: Attempt, file: UUID) -> Any:
    return api.client.get(f"/api/v1/attempts/{attempt.uuid}/files/{file}", headers=api.headers)


def test_files_are_uploaded_and_removed_by_the_api(
    attempt: Attempt, question: UUID, alice_api: Api, course: Course
) -> None:
    def send(api: Api, name: str) -> Any:
        return api.client.post(
            f"/api/v1/attempts/{attempt.uuid}/answers/{question}/files",
            {"file": SimpleUploadedFile(name, b"x")},
            headers=api.headers,
        )

    sent = send(alice_api, "work.txt")
    assert sent.status_code == 201
    check("HandInFile", sent.json())
    assert send(alice_api, "work.txt").json() == sent.json()
    shown = next(q for q in alice_api.get(f"attempts/{attempt.uuid}")["questions"] if q["uuid"] == str(question))
    assert shown["files"] == [sent.json()]
    path = f"attempts/{attempt.uuid}/files/{sent.json()['uuid']}"
    stranger = api_for(EnrolmentFactory(course=course).user)
    assert send(stranger, "work.txt").status_code == 404
    stranger.delete(path, expect=404)
    alice_api.delete(path, expect=204)
    alice_api.delete(path, expect=404)
    assert send(alice_api, "work.exe").json()["type"] == "/problems/file-refused"
    alice_api.post(f"attempts/{attempt.uuid}/answers/{question}/files", {}, expect=415)


@pytest.mark.parametrize(("language", "sentence"), [("en", "multipart/form-data"), ("ko", "본문")])
def test_a_malformed_upload_is_refused_in_the_readers_language(
    alice: User, attempt: Attempt, question: UUID, client: Client, language: str, sentence: str
) -> None:
    api = api_for(alice)
    answer = client.post(
        f"/api/v1/attempts/{attempt.uuid}/answers/{question}/files", b"rubbish",
        content_type="multipart/form-data", headers={**api.headers, "Accept-Language": language},
    )  # fmt: skip
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed"
    assert sentence in answer.json()["detail"]
    assert "boundary" not in answer.json()["detail"] or language == "en"


def test_the_files_of_an_answer_are_listed(attempt: Attempt, question: UUID, alice_api: Api) -> None:
    path = f"attempts/{attempt.uuid}/answers/{question}/files"
    assert alice_api.get(path) == {"results": []}
    kept, removed = add(attempt, question, "kept.txt"), add(attempt, question, "removed.txt")
    uploads.remove_file(file=removed, now=timezone.now())

    found = alice_api.get(path)

    check("FileList", found)
    assert [file["uuid"] for file in found["results"]] == [str(kept.uuid)]


def test_no_files_are_listed_for_a_question_without_files_and_for_none(attempt: Attempt, alice_api: Api) -> None:
    choice = next(view["uuid"] for view in attempt.public_questions if view["kind"] == "single_choice")

    assert alice_api.get(f"attempts/{attempt.uuid}/answers/{choice}/files") == {"results": []}
    alice_api.get(f"attempts/{attempt.uuid}/answers/{uuid4()}/files", expect=404)


def test_a_file_is_downloaded_with_the_headers_of_the_page(
    attempt: Attempt, question: UUID, alice_api: Api, alice_client: Client
) -> None:
    file = add(attempt, question, "글.txt", "내용".encode())

    answer = download(alice_api, attempt, file.uuid)

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode() == "내용"
    page = alice_client.get(f"/attempts/{attempt.uuid}/files/{file.uuid}/")
    for header in ("Content-Type", "Content-Disposition", "Content-Length", "X-Content-Type-Options"):
        assert answer.headers[header] == page.headers[header]


def test_a_file_that_the_phone_has_is_not_sent_again(attempt: Attempt, question: UUID, alice_api: Api) -> None:
    file = add(attempt, question, "work.txt")
    first = download(alice_api, attempt, file.uuid)
    headers = {**alice_api.headers, "If-None-Match": first.headers["ETag"]}
    path = f"/api/v1/attempts/{attempt.uuid}/files/{file.uuid}"

    assert alice_api.client.get(path, headers=headers).status_code == 304
    assert alice_api.client.delete(path, headers={**alice_api.headers, "If-Match": '"other"'}).status_code == 412
    kept = {**alice_api.headers, "If-Match": first.headers["ETag"]}
    assert alice_api.client.delete(path, headers=kept).status_code == 204


def test_staff_of_the_course_download_what_they_grade_and_the_audit_log_knows(
    attempt: Attempt, question: UUID, alice_api: Api, ines: User, ada: User, oscar: User
) -> None:
    file = add(attempt, question, "work.txt")
    download(alice_api, attempt, file.uuid)

    for person in (ines, ada, oscar):
        assert download(api_for(person), attempt, file.uuid).status_code == 200

    seen = AuditEntry.objects.filter(model="quizzes.handinfile", event__action="view", event__channel="api")
    assert sorted(seen.values_list("event__actor__email", flat=True)) == sorted([ines.email, ada.email, oscar.email])


def test_a_strangers_file_is_not_found(
    attempt: Attempt, question: UUID, alice_api: Api, bob_api: Api, otto: User, course: Course
) -> None:
    file = add(attempt, question, "work.txt")
    classmate = api_for(EnrolmentFactory(course=course).user)

    for api in (bob_api, classmate, api_for(otto)):
        assert download(api, attempt, file.uuid).json()["type"] == "/problems/not-found"
    assert download(Api(), attempt, file.uuid).status_code == 401
    # Under the address of no attempt there is no file.
    alice_api.get(f"attempts/{uuid4()}/files/{file.uuid}", expect=404)


def test_a_file_that_the_server_has_lost_is_named_so(attempt: Attempt, question: UUID, alice_api: Api) -> None:
    file = add(attempt, question, "work.txt")
    file.file.storage.delete(str(file.file.name))

    assert alice_api.get(f"attempts/{attempt.uuid}/files/{file.uuid}", expect=404)["type"] == "/problems/file-lost"


@pytest.mark.parametrize("count", [2, 50])
def test_the_number_of_queries_does_not_grow_with_the_files(
    attempt: Attempt, question: UUID, alice_api: Api, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    HandInFile.objects.bulk_create(
        HandInFile(
            attempt=attempt, question=question, name=f"{n}.txt", size=1, sha256=f"{n:064}", file=f"hand-ins/{n}.txt",
            uploaded_at=timezone.now(),
        )
        for n in range(count)
    )  # fmt: skip
    path = f"attempts/{attempt.uuid}/answers/{question}/files"
    alice_api.get(path)
    with django_assert_num_queries(3):
        assert len(alice_api.get(path)["results"]) == count


@pytest.mark.parametrize("by", ["app", "browser"])
def test_a_download_that_was_cut_off_goes_on(
    attempt: Attempt, question: UUID, alice_api: Api, alice_client: Client, by: str
) -> None:
    work = b"%PDF-1.4" + bytes(range(256)) * 600
    row = add(attempt, question, "work.pdf", work)

    def ask(**headers: str) -> Any:
        if by == "browser":
            return alice_client.get(f"/attempts/{attempt.uuid}/files/{row.uuid}/", headers=headers)
        address = f"/api/v1/attempts/{attempt.uuid}/files/{row.uuid}"
        return alice_api.client.get(address, headers={**alice_api.headers, **headers})

    whole = ask()
    assert whole.status_code == 200
    assert whole.headers["Accept-Ranges"] == "bytes"
    tag = whole.headers["ETag"]
    assert b"".join(whole.streaming_content) == work

    rest = ask(Range="bytes=1000-", **{"If-Range": tag})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(work) - 1}/{len(work)}"
    assert rest.headers["Content-Length"] == str(len(work) - 1000)
    assert rest.headers["ETag"] == tag
    assert "private" in rest.headers["Cache-Control"]
    assert 'filename="work.pdf"' in rest.headers["Content-Disposition"]
    assert b"".join(rest.streaming_content) == work[1000:]
    middle = ask(Range="bytes=100000-100009")
    assert b"".join(middle.streaming_content) == work[100000:100010]
    assert middle.headers["Content-Length"] == "10"

    other = ask(Range="bytes=1000-", **{"If-Range": '"another"'})
    assert other.status_code == 200
    assert b"".join(other.streaming_content) == work

    behind = ask(Range=f"bytes={len(work)}-")
    assert behind.status_code == 416
    assert behind.headers["Content-Range"] == f"bytes */{len(work)}"
    if by == "app":
        assert behind.json()["type"] == "/problems/range-not-satisfiable"


def test_a_part_of_somebody_elses_file_is_not_found(attempt: Attempt, question: UUID, bob: User) -> None:
    row = add(attempt, question, "work.txt")
    api = api_for(bob)
    for part in ("bytes=0-1", "bytes=99-"):
        address = f"/api/v1/attempts/{attempt.uuid}/files/{row.uuid}"
        assert api.client.get(address, headers={**api.headers, "Range": part}).status_code == 404
