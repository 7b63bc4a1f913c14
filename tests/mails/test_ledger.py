"""The list of the mails to the students of a course: what it shows to whom, and how it chooses."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit.models import AuditEntry
from accounts.models import Message, User
from announcements.models import Announcement
from calendars import changes
from common.messages.kinds import KINDS
from courses.enrolment import Invitation
from courses.models import Course, Enrolment, SummaryDelivery
from mails.ledger import pages
from quizzes.authoring.models import Quiz
from quizzes.grading.models import GradeNotice
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/mails/statistics/"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def shown(client: Client, **query: str) -> list[str]:
    """Return the entries of the list, each as a line."""
    answer = client.get(ADDRESS, query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    [listed] = re.findall(r'<ul class="desk-list">(.*?)</ul>', answer.content.decode(), re.DOTALL)
    entries = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", each)).split()) for each in entries]


def mail(user: User, status: str = "sent", *, week: int = 48, error: str = "") -> SummaryDelivery:
    at = NOW + timedelta(weeks=week - 48)
    return SummaryDelivery.objects.create(
        user=user, iso_year=2026, iso_week=week, status=status, due_at=at, finished_at=at, error=error
    )


@pytest.fixture
def haneul(course: Course) -> Enrolment:
    return EnrolmentFactory(course=course, user__name="김하늘", user__email="haneul@example.com")


def test_each_mail_says_what_became_of_it(haneul: Enrolment, ines_client: Client) -> None:
    mail(haneul.user, week=47)
    mail(haneul.user, "skipped", week=48, error="nothing")
    mail(haneul.user, "failed", week=49, error="550 5.1.1 <no> such user")
    failed, skipped, sent = shown(ines_client)
    assert failed.startswith("김하늘 failed Weekly mail · haneul@example.com · ")
    assert failed.endswith("550 5.1.1 <no> such user")
    assert "not sent, with a reason" in skipped
    assert skipped.endswith("Nothing is left to do, and nothing happened in the week.")
    assert "김하늘 sent" in sent


def test_notices_of_changed_grades_are_in_it(quiz: Quiz, haneul: Enrolment, ines_client: Client) -> None:
    attempt = graded(quiz, haneul)
    GradeNotice.objects.create(
        attempt=attempt, grade=attempt.grades.get(), old_points=0, old_max_points=1, created_at=NOW, status="uncertain"
    )
    mail(haneul.user)
    [notice] = shown(ines_client, kind="grade")
    assert "may have arrived Changed grade" in notice
    assert len(shown(ines_client)) == 2
    assert len(shown(ines_client, kind="weekly")) == 1


def note(user: User, kind: str, about: str, status: str = "sent", error: str = "") -> Message:
    return Message.objects.create(
        user=user, kind=kind, about=about, created_at=NOW, due_at=NOW, finished_at=NOW, status=status, error=error
    )


class TestMessages:
    def test_they_are_listed_with_what_became_of_them(
        self, course: Course, quiz: Quiz, haneul: Enrolment, ines_client: Client
    ) -> None:
        announcement = Announcement.objects.create(course=course, title={}, text={}, created_at=NOW, at=NOW)
        note(haneul.user, "announcement", str(announcement.pk), "failed", "550 5.1.1 no such user")
        changes.notify_students(quiz, {**changes.find_dates(quiz), None: (NOW, None, None)}, now=NOW)
        note(haneul.user, "course-invitation", Invitation(haneul, NOW).reference, "uncertain")
        note(haneul.user, "reminder", "2026-11-23")
        attempt = graded(quiz, haneul)
        note(haneul.user, "result-ready", str(attempt.pk), "skipped", "The person may no longer see what it is about.")
        found = shown(ines_client)
        said = sorted(each.split("haneul@example.com")[0] for each in found)
        assert said == [
            "김하늘 failed Announcements · ",
            "김하늘 may have arrived Invitations to courses · ",
            "김하늘 not sent, with a reason Results of graded answers · ",
            "김하늘 sent Reminders · ",
            "김하늘 waits Changed dates · ",
        ]
        assert any(each.endswith("550 5.1.1 no such user") for each in found)
        assert len(shown(ines_client, kind="reminder")) == 1
        assert len(shown(ines_client, kind="announcement", status="failed")) == 1
        assert shown(ines_client, kind="weekly") == []

    def test_those_about_another_course_are_not(self, haneul: Enrolment, ines_client: Client) -> None:
        other = EnrolmentFactory(course=CourseFactory(slug="other"), user=haneul.user)
        announcement = Announcement.objects.create(course=other.course, title={}, text={}, created_at=NOW, at=NOW)
        note(haneul.user, "announcement", str(announcement.pk))
        note(haneul.user, "course-invitation", Invitation(other, NOW).reference)
        theirs = ActivityFactory(course=other.course)
        note(haneul.user, "dates-changed", str(changes.Change(theirs.pk, NOW)))
        assert shown(ines_client) == []

    def test_those_of_the_account_and_of_the_bell_alone_are_not(self, haneul: Enrolment, ines_client: Client) -> None:
        note(haneul.user, "account-changed", "1")
        note(haneul.user, "unknown-kind", str(haneul.course_id))
        note(haneul.user, "reminder", "2026-11-23", "none")
        assert shown(ines_client) == []

    def test_no_kind_to_students_is_forgotten(self) -> None:
        """What an app adds is in the list, unless it is about the account or has a table of its own."""
        for kind in KINDS.values():
            is_message = kind.is_for_accounts and not kind.is_for_staff and not kind.sends_own_mail
            is_of_account = type(kind).__module__.startswith("accounts.")
            if is_message and not is_of_account and kind.name != "weekly-summary":
                assert kind.of_course(1) is not None, kind.name


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "bounced"}, ["Max"]),
        ({"q": "하늘"}, ["김하늘"]),
        ({"q": "max@"}, ["Max"]),
        ({"q": "nobody"}, []),
        ({"status": "nonsense", "kind": "\0", "page": "x" * 300}, ["김하늘", "Max"]),
        ({"q": "하늘\0", "page": "99999999999999999999"}, ["김하늘"]),
        ({"q": "\ufffd"}, []),
    ],
)
def test_the_list_can_be_narrowed(
    haneul: Enrolment, course: Course, ines_client: Client, query: dict[str, Any], names: list[str]
) -> None:
    mail(EnrolmentFactory(course=course, user__name="Max", user__email="max@example.com").user, "bounced", week=47)
    mail(haneul.user)
    assert [each.split()[0] for each in shown(ines_client, **query)] == names


def test_mails_to_others_are_not_in_it(haneul: Enrolment, course: Course, ines_client: Client) -> None:
    mail(EnrolmentFactory(course=CourseFactory(slug="other")).user)
    mail(EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN).user)
    # In two courses, but one mail.
    EnrolmentFactory(course=CourseFactory(slug="third"), user=haneul.user)
    mail(haneul.user)
    assert [each.split()[0] for each in shown(ines_client)] == ["김하늘"]


def test_the_log_has_whose_mails_were_seen(haneul: Enrolment, ines_client: Client) -> None:
    mail(haneul.user)
    shown(ines_client)
    assert AuditEntry.objects.filter(subject=haneul.user.pk).exists()


def test_queries_do_not_grow_with_the_mails(
    course: Course, ines_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1000)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert len(shown(ines_client)) == SummaryDelivery.objects.count() + Message.objects.count()
        return len(found)

    def student() -> Enrolment:
        found = EnrolmentFactory(course=course)
        mail(found.user)
        note(found.user, "reminder", "2026-11-23")
        note(found.user, "course-invitation", Invitation(found, NOW).reference)
        return found

    make_many(student, 2)
    queries()
    few = queries()
    make_many(student, 198)
    assert queries() == few
