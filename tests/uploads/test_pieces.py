"""A file in pieces becomes one file of the answer, whatever happens on the way."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from common.cut_bodies import BODY_CUT
from courses.models import Course
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.taking import uploads
from tests.api import Api, api_for
from tests.disk import no_room_beyond
from tests.factories import EnrolmentFactory
from tests.uploads.tus import Tus, checksum, encoded
from uploads import parts, receiving
from uploads.models import Upload

TEXT = b"The two distributions differ."


def handed_in() -> list[tuple[str, bytes]]:
    files = HandInFile.objects.counted()
    return [(file.name, file.file.read()) for file in files]


def test_pieces_become_the_file_of_the_answer(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), "글.txt")
    assert tus.offset() == 0
    assert tus.send(0, TEXT[:10])["Upload-Offset"] == "10"
    assert (tus.offset(), tus.read()["status"], handed_in()) == (10, "open", [])

    assert tus.send(10, TEXT[10:])["Upload-Offset"] == str(len(TEXT))

    assert handed_in() == [("글.txt", TEXT)]
    read = tus.read()
    assert (read["status"], read["offset"]) == ("handed_in", len(TEXT))
    assert read["file"] == str(HandInFile.objects.get().uuid)
    assert list((folder / parts.FOLDER).iterdir()) == []


def test_the_first_piece_may_come_with_the_announcement(tus: Tus) -> None:
    assert tus.begin(len(TEXT), content=TEXT[:5])["Upload-Offset"] == "5"
    tus.send(5, TEXT[5:])
    tus.begin(3, "whole.txt", b"abc")
    assert tus.answer.json()["status"] == "handed_in"
    assert sorted(handed_in()) == [("whole.txt", b"abc"), ("work.txt", TEXT)]


def test_what_is_refused_with_the_announcement_leaves_nothing(tus: Tus, folder: Path) -> None:
    assert tus.begin(3, "photo.pdf", b"abc", expect=400) == "file-refused"
    assert tus.begin(3, content=b"abcd", expect=413) == "too-many-bytes"
    assert tus.begin(3, content=b"abc", Upload_Checksum="crc32 AAAA", expect=400) == "invalid"
    assert not Upload.objects.exists()
    assert list((folder / parts.FOLDER).iterdir()) == []


def test_the_last_answer_may_get_lost(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT)
    assert tus.send(0, TEXT, expect=409) == "offset-conflict"
    assert tus.answer.headers["Upload-Offset"] == str(len(TEXT))
    assert tus.offset() == len(TEXT)
    tus.send(len(TEXT), b"")
    assert handed_in() == [("work.txt", TEXT)]


def test_two_uploads_of_the_same_file_are_one_file(tus: Tus) -> None:
    for _ in range(2):
        tus.begin(len(TEXT), content=TEXT)
    assert handed_in() == [("work.txt", TEXT)]


def test_a_piece_begins_where_the_upload_is(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT[:10])
    for wrong in (0, 9, 11, len(TEXT)):
        assert tus.send(wrong, TEXT[wrong:], expect=409) == "offset-conflict"
        assert tus.answer.headers["Upload-Offset"] == "10"
    assert tus.send(10, TEXT, expect=413) == "too-many-bytes"
    tus.send(10, TEXT[10:])
    assert handed_in() == [("work.txt", TEXT)]


def test_of_two_devices_at_once_one_waits(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT))
    with parts.lock_part(Upload.objects.get().uuid):
        assert tus.send(0, TEXT, expect=423) == "upload-locked"
        assert tus.answer.headers["Retry-After"] == "1"
        assert tus.ask("DELETE", tus.url, expect=423) == "upload-locked"
    tus.send(0, TEXT)
    assert handed_in() == [("work.txt", TEXT)]


def test_one_that_is_completed_or_deleted_while_another_waits_for_it(tus: Tus, folder: Path) -> None:
    """The row that a request has read may be old when it has the lock."""
    tus.begin(len(TEXT))
    old = receiving.find_own(User.objects.get(email="alice@example.com"), Upload.objects.get().uuid, timezone.now())
    piece: Any = {"offset": 0, "size": len(TEXT), "content": [TEXT], "is_intact": lambda: True, "now": timezone.now()}
    tus.send(0, TEXT)
    with pytest.raises(receiving.OffsetConflict):
        receiving.append(upload=old, **piece)
    tus.ask("DELETE", tus.url, expect=204)
    with pytest.raises(Http404):
        receiving.append(upload=old, **piece)
    assert list((folder / parts.FOLDER).iterdir()) == []


def test_of_a_body_that_was_cut_off_the_bytes_that_arrived_are_kept(tus: Tus) -> None:
    tus.begin(len(TEXT))
    assert tus.send(0, TEXT[:7], meta={BODY_CUT: True}, expect=408) == "body-too-slow"
    assert tus.answer.headers["Upload-Offset"] == "7"
    assert tus.offset() == 7
    tus.send(7, TEXT[7:])
    assert handed_in() == [("work.txt", TEXT)]


def test_with_a_checksum_a_piece_is_kept_whole_or_not_at_all(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT[:10], Upload_Checksum=checksum(TEXT[:10]))
    for wrong in (
        {"Upload_Checksum": checksum(b"other")},
        {"Upload_Checksum": checksum(TEXT[10:]), "meta": {BODY_CUT: True}},
    ):
        assert tus.send(10, TEXT[10:], expect=460, **wrong) == "checksum-mismatch"
        assert tus.offset() == 10
    for wrong_text in ("md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 é", "sha1 !"):
        assert tus.send(10, TEXT[10:], Upload_Checksum=wrong_text, expect=400) == "invalid"
    tus.send(10, TEXT[10:], Upload_Checksum=checksum(TEXT[10:], "sha256"))
    assert handed_in() == [("work.txt", TEXT)]


def test_after_a_crash_the_smaller_number_counts(tus: Tus) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT[:10])
    path = parts.get_path(Upload.objects.get().uuid)
    # Killed after the bytes and before the row.
    path.write_bytes(TEXT[:10] + b"not in the row")
    assert tus.offset() == 10
    # Lost with the disk, or restored without the file.
    path.write_bytes(TEXT[:4])
    assert tus.offset() == 4
    tus.send(4, TEXT[4:12])
    path.unlink()
    assert tus.offset() == 0
    tus.send(0, TEXT)
    assert handed_in() == [("work.txt", TEXT)]


def test_killed_between_the_file_and_the_row_it_is_handed_in_once(tus: Tus, attempt: Attempt, question: UUID) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT[:10])
    uploads.add_file(
        attempt=attempt, question=question, upload=SimpleUploadedFile("work.txt", TEXT), now=timezone.now()
    )
    tus.send(10, TEXT[10:])
    assert (tus.read()["status"], handed_in()) == ("handed_in", [("work.txt", TEXT)])


def test_a_full_disk_loses_nothing(tus: Tus) -> None:
    tus.api.client.raise_request_exception = False
    large = b"x" * 400_000
    tus.begin(len(large))
    tus.send(0, large[:50_000])
    with no_room_beyond(100_000):
        url, headers = tus.url, {**tus.api.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "50000"}
        answer = tus.api.client.generic(
            "PATCH", url, large[50_000:], "application/offset+octet-stream", headers=headers
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["type"] == "/problems/unavailable"
    assert tus.offset() == 50_000
    tus.send(50_000, large[50_000:])
    assert handed_in() == [("work.txt", large)]


def test_a_disk_that_is_full_when_the_file_is_complete_keeps_all_but_the_last_byte(tus: Tus, folder: Path) -> None:
    tus.api.client.raise_request_exception = False
    tus.begin(len(TEXT))
    folder.mkdir(exist_ok=True)
    blocked = folder / "hand-ins"
    blocked.write_text("a file where the folder should be")
    answer = tus.api.client.generic(
        "PATCH", tus.url, TEXT, "application/offset+octet-stream",
        headers={**tus.api.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    )  # fmt: skip
    assert answer.status_code >= 500
    assert (tus.offset(), handed_in()) == (len(TEXT) - 1, [])
    blocked.unlink()
    tus.send(len(TEXT) - 1, TEXT[-1:])
    assert handed_in() == [("work.txt", TEXT)]


def test_a_file_that_is_refused_when_it_is_complete_is_not_said_to_be_there(tus: Tus) -> None:
    tus.begin(len(TEXT), "photo.pdf")
    assert tus.send(0, TEXT, expect=400) == "file-refused"
    assert tus.answer.json()["title"] == "The content of the file is not what its name says."
    assert tus.offset() == len(TEXT) - 1
    # If that answer gets lost, it comes again.
    assert tus.send(len(TEXT) - 1, TEXT[-1:], expect=400) == "file-refused"


def test_another_students_upload_is_not_found(tus: Tus, course: Course, bob: User, ines: User, api: Api) -> None:
    tus.begin(len(TEXT))
    others = [api_for(person) for person in (EnrolmentFactory(course=course).user, bob, ines)]
    for other in others:
        foreign = Tus(other, Attempt.objects.get(), UUID(tus.address.split("/")[-2]))
        foreign.url = tus.url
        assert foreign.begin(3, expect=404) == "not-found"
        assert foreign.send(0, TEXT, expect=404) == "not-found"
        for method in ("GET", "DELETE"):
            assert foreign.ask(method, tus.url, expect=404) == "not-found"
    nobody = Tus(api, Attempt.objects.get(), UUID(tus.address.split("/")[-2]))
    assert nobody.ask("PATCH", tus.url, TEXT, expect=401, Upload_Offset=0) == "not-authenticated"
    assert tus.offset() == 0


def test_after_a_token_was_revoked_the_upload_goes_on_with_the_next(tus: Tus, alice: User) -> None:
    tus.begin(len(TEXT))
    tus.send(0, TEXT[:10])
    tus.api.call("DELETE", "session", expect=204)
    assert tus.send(10, TEXT[10:], expect=401) == "not-authenticated"
    tus.api = api_for(alice)
    assert tus.offset() == 10
    tus.send(10, TEXT[10:])
    assert handed_in() == [("work.txt", TEXT)]


def test_an_upload_is_given_up_and_what_was_handed_in_stays(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    tus.ask("DELETE", tus.url, expect=204)
    assert tus.ask("GET", tus.url, expect=404) == "not-found"
    assert list((folder / parts.FOLDER).iterdir()) == []
    tus.begin(len(TEXT), content=TEXT)
    tus.ask("DELETE", tus.url, expect=204)
    assert handed_in() == [("work.txt", TEXT)]


def test_the_name_is_cleaned_as_that_of_any_file(tus: Tus) -> None:
    name = "../a\x00b\u202etxt.txt"
    tus.begin(3, name, b"abc")
    assert tus.answer.json()["name"] == "abtxt.txt"
    assert tus.ask("HEAD", tus.url, expect=200)["Upload-Metadata"] == f"filename {encoded(name)}"
