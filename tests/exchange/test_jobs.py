"""Imports by the worker: claims, progress, cancelling, lost messages and workers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from common.queue import claims
from exchange import refusals
from exchange.imports import import_plan, jobs, sweeping
from exchange.models import QuestionImport
from quizzes.authoring.models import Quiz
from tests.exchange.files import package, sample
from tests.exchange.quizzes import drafted_keys, into

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.get_default_timezone())
Status = QuestionImport.Status


def text_of(count: int) -> bytes:
    return "\n\n".join(f"::new-{n}::{'What is it? ' * 20}{{=right ~wrong}}" for n in range(count)).encode()


LARGE = text_of(300)


@pytest.fixture
def job(quiz: Quiz, ines: User) -> QuestionImport:
    """A large file that waits to be read."""
    return uploaded(quiz, ines, LARGE)


def uploaded(quiz: Quiz, ines: User, content: bytes, **fields: Any) -> QuestionImport:
    job = jobs.upload(
        **into(quiz),
        content=content,
        language="en",
        actor=ines,
        now=NOW,
        **fields,
    )
    job.refresh_from_db()
    return job


def ran(job: QuestionImport, now: datetime = NOW) -> QuestionImport:
    jobs.run(import_id=job.pk, now=now)
    job.refresh_from_db()
    return job


def confirmed(job: QuestionImport) -> QuestionImport:
    assert job.plan is not None
    jobs.confirm(job=job, fingerprint=job.plan["fingerprint"], now=NOW)
    job.refresh_from_db()
    return job


def test_a_small_file_is_read_at_once(quiz: Quiz, ines: User) -> None:
    job = uploaded(quiz, ines, sample("tea.en.xml"))
    assert (job.status, job.done, job.total) == (Status.PLANNED, 12, 12)
    assert confirmed(job).status == Status.IMPORTED


def test_a_package_is_never_read_at_once(quiz: Quiz, ines: User) -> None:
    """A small one may unpack to 30 MB."""
    assert uploaded(quiz, ines, package({"imsmanifest.xml": "<manifest/>"})).status == Status.WAITING


def test_a_large_file_is_read_and_imported_by_the_worker(job: QuestionImport, quiz: Quiz) -> None:
    assert (job.status, job.plan) == (Status.WAITING, None)
    assert ran(job).status == Status.PLANNED
    assert confirmed(job).status == Status.CONFIRMED
    assert len(drafted_keys(quiz)) == 3
    assert ran(job).status == Status.IMPORTED
    assert len(drafted_keys(quiz)) == 303
    assert bytes(job.content) == b""


def test_no_statement_names_the_column_that_the_next_release_drops(quiz: Quiz, ines: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        confirmed(uploaded(quiz, ines, sample("tea.en.xml")))
        sweeping.sweep(now=NOW)
    statements = [query["sql"] for query in queries if "exchange_questionimport" in query["sql"]]
    assert statements
    assert [sql for sql in statements if "parsed" in sql] == []


def test_a_plan_whose_file_an_older_release_did_not_keep_asks_for_it(job: QuestionImport) -> None:
    ran(job)
    QuestionImport.objects.update(content=b"")
    confirmed(job)
    assert ran(job).status == Status.REFUSED
    assert "Upload it again" in job.reason


def test_running_a_step_again_changes_nothing(job: QuestionImport) -> None:
    before = ran(job).plan
    assert (ran(job).status, job.plan, job.claims) == (Status.PLANNED, before, 1)


def test_a_second_worker_leaves_a_claimed_import_alone(job: QuestionImport) -> None:
    QuestionImport.objects.update(lease_until=NOW + QuestionImport.objects.all().lease, claims=1)
    assert (ran(job).status, job.claims) == (Status.WAITING, 1)


def test_an_import_whose_worker_was_killed_is_done_by_another(job: QuestionImport) -> None:
    QuestionImport.objects.update(lease_until=NOW + QuestionImport.objects.all().lease, claims=1)
    assert ran(job, NOW + QuestionImport.objects.all().lease).status == Status.PLANNED


def test_the_progress_is_stored_while_a_file_is_compared(job: QuestionImport, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    merge = import_plan.merge_question

    def merge_and_look(*args: Any, **options: Any) -> Any:
        seen.append(QuestionImport.objects.values_list("done", "total").get())
        return merge(*args, **options)

    monkeypatch.setattr(import_plan, "merge_question", merge_and_look)
    monkeypatch.setattr(jobs, "PROGRESS_INTERVAL", 0.0)
    ran(job)
    assert seen == [(done, 300) for done in range(300)]


def test_an_import_that_is_cancelled_while_it_is_read_stays_cancelled(
    job: QuestionImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    merge = import_plan.merge_question

    def cancel_and_merge(*args: Any, **options: Any) -> Any:
        compared.append(jobs.cancel(job=job))
        return merge(*args, **options)

    monkeypatch.setattr(import_plan, "merge_question", cancel_and_merge)
    monkeypatch.setattr(jobs, "PROGRESS_INTERVAL", 0.0)
    assert (ran(job).status, job.plan, bytes(job.content)) == (Status.CANCELLED, None, b"")
    # It stops at the next report of its progress.
    assert len(compared) == 1


def test_an_import_that_is_cancelled_while_it_is_imported_changes_nothing(
    job: QuestionImport, quiz: Quiz, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(ran(job))
    draft = jobs.importing.draft

    def draft_and_cancel(**options: Any) -> Any:
        result = draft(**options)
        assert jobs.cancel(job=job)
        return result

    monkeypatch.setattr(jobs.importing, "draft", draft_and_cancel)
    jobs.run(import_id=job.pk, now=NOW)
    assert len(drafted_keys(quiz)) == 3


def test_what_is_imported_cannot_be_cancelled(quiz: Quiz, ines: User) -> None:
    job = confirmed(uploaded(quiz, ines, sample("tea.en.xml")))
    assert not jobs.cancel(job=job)
    job.refresh_from_db()
    assert job.status == Status.IMPORTED


def test_an_unusable_file_is_refused_in_the_language_of_whoever_looks(quiz: Quiz, ines: User) -> None:
    with translation.override("ko"):
        job = uploaded(quiz, ines, b"<quiz>" + b" " * jobs.SMALL_FILE)
        assert job.status == Status.WAITING
    assert ran(job).status == Status.REFUSED
    for language in ("ko", "en"):
        with translation.override(language):
            assert job.reason.isascii() == (language == "en")


def test_a_file_over_the_limit_is_not_stored(quiz: Quiz, ines: User) -> None:
    with pytest.raises(refusals.ExchangeError, match="larger than 10 MB"):
        uploaded(quiz, ines, b"x" * 10_000_001)
    assert not QuestionImport.objects.exists()


# --- the sweep


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(claims, "enqueue_on_commit", lambda task, import_id: found.append(import_id))
    return found


def test_the_sweep_enqueues_what_waits_for_ten_seconds(job: QuestionImport, enqueued: list[int]) -> None:
    sweeping.sweep(now=NOW + timedelta(seconds=9))
    assert enqueued == []
    sweeping.sweep(now=NOW + timedelta(seconds=10))
    assert enqueued == [job.pk]


def test_the_sweep_leaves_what_is_being_read_and_what_waits_for_a_person(
    job: QuestionImport, quiz: Quiz, ines: User, enqueued: list[int]
) -> None:
    QuestionImport.objects.update(lease_until=NOW + timedelta(minutes=1, seconds=30))
    uploaded(quiz, ines, sample("tea.en.xml"))
    assert sweeping.sweep(now=NOW + timedelta(minutes=1)) == 0


def test_the_sweep_enqueues_what_a_server_with_a_clock_that_was_ahead_has_queued_or_claimed(
    job: QuestionImport, enqueued: list[int]
) -> None:
    ahead = NOW + timedelta(days=400)
    QuestionImport.objects.update(queued_at=ahead, lease_until=ahead, claims=1)
    assert sweeping.sweep(now=NOW) == 1
    assert ran(job, NOW).status == Status.PLANNED


def test_an_import_that_killed_three_workers_is_refused(job: QuestionImport, enqueued: list[int]) -> None:
    QuestionImport.objects.update(claims=QuestionImport.objects.all().most_claims, lease_until=NOW)
    sweeping.sweep(now=NOW + timedelta(seconds=10))
    job.refresh_from_db()
    assert (job.status, enqueued) == (Status.REFUSED, [])
    assert "Split it" in job.error


def test_the_sweep_deletes_what_is_a_week_old(job: QuestionImport) -> None:
    sweeping.sweep(now=NOW + sweeping.KEPT)
    assert QuestionImport.objects.count() == 1
    sweeping.sweep(now=NOW + sweeping.KEPT + timedelta(seconds=1))
    assert QuestionImport.objects.count() == 0
