"""Upload, remove and download files of hand-ins: in time and too late."""

import io
import unicodedata
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common.files import archives
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.results import question_results
from quizzes.taking import deadline, responses, start, submit, uploads
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


def add(attempt: Attempt, question: UUID, name: str = "work.txt", content: bytes = b"my work") -> HandInFile:
    return uploads.add_file(
        attempt=attempt, question=question, upload=SimpleUploadedFile(name, content), now=timezone.now()
    )


def packed(*entries: str, content: bytes = b"x", method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for entry in entries:
            archive.writestr(entry, content)
    return stream.getvalue()


def test_accepted_files_are_stored_under_a_random_name(attempt: Attempt, question: UUID) -> None:
    text = add(attempt, question, "글.TXT", "내용".encode())
    archive = add(attempt, question, "work.zip", packed("a.csv", "b/c.md"))
    assert text.name == "글.TXT"
    assert text.size == 6
    assert text.file.read().decode() == "내용"
    assert text.file.name
    assert archive.file.name
    assert text.file.name.startswith("hand-ins/")
    assert "글" not in text.file.name
    assert archive.file.name.endswith(".zip")


def test_a_file_of_exactly_10_mb_is_accepted(attempt: Attempt, question: UUID) -> None:
    assert add(attempt, question, content=b"x" * uploads.SIZE_LIMIT).size == uploads.SIZE_LIMIT
    with pytest.raises(uploads.FileTooLarge):
        add(attempt, question, content=b"x" * (uploads.SIZE_LIMIT + 1))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.exe", b"MZ"),
        ("report", b"x"),
        (".txt", b"x"),
        ("", b"x"),
        ("page.html", b"<script>"),
        ("report.pdf", b"MZ\x90\x00"),
        ("report.pdf", b" %PDF-1.7"),
        ("notes.txt", b"MZ\x90\x00\x03"),
        ("empty.txt", b""),
        ("broken.zip", b"PK\x03\x04 but no archive"),
        ("not.zip", b"Rar!"),
        ("many.zip", packed(*map(str, range(archives.ENTRY_LIMIT + 1)))),
        ("bomb.zip", packed("zeros", content=b"0" * 2_000_000, method=zipfile.ZIP_DEFLATED)),
        ("program.zip", packed("fine.txt", "inner/Run.BAT")),
    ],
)
def test_unacceptable_files_are_refused_and_not_stored(
    attempt: Attempt, question: UUID, name: str, content: bytes, tmp_path: Any
) -> None:
    upload = SimpleUploadedFile("placeholder", content)
    upload._name = name  # type: ignore[attr-defined]
    with pytest.raises(uploads.FileRefused):
        uploads.add_file(attempt=attempt, question=question, upload=upload, now=timezone.now())
    assert not HandInFile.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_unpacks_to_too_much_is_refused(
    attempt: Attempt, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(attempt, question, "work.zip", packed("data", content=b"x" * 1000))
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 999)
    with pytest.raises(uploads.FileRefused, match="contains too much data"):
        add(attempt, question, "more.zip", packed("data", content=b"x" * 1000))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\work.txt", "work.txt"),
        # What looks like work-exe.txt is named so.
        ("work-\u202etxt.exe.txt", "work-txt.exe.txt"),
        ("a\x00b\x1f.txt", "ab.txt"),
        (unicodedata.normalize("NFD", "보고서.txt"), "보고서.txt"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)
def test_file_names_are_reduced_to_plain_characters(attempt: Attempt, question: UUID, sent: str, kept: str) -> None:
    upload = SimpleUploadedFile("placeholder", b"x")
    upload._name = sent  # type: ignore[attr-defined]
    file = uploads.add_file(attempt=attempt, question=question, upload=upload, now=timezone.now())
    assert file.name == kept


def test_a_name_whose_direction_marks_hide_its_type_is_refused(attempt: Attempt, question: UUID) -> None:
    with pytest.raises(uploads.FileRefused):
        add(attempt, question, "work-\u202etxt.exe")


