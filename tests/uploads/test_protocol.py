"""What tus 1.0.0 requires of headers and statuses, and what is checked before the first byte."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.taking import submit, uploads
from tests.api import Api
from tests.contract import check
from tests.uploads.tus import Tus, encoded
from uploads import receiving
from uploads.models import Upload

TEXT = b"The two distributions differ."


def test_options_say_what_the_server_can_do(tus: Tus) -> None:
    for address in (tus.address, f"/api/v1/uploads/{uuid4()}"):
        answer = tus.api.client.options(address, headers=tus.api.headers)
        assert answer.status_code == 204
        found = {name: value for name, value in answer.headers.items() if name.startswith("Tus-")}
        assert found == {
            "Tus-Resumable": "1.0.0",
            "Tus-Version": "1.0.0",
            "Tus-Extension": "creation,creation-with-upload,expiration,termination,checksum",
            "Tus-Max-Size": "10000000",
            "Tus-Checksum-Algorithm": "sha1,sha256",
        }


@pytest.mark.parametrize("version", ["0.2.2", "", "é"])
def test_a_request_of_another_version_is_refused(tus: Tus, version: str) -> None:
    tus.begin(len(TEXT))
    for method in ("PATCH", "DELETE", "HEAD", "GET"):
        tus.api.client.raise_request_exception = True
        answer = tus.api.client.generic(method, tus.url, headers={**tus.api.headers, "Tus-Resumable": version})
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert tus.offset() == 0


def test_only_reading_needs_no_version(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.api.get(f"uploads/{Upload.objects.get().uuid}")
    for method in ("PATCH", "DELETE"):
        assert tus.api.call(method, tus.url, expect=412)["type"] == "/problems/tus-version"
    assert tus.api.post(tus.address, expect=412)["type"] == "/problems/tus-version"


@pytest.mark.parametrize("method", ["PUT", "TRACE"])
def test_a_method_that_there_is_not_is_refused_as_such(tus: Tus, method: str) -> None:
    tus.begin(len(TEXT))
    for address in (tus.address, tus.url):
        answer = tus.api.client.generic(method, address, headers=tus.api.headers)
        assert answer.status_code == 405
        assert method not in answer.headers["Allow"]


def test_an_offset_is_never_stored_by_a_cache(tus: Tus) -> None:
    tus.begin(len(TEXT))
    headers = tus.ask("HEAD", tus.url, expect=200)
    assert "no-store" in headers["Cache-Control"]
    assert headers["Upload-Length"] == str(len(TEXT))
    assert headers["Upload-Metadata"] == f"filename {encoded('work.txt')}"
    assert headers["Upload-Expires"].endswith(" GMT")
    assert tus.answer.content == b""


def test_a_client_that_knows_only_post_names_the_method(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.ask("POST", tus.url, TEXT[:10], expect=204, Upload_Offset=0, X_HTTP_Method_Override="PATCH")
    assert tus.ask("POST", tus.url, expect=200, X_HTTP_Method_Override="HEAD")["Upload-Offset"] == "10"
    tus.ask("POST", tus.url, expect=204, X_HTTP_Method_Override="DELETE")
    assert tus.ask("POST", tus.url, expect=405, X_HTTP_Method_Override="PUT") == "method-not-allowed"
    assert not Upload.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", "é"])
def test_a_piece_has_its_type(tus: Tus, kind: str) -> None:
    tus.begin(len(TEXT))
    assert tus.send(0, TEXT, expect=415, kind=kind) == "unsupported-media-type"
    assert tus.begin(len(TEXT), content=TEXT, expect=415, kind=kind) == "unsupported-media-type"
    assert Upload.objects.get().received == 0


@pytest.mark.parametrize("value", ["", "-1", "1.5", "x", "٣", "9" * 16, "1e3", " 1", "\x80"])
def test_numbers_are_numbers(tus: Tus, value: str) -> None:
    assert tus.begin(3, expect=400, Upload_Length=value) == "invalid"
    tus.begin(len(TEXT))
    assert tus.send(0, TEXT, expect=400, Upload_Offset=value) == "invalid"
    assert tus.answer.json()["errors"]["Upload-Offset"]


@pytest.mark.parametrize(
    "value",
    ["", "filename", "name d29yay50eHQ=", "filename !", "filename d29yay50eHQ", "filename /w==", "filename d29yay50eHQ=,,",
     "filename d29yay50eHQ=,filename d29yay50eHQ=", "é d29y", f"filename d29yay50eHQ=,x {'A' * 2000}", "filename  d29yay50eHQ="],
)  # fmt: skip
def test_metadata_that_do_not_name_the_file_are_refused(tus: Tus, value: str) -> None:
    assert tus.begin(3, expect=400, Upload_Metadata=value) in ("invalid", "file-refused")
    assert not Upload.objects.exists()


def test_other_metadata_are_given_back(tus: Tus) -> None:
    metadata = f"filetype {encoded('text/plain')},filename {encoded('work.txt')},is_draft"
    tus.begin(3, Upload_Metadata=metadata)
    assert tus.ask("HEAD", tus.url, expect=200)["Upload-Metadata"] == metadata


@pytest.mark.parametrize("header", ["Upload-Defer-Length", "Upload-Concat"])
def test_extensions_that_there_are_not_are_refused(tus: Tus, header: str) -> None:
    """A partial upload that is taken for a whole one would be handed in."""
    assert tus.begin(3, "work.txt", b"", expect=400, **{header: "1"}) == "invalid"


@pytest.mark.parametrize(
    ("size", "name", "status", "slug"),
    [
        (uploads.SIZE_LIMIT + 1, "work.txt", 413, "file-too-large"),
        (999_999_999_999_999, "work.txt", 413, "file-too-large"),
        (0, "work.txt", 400, "file-refused"),
        (3, "work.exe", 400, "file-refused"),
        (3, "\x00", 400, "file-refused"),
    ],
)
def test_what_is_known_before_the_first_byte_is_checked_then(
    tus: Tus, size: int, name: str, status: int, slug: str
) -> None:
    assert tus.begin(size, name, expect=status) == slug
    assert not Upload.objects.exists()


def test_the_number_of_files_is_checked_before_and_after(tus: Tus, attempt: Attempt, question: UUID) -> None:
    most = (attempt.find_question(question) or {})["files"]["max"]
    begun = []
    for number in range(most + 1):
        tus.begin(3, f"{number}.txt")
        begun.append(tus.url)
    for tus.url in begun[:most]:
        tus.send(0, b"abc")
    tus.url = begun[most]
    assert tus.send(0, b"abc", expect=400) == "file-refused"
    assert tus.begin(3, "one more.txt", expect=400) == "file-refused"
    uploads.remove_file(file=HandInFile.objects.all()[0], now=timezone.now())
    tus.send(2, b"c")
    assert HandInFile.objects.counted().count() == most


def test_a_question_without_files_takes_none(alice_api: Api, attempt: Attempt) -> None:
    choice = next(view["uuid"] for view in attempt.public_questions if view["kind"] == "single_choice")
    for question in (choice, str(uuid4())):
        assert Tus(alice_api, attempt, UUID(question)).begin(3, expect=400) == "unknown-question"


def test_an_upload_is_not_begun_after_a_submit(tus: Tus, attempt: Attempt) -> None:
    submit.submit(attempt=attempt, now=timezone.now())
    assert tus.begin(3, expect=409) == "attempt-closed"


def test_a_person_has_few_unfinished_uploads(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "OPEN_LIMIT", 2)
    for number in range(2):
        tus.begin(3, f"{number}.txt")
    assert tus.begin(3, expect=409) == "too-many-uploads"
    tus.send(0, b"abc")
    tus.begin(3)


def test_an_app_that_has_forgotten_an_upload_finds_it_again(tus: Tus, attempt: Attempt) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    tus.begin(3, "done.txt", b"abc")
    found = tus.api.get(tus.address)
    check("UploadList", found)
    assert [(each["name"], each["offset"]) for each in found["results"]] == [("work.txt", 10)]
    tus.api.get(f"attempts/{attempt.uuid}/answers/{uuid4()}/uploads", expect=404)


def test_the_list_asks_as_often_for_200_as_for_two(
    tus: Tus, attempt: Attempt, question: UUID, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()

    def make(number: int) -> None:
        Upload.objects.bulk_create(
            Upload(
                attempt=attempt, question=question, name=f"{n}.txt", size=3, metadata="", created_at=now,
                expires_at=now + receiving.LIFETIME,
            )
            for n in range(number)
        )  # fmt: skip

    make(2)
    tus.api.get(tus.address)
    with CaptureQueriesContext(connection) as two:
        tus.api.get(tus.address)
    make(198)
    with django_assert_num_queries(len(two)):
        assert len(tus.api.get(tus.address)["results"]) == 200


def test_a_begun_upload_that_is_sent_again_with_its_key_is_one(tus: Tus) -> None:
    first = tus.begin(len(TEXT), content=TEXT[:10], Idempotency_Key="tap-1")["Location"]
    answer = tus.begin(len(TEXT), content=TEXT[:10], Idempotency_Key="tap-1")
    assert (answer["Location"], answer["Upload-Offset"], answer["Idempotent-Replayed"]) == (first, "10", "true")
    assert tus.begin(3, expect=422, content=TEXT[:10], Idempotency_Key="tap-1") == "idempotency-key-reused"
    assert Upload.objects.count() == 1


def test_a_condition_on_a_piece_is_kept(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tag = tus.ask("GET", tus.url, expect=200)["ETag"]
    assert tus.send(0, TEXT[:10], expect=412, If_Match='"other"') == "precondition-failed"
    tus.send(0, TEXT[:10], If_Match=tag)
    assert tus.send(10, TEXT[10:], expect=412, If_Match=tag) == "precondition-failed"


def test_refusals_are_in_the_readers_language(tus: Tus, alice: User) -> None:
    answers: list[Any] = []
    for language in ("en", "ko"):
        tus.begin(0, expect=400, Accept_Language=language)
        answers.append(tus.answer.json()["title"])
    assert answers[0] != answers[1]
