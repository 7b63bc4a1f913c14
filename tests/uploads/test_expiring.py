"""Uploads that are not completed go, and so do bytes that no row names."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from tests.uploads.tus import Tus
from uploads import expiring, parts, receiving
from uploads.models import Upload
from uploads.tasks import remove_expired_uploads

TEXT = b"The two distributions differ."


def parts_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / parts.FOLDER).iterdir())


def expire() -> None:
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_an_unfinished_upload_goes_after_a_week_without_a_piece(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    begun = Upload.objects.get()
    assert expiring.remove_expired(now=begun.expires_at - timedelta(seconds=1)) == 0
    assert len(parts_in(folder)) == 1
    assert expiring.remove_expired(now=begun.expires_at) == 1
    assert (Upload.objects.count(), parts_in(folder)) == (0, [])


def test_each_piece_gives_it_another_week(tus: Tus) -> None:
    tus.begin(len(TEXT))
    Upload.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    tus.send(0, TEXT[:10])
    assert Upload.objects.get().expires_at > timezone.now() + receiving.LIFETIME - timedelta(minutes=1)


def test_before_the_task_has_run_an_expired_upload_is_gone_already(tus: Tus) -> None:
    tus.begin(len(TEXT))
    expire()
    for method in ("GET", "DELETE"):
        assert tus.ask(method, tus.url, expect=410) == "upload-expired"
    assert tus.send(0, TEXT, expect=410) == "upload-expired"
    tus.begin(len(TEXT), content=TEXT)
    expire()
    assert tus.ask("GET", tus.url, expect=404) == "not-found"


def test_one_that_is_being_written_is_left(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    expire()
    with parts.lock_part(Upload.objects.get().uuid):
        remove_expired_uploads()
    assert Upload.objects.count() == len(parts_in(folder)) == 1
    remove_expired_uploads()
    assert Upload.objects.count() == len(parts_in(folder)) == 0


def test_bytes_of_a_deleted_account_go(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    other = folder / parts.FOLDER / ".something else.part"
    other.write_bytes(b"")
    Upload.objects.get().attempt.enrolment.user.delete()
    remove_expired_uploads()
    assert parts_in(folder) == [other.name]


def test_verify_files_knows_what_an_upload_names(tus: Tus, folder: Path) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    stray = folder / parts.FOLDER / ".5f9d1c7c-9e6b-4a3a-b5f5-0b0a1f6d9a11.part"
    stray.write_bytes(b"")
    out = StringIO()
    call_command("verify_files", stdout=out)
    assert stray.name in out.getvalue()
    assert str(Upload.objects.get().uuid) not in out.getvalue()