def test_a_repeated_file_is_stored_once_and_no_more_files_than_allowed(attempt: Attempt, question: UUID) -> None:
    first = add(attempt, question)
    assert add(attempt, question) == first
    add(attempt, question, "other.txt")
    with pytest.raises(uploads.FileRefused, match="At most 2 files"):
        add(attempt, question, "third.txt")
    uploads.remove_file(file=first, now=timezone.now())
    # A file that was removed and uploaded again is another one.
    assert add(attempt, question) != first


def test_removed_files_count_towards_the_upload_limit(
    attempt: Attempt, question: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_LIMIT", 3)
    for _round in range(3):
        uploads.remove_file(file=add(attempt, question), now=timezone.now())
    with pytest.raises(uploads.FileRefused, match="Too many files"):
        add(attempt, question)


def test_files_are_refused_for_questions_that_take_none(attempt: Attempt) -> None:
    other = next(view["uuid"] for view in attempt.public_questions if view["kind"] == "numeric")
    for name in (UUID(other), uuid4()):
        with pytest.raises(responses.UnknownQuestion):
            add(attempt, name)


def test_files_cannot_be_added_or_removed_after_the_deadline(attempt: Attempt, question: UUID) -> None:
    file = add(attempt, question)
    Attempt.objects.update(deadline=timezone.now() - timedelta(hours=1))
    with pytest.raises(deadline.DeadlinePassed):
        add(attempt, question, "late.txt")
    with pytest.raises(deadline.DeadlinePassed):
        uploads.remove_file(file=file, now=timezone.now())
    kept = HandInFile.objects.counted().get()
    assert kept == file
    assert kept.removed_at is None


def test_files_cannot_be_added_or_removed_after_the_submit(attempt: Attempt, question: UUID) -> None:
    file = add(attempt, question)
    submit.submit(attempt=attempt, now=timezone.now())
    with pytest.raises(deadline.AttemptClosed):
        add(attempt, question, "late.txt")
    with pytest.raises(deadline.AttemptClosed):
        uploads.remove_file(file=file, now=timezone.now())
    kept = HandInFile.objects.counted().get()
    assert kept == file
    assert kept.removed_at is None


# --- Pages --------------------------------------------------------------------------------------------------------


def upload(client: Client, attempt: Attempt, question: UUID, **form: Any) -> Any:
    return client.post(f"/attempts/{attempt.uuid}/answers/{question}/files/", form)


def test_a_file_uploaded_on_the_page_can_be_downloaded_by_its_student_and_instructors(
    attempt: Attempt, question: UUID, alice_client: Client, ines: User, otto: User
) -> None:
    form = {f"{question}:files": SimpleUploadedFile("글.txt", "내용".encode()), str(question): "My text"}
    assert upload(alice_client, attempt, question, **form).headers["Location"].endswith(f"#q-{question}")
    file = attempt.files.get()
    assert attempt.answers.get(question=question).response == {"text": "My text"}
    assert "글.txt" in alice_client.get(f"/attempts/{attempt.uuid}/").text
    url = f"/attempts/{attempt.uuid}/files/{file.uuid}/"
    admin = User.objects.create_superuser(email="root@example.com", password="x")
    for person, status in ((attempt.enrolment.user, 200), (ines, 200), (admin, 200), (otto, 404)):
        client = Client()
        client.force_login(person)
        answer: Any = client.get(url)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content).decode() == "내용"
            assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "private, no-store"


