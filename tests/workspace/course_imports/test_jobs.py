"""Imports of courses by the worker: claims, lost messages and workers."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from common.queue import claims
from workspace.course_imports import archive, jobs, sweeping
from workspace.course_imports.refusals import CourseRefused
from workspace.models import CourseImport

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def job(ines: User) -> CourseImport:
    """An archive that will be refused."""
    return jobs.upload(content=b"no archive", is_copy=False, actor=ines, now=NOW)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(claims, "enqueue_on_commit", lambda _task, *, import_id: found.append(import_id))
    return found


def ran(job: CourseImport, now: datetime = NOW) -> CourseImport:
    jobs.run(import_id=job.pk, now=now)
    job.refresh_from_db()
    return job


def test_a_step_is_done_once(job: CourseImport) -> None:
    assert ran(job).status == "refused"
    assert (ran(job).claims, job.reason) == (1, "The archive cannot be read.")
    with translation.override("ko"):
        assert job.reason == gettext("The archive cannot be read.") != "The archive cannot be read."


def test_a_second_worker_leaves_a_claimed_import_alone(job: CourseImport) -> None:
    CourseImport.objects.update(lease_until=NOW + CourseImport.objects.all().lease, claims=1)
    assert (ran(job).status, job.claims) == ("waiting", 1)
    assert ran(job, NOW + CourseImport.objects.all().lease).status == "refused"


def test_the_sweep_enqueues_what_waits_for_ten_seconds(job: CourseImport, enqueued: list[int]) -> None:
    assert sweeping.sweep(now=NOW + timedelta(seconds=9)) == 0
    assert sweeping.sweep(now=NOW + timedelta(seconds=10)) == 1
    assert enqueued == [job.pk]


def test_an_import_that_killed_three_workers_is_refused(job: CourseImport, enqueued: list[int]) -> None:
    CourseImport.objects.update(claims=CourseImport.objects.all().most_claims, lease_until=NOW)
    assert sweeping.sweep(now=NOW + timedelta(seconds=10)) == 0
    job.refresh_from_db()
    assert (job.status, bytes(job.content), enqueued) == ("refused", b"", [])


def test_the_sweep_deletes_what_is_a_week_old(job: CourseImport, enqueued: list[int]) -> None:
    sweeping.sweep(now=NOW + sweeping.KEPT)
    assert CourseImport.objects.exists()
    sweeping.sweep(now=NOW + sweeping.KEPT + timedelta(seconds=1))
    assert not CourseImport.objects.exists()


def test_an_archive_of_more_than_20_mb_is_not_stored(ines: User) -> None:
    with pytest.raises(CourseRefused):
        jobs.upload(content=b"0" * (archive.MAX_ZIP + 1), is_copy=False, actor=ines, now=NOW)
    assert not CourseImport.objects.exists()
