"""Rosters in the worker: read, import in batches, cancel, continue, repeat, undo; what is recorded of it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone, translation

from accounts.audit import context
from accounts.audit.models import AuditEvent
from accounts.messages.models import Message
from accounts.models import User
from courses import enrolment as enrolling
from courses.models import Cohort, Course, Enrolment, ProgressEvent, RosterImport
from rosters import importing, jobs, sweeping
from tests.factories import EnrolmentFactory, UserFactory
from tests.rosters.files import xlsx
from tests.rosters.steps import confirmed, fresh, imported, plan_of, run, uploaded

pytestmark = pytest.mark.django_db
Status = RosterImport.Status
TEXT = "email,name,cohort,language\nnew@example.com,새 학생,2기,ko\nbob@example.com,,2기,\nnot an address,X,,\n"
MANY = "email,cohort\n" + "".join(f"p{number}@example.com,A\n" for number in range(60))


def state() -> dict[str, tuple[str, str, str]]:
    """{address: (status, cohort, source)} of everybody in a course."""
    rows = Enrolment.objects.select_related("user", "cohort")
    return {row.user.email: (row.status, str(row.cohort or ""), row.source) for row in rows}


def test_the_good_rows_are_imported_with_their_cohort(course: Course, bob: User, ines: User) -> None:
    job = imported(course, TEXT)
    assert (job.status, job.done, job.total) == (Status.IMPORTED, 2, 2)
    assert state() == {"new@example.com": ("active", "2기", "roster"), "bob@example.com": ("active", "2기", "roster")}
    new = User.objects.get(email="new@example.com")
    assert (new.name, new.language, new.has_usable_password()) == ("새 학생", "ko", False)
    # The account of somebody who has one already stays as it is.
    assert User.objects.get(email="bob@example.com").name == "Bob"
    # The rows are forgotten; why one was not imported is not.
    assert (job.table, bytes(job.content)) == (None, b"")
    assert [line for line, _problem in job.counts["problems"]] == [4]


def test_the_same_file_twice_changes_nothing(course: Course, bob: User, ines: User) -> None:
    imported(course, TEXT)
    before = state()
    again = imported(course, TEXT)
    assert (again.status, again.changes) == (Status.IMPORTED, [])
    assert state() == before


def test_a_workbook_is_read_by_the_worker(course: Course, ines: User) -> None:
    content = xlsx([["이메일", "이름"], ["haneul@example.com", "김하늘"]])
    job = jobs.upload(course=course, content=content, file_name="명단.xlsx", actor=ines, now=timezone.now())
    assert job.status == Status.WAITING
    assert run(job).status == Status.PLANNED
    assert run(confirmed(fresh(job))).status == Status.IMPORTED
    assert list(state()) == ["haneul@example.com"]


def test_a_message_that_the_release_before_has_queued_is_carried_out(course: Course, ines: User) -> None:
    content = xlsx([["email"], ["new@example.com"]])
    job = jobs.upload(course=course, content=content, file_name="list.xlsx", actor=ines, now=timezone.now())
    # The name stands in the message. The task was in the app `courses` then.
    current_app.loader.import_default_modules()
    current_app.tasks["courses.tasks.run_roster"](import_id=job.pk)
    assert fresh(job).status == Status.PLANNED


def test_a_file_that_cannot_be_read_is_refused_in_the_language_of_whoever_looks(course: Course, ines: User) -> None:
    with translation.override("ko"):
        job = uploaded(course, b"PK\x03\x04nothing")
    assert job.status == Status.REFUSED
    for language, said in (("en", "cannot be read as XLSX"), ("ko", "XLSX로 읽을 수 없는")):
        with translation.override(language):
            assert said in job.reason
    assert not jobs.retry(job=job, now=timezone.now())


def test_only_students_who_are_chosen_are_withdrawn(course: Course, enrolment: Enrolment, bob: User) -> None:
    stays = EnrolmentFactory(course=course, user=bob)
    elsewhere = EnrolmentFactory(user=UserFactory())
    job = imported(course, "email\nnew@example.com\n", withdrawing=[enrolment.pk, elsewhere.pk])
    assert state()["alice@example.com"][0] == "withdrawn"
    assert [Enrolment.objects.get(pk=row.pk).status for row in (stays, elsewhere)] == ["active", "active"]
    assert job.counts["withdrawn"] == 1


def test_a_plan_that_nobody_has_seen_is_not_imported(course: Course, bob: User, ines: User) -> None:
    job = uploaded(course, TEXT)
    seen = plan_of(job).fingerprint
    EnrolmentFactory(course=course, user=bob)
    assert not jobs.confirm(job=job, fingerprint=seen, invites=False, withdrawing=[], now=timezone.now())
    assert fresh(job).status == Status.PLANNED


def test_columns_can_be_assigned_by_hand(course: Course, ines: User) -> None:
    second = Cohort.objects.create(course=course, name="2")
    job = uploaded(course, "Konto,Ort,Wer\na@example.com,Seoul,Ana\n")
    jobs.choose(job=job, fields=["email", "", "name"], cohort=second, has_header=True)
    run(confirmed(fresh(job)))
    assert state() == {"a@example.com": ("active", "2", "roster")}
    assert User.objects.get(email="a@example.com").name == "Ana"


def test_invitations_go_to_those_who_are_enrolled(course: Course, enrolment: Enrolment, bob: User) -> None:
    imported(course, "email\nnew@example.com\nbob@example.com\nalice@example.com\n", invites=True)
    assert set(Message.objects.values_list("user__email", "kind")) == {
        ("new@example.com", "course-invitation"),
        ("bob@example.com", "course-invitation"),
    }


def test_an_import_goes_on_where_a_task_has_ended(course: Course, ines: User) -> None:
    job = confirmed(uploaded(course, MANY))
    job = run(job, budget=-1)
    assert (job.status, job.done, Enrolment.objects.count()) == (Status.CONFIRMED, 0, 0)
    job = run(job)
    assert (job.status, job.done, job.total) == (Status.IMPORTED, 60, 60)
    assert len({change["enrolment"] for change in job.changes if change["enrolment"]}) == 60


def test_an_import_that_died_goes_on_and_undoes_everything(
    course: Course, ines: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirmed(uploaded(course, MANY))
    original, calls = importing.enrol, iter(range(9))

    def dies(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == 1:
            raise MemoryError
        return original(*args, **kwargs)

    monkeypatch.setattr(importing, "enrol", dies)
    with pytest.raises(MemoryError):
        run(job)
    assert Enrolment.objects.count() == jobs.BATCH
    later = timezone.now() + timedelta(seconds=61)
    job = run(job, now=later)
    assert (job.status, job.done, Enrolment.objects.count()) == (Status.IMPORTED, 60, 60)
    jobs.undo(job=job, now=later)
    assert run(job).status == Status.UNDONE
    assert (Enrolment.objects.count(), Cohort.objects.count()) == (0, 0)


def test_a_second_worker_leaves_a_claimed_roster_alone(course: Course, ines: User) -> None:
    job = confirmed(uploaded(course, TEXT))
    RosterImport.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(seconds=50))
    assert run(job).status == Status.CONFIRMED
    assert state() == {}


def test_a_cancelled_import_stops_and_can_be_undone(
    course: Course, ines: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirmed(uploaded(course, MANY))
    readings = iter(range(9))

    def cancel_before_the_second_batch() -> float:
        if next(readings) == 2:
            assert jobs.cancel(job=job, now=timezone.now())
        return 0.0

    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=cancel_before_the_second_batch))
    job = run(job)
    # The batch that began after it is taken back.
    assert (job.status, Enrolment.objects.count()) == (Status.CANCELLED, jobs.BATCH)
    assert jobs.undo(job=job, now=timezone.now())
    assert run(job).status == Status.UNDONE
    assert Enrolment.objects.count() == 0


def test_an_undo_restores_what_was(course: Course, enrolment: Enrolment, bob: User) -> None:
    first, second = (Cohort.objects.create(course=course, name=name) for name in "12")
    moved = EnrolmentFactory(course=course, user=UserFactory(email="m@example.com"), cohort=first)
    gone = EnrolmentFactory(course=course, user=UserFactory(email="g@example.com"), cohort=first)
    enrolling.withdraw(enrolment=gone)
    before = state()
    text = "email,cohort\nm@example.com,2\ng@example.com,2\nbob@example.com,3\nnew@example.com,3\n"
    job = imported(course, text, withdrawing=[enrolment.pk], invites=True)
    assert state() == {
        "m@example.com": ("active", "2", "roster"),
        "g@example.com": ("active", "2", "roster"),
        "bob@example.com": ("active", "3", "roster"),
        "new@example.com": ("active", "3", "roster"),
        "alice@example.com": ("withdrawn", "", "roster"),
    }
    assert jobs.undo(job=job, now=timezone.now())
    assert run(job).status == Status.UNDONE
    assert state() == before
    assert moved.cohort == first
    assert second in course.cohorts.all()
    assert not course.cohorts.filter(name="3").exists()
    # The account was made by the import and nobody has used it. Bob had his before.
    assert set(User.objects.filter(email__in=["new@example.com", "bob@example.com"])) == {bob}
    assert not jobs.undo(job=fresh(job), now=timezone.now())


def test_an_undo_keeps_what_students_have_done_meanwhile(course: Course, ines: User) -> None:
    job = imported(course, "email\nworked@example.com\nlooked@example.com\nsigned@example.com\n")
    rows = {row.user.email.partition("@")[0]: row for row in Enrolment.objects.select_related("user")}
    lesson = course.activities.get(slug="lesson-1")
    ProgressEvent.objects.create(
        enrolment=rows["worked"], activity=lesson, kind="done", percent=50, at=timezone.now(), content_version=1
    )
    Enrolment.objects.filter(pk=rows["looked"].pk).update(last_seen_at=timezone.now())
    User.objects.filter(email="signed@example.com").update(last_login=timezone.now())
    jobs.undo(job=job, now=timezone.now())
    run(job)
    assert state() == {
        "worked@example.com": ("withdrawn", "", "roster"),
        "looked@example.com": ("withdrawn", "", "roster"),
    }
    # Who has signed in keeps the account.
    assert User.objects.filter(email="signed@example.com").exists()


def test_what_the_worker_does_is_recorded_for_the_one_who_asked(
    course: Course, ines: User, enrolment: Enrolment
) -> None:
    job = imported(course, "email\nnew@example.com\n", withdrawing=[enrolment.pk])
    page = f"/admin/courses/course/{course.pk}/roster/{job.uuid}/"
    events = AuditEvent.objects.filter(address=page)
    assert {(event.actor, event.action, event.channel) for event in events} == {
        (ines, "add", "page"),
        (ines, "change", "page"),
    }
    people = {entry.subject.email for event in events for entry in event.entries.select_related("subject")}
    assert people == {"new@example.com", "alice@example.com"}
    assert context.get() is None


# --- Lost messages and workers ---------------------------------------------------------------------------------------


def test_the_sweep_gives_up_after_some_claims_and_a_person_can_try_again(course: Course, ines: User) -> None:
    job = confirmed(uploaded(course, TEXT))
    RosterImport.objects.filter(pk=job.pk).update(claims=RosterImport.objects.all().most_claims)
    assert sweeping.sweep(now=timezone.now()) == 0
    job = fresh(job)
    assert (job.status, bool(job.error)) == (Status.REFUSED, True)
    assert jobs.retry(job=job, now=timezone.now())
    assert run(job).status == Status.IMPORTED
    assert "new@example.com" in state()


def test_the_sweep_enqueues_what_was_lost_and_forgets_what_is_old(course: Course, ines: User) -> None:
    job = confirmed(uploaded(course, TEXT))
    now = timezone.now()
    assert sweeping.sweep(now=now + timedelta(seconds=5)) == 0
    assert sweeping.sweep(now=now + timedelta(seconds=11)) == 1
    sweeping.sweep(now=now + timedelta(days=6))
    assert RosterImport.objects.filter(pk=job.pk).exists()
    sweeping.sweep(now=now + timedelta(days=8))
    assert not RosterImport.objects.filter(pk=job.pk).exists()
    done = imported(course, TEXT)
    sweeping.sweep(now=now + timedelta(days=29))
    assert fresh(done).can_be_undone
    sweeping.sweep(now=now + timedelta(days=31))
    assert RosterImport.objects.count() == 0