def test_other_students_get_404_for_a_file(
    attempt: Attempt, question: UUID, alice_client: Client, bob_client: Client, course: Course, alice: User
) -> None:
    file = add(attempt, question)
    classmate = Client()
    classmate.force_login(EnrolmentFactory(course=course).user)
    for client in (bob_client, classmate):
        assert client.get(f"/attempts/{attempt.uuid}/files/{file.uuid}/").status_code == 404
        assert client.post(f"/attempts/{attempt.uuid}/files/{file.uuid}/remove/").status_code == 404
        assert upload(client, attempt, question).status_code == 404
    # The address of another attempt does not lead to the file either.
    assert alice_client.get(f"/attempts/{uuid4()}/files/{file.uuid}/").status_code == 404
    assert Client().get(f"/attempts/{attempt.uuid}/files/{file.uuid}/").status_code == 302
    # A student who is staff can open the own file.
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert alice_client.get(f"/attempts/{attempt.uuid}/files/{file.uuid}/").status_code == 200
    assert file.removed_at is None


def test_removing_a_file_keeps_the_typed_text(attempt: Attempt, question: UUID, alice_client: Client) -> None:
    url = f"/attempts/{attempt.uuid}/files/{add(attempt, question).uuid}/remove/"
    assert alice_client.post(url, {str(question): "typed"}).status_code == 302
    assert question_results.files_by_question(attempt) == {}
    assert attempt.answers.get(question=question).response == {"text": "typed"}
    assert alice_client.post(url, {}).status_code == 404


def test_uploading_without_a_file_shows_a_message(attempt: Attempt, question: UUID, alice_client: Client) -> None:
    answer = alice_client.post(f"/attempts/{attempt.uuid}/answers/{question}/files/", {}, follow=True)
    assert "Choose a file first." in answer.text


def test_a_chosen_file_is_uploaded_with_the_submit(attempt: Attempt, question: UUID, alice_client: Client) -> None:
    assert 'enctype="multipart/form-data"' in alice_client.get(f"/attempts/{attempt.uuid}/").text
    form = {f"{question}:files": SimpleUploadedFile("work.txt", b"x"), str(question): "typed"}
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", form)
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
    assert attempt.files.get().name == "work.txt"


def test_a_file_refused_at_the_submit_keeps_the_attempt_open_and_the_text_saved(
    attempt: Attempt, question: UUID, alice_client: Client
) -> None:
    form = {f"{question}:files": SimpleUploadedFile("work.exe", b"MZ"), str(question): "typed"}
    assert alice_client.post(f"/attempts/{attempt.uuid}/submit/", form).status_code == 400
    attempt.refresh_from_db()
    assert attempt.status == "in_progress"
    assert attempt.files.count() == 0
    assert attempt.answers.get(question=question).response == {"text": "typed"}


@pytest.mark.parametrize(
    ("name", "status", "told"), [("work.txt", 201, {"files": 1}), ("work.exe", 400, {"type": "/problems/file-refused"})]
)
def test_the_pages_script_sends_files_alone_and_gets_json(
    attempt: Attempt, question: UUID, alice_client: Client, name: str, status: int, told: dict[str, Any]
) -> None:
    answer = alice_client.post(
        f"/attempts/{attempt.uuid}/answers/{question}/files/",
        {f"{question}:files": SimpleUploadedFile(name, b"x"), str(question): "not saved by this request"},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == status
    assert answer.json().items() >= told.items()
    assert not attempt.answers.exists()


def test_the_page_says_if_a_file_came_after_the_deadline(
    attempt: Attempt, question: UUID, alice_client: Client
) -> None:
    Attempt.objects.update(deadline=timezone.now() - timedelta(hours=1))
    for address, name in (("submit/", "work.txt"), (f"answers/{question}/files/", "more.txt")):
        form = {f"{question}:files": SimpleUploadedFile(name, b"x"), str(question): address}
        page = alice_client.post(f"/attempts/{attempt.uuid}/{address}", form, follow=True)
        assert "The time is up." in page.text
    assert not HandInFile.objects.counted().exists()
    assert [late.response.get("text") or late.files.get().name for late in attempt.late_answers.all()] == [
        "work.txt", "submit/", f"answers/{question}/files/", "more.txt"
    ]  # fmt: skip
