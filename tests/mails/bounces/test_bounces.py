"""Reports of mails that came back: what is understood, whose mail it was, and what changes."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.messages import sending as messages
from accounts.models import Message, User
from accounts.own_account import preferences
from courses import enrolment as enrol
from courses.models import SummaryDelivery
from courses.summaries import deliveries
from mails.bounces import applying, reading
from mails.bounces.applying import Done
from mails.bounces.reading import Kind
from tests.factories import EnrolmentFactory, UserFactory

SECRET = "s" * 40
URL = "/bounces/"


def make_report(
    message_id: str,
    address: str = "student@example.com",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    address_type: str = "rfc822",
    prefix: str = "",
) -> bytes:
    """Return a delivery report (RFC 3464; RFC 6533 if the prefix is "global-") about a mail with this Message-ID."""
    returned = "text/rfc822-headers" if not prefix else "message/global-headers"
    return (
        "From: MAILER-DAEMON@mx.example\nTo: no-reply@localhost\nSubject: Undelivered\nMessage-ID: <report@mx.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain; charset=utf-8\n\nSorry.\n"
        f"--b\nContent-Type: message/{prefix}delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: {address_type}; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} said the server\n\n"
        f"--b\nContent-Type: {returned}\n\nFrom: no-reply@localhost\nTo: {address}\nMessage-ID:\n {message_id}\n\n--b--\n"
    ).encode()


def make_complaint(message_id: str, *, kind: str = "abuse") -> bytes:
    """Return a complaint (RFC 5965) as large providers write it: without the address of who complained."""
    return (
        "From: feedback@mx.example\nSubject: complaint\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Some/1\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: no-reply@localhost\nMessage-ID: {message_id}\nSubject: Week\n\nText\n--b--\n"
    ).encode()


def make_qmail(message_id: str, address: str) -> bytes:
    """Return a bounce in the form of qmail, which is no report."""
    return (
        "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{address}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nReturn-Path: <no-reply@localhost>\nMessage-ID: {message_id}\n\nHi\n"
    ).encode()


@pytest.fixture
def reader() -> User:
    return UserFactory(email="student@example.com", name="Haneul")


@pytest.fixture
def sent(reader: User) -> SummaryDelivery:
    """A summary that was sent to the reader."""
    now = timezone.now()
    row = SummaryDelivery(user=reader, iso_year=2026, iso_week=48, due_at=now, status="sent", finished_at=now)
    row.message_id = f"<weekly-{row.uuid}@localhost>"
    row.save()
    return row


class TestReading:
    def test_a_report_names_address_mail_and_reason(self) -> None:
        report = reading.read(make_report("<weekly-1@localhost>", "Student@Example.com"))
        assert report.kind == Kind.HARD
        assert report.addresses == ("student@example.com",)
        assert report.message_ids == ("<weekly-1@localhost>",)
        assert "5.1.1" in report.why

    @pytest.mark.parametrize("status", ["5.2.2", "4.2.2", "4.4.7", "5.2.2 (mailbox full)", ""])
    def test_a_full_mailbox_and_a_server_that_was_away_are_temporary(self, status: str) -> None:
        assert reading.read(make_report("<weekly-1@localhost>", status=status)).kind == Kind.TEMPORARY

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "\x00"])
    def test_what_did_not_fail_is_no_bounce(self, action: str) -> None:
        assert reading.read(make_report("<weekly-1@localhost>", action=action)).kind == Kind.NO_BOUNCE

    def test_addresses_of_other_alphabets_are_read(self) -> None:
        content = make_report("<weekly-1@localhost>", "학생@예시.한국", address_type="utf-8", prefix="global-")
        report = reading.read(content)
        assert (report.kind, report.addresses) == (Kind.HARD, ("학생@예시.한국",))
        assert report.message_ids == ("<weekly-1@localhost>",)

    def test_lines_may_end_as_they_do_in_mails(self) -> None:
        content = make_report("<weekly-1@localhost>").replace(b"\n", b"\r\n")
        assert reading.read(content) == reading.read(make_report("<weekly-1@localhost>"))

    def test_a_server_without_reports_is_understood(self) -> None:
        report = reading.read(make_qmail("<weekly-1@localhost>", "student@example.com"))
        assert (report.kind, report.addresses) == (Kind.HARD, ("student@example.com",))
        assert report.message_ids == ("<weekly-1@localhost>",)

    def test_only_complaints_are_complaints(self) -> None:
        assert reading.read(make_complaint("<weekly-1@localhost>")).kind == Kind.COMPLAINT
        assert reading.read(make_complaint("<weekly-1@localhost>", kind="not-spam")).kind == Kind.NO_BOUNCE

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00" * 100,
            b"\xff\xfe" * 5000,
            b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--",
            b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!",
            b"Content-Type: message/feedback-report\n\n",
            b"Content-Type: message/rfc822\n\n" * 15_000,
            b"Content-Type: text/plain; charset=nonsense\n\nMessage-ID: <x>",
            b"Subject: Out of office\nAuto-Submitted: auto-replied\nIn-Reply-To: <weekly-1@localhost>\n\nI am away.",
            b"List-Id: <list.example>\nSubject: Your post was held\n\nMessage-ID: <weekly-1@localhost>",
        ],
    )
    def test_anything_else_is_no_bounce(self, content: bytes) -> None:
        assert reading.read(content).kind == Kind.NO_BOUNCE

    def test_a_report_has_an_end(self) -> None:
        with pytest.raises(reading.TooLong):
            reading.read(b"x" * (reading.LONGEST + 1))


@pytest.mark.django_db
class TestApplying:
    @pytest.mark.parametrize("make", [make_report, make_complaint])
    def test_mails_to_the_address_stop(self, make: Callable[[str], bytes], reader: User, sent: SummaryDelivery) -> None:
        assert applying.read_and_apply(make(sent.message_id)).done == Done.STOPPED
        sent.refresh_from_db()
        reader.refresh_from_db()
        assert sent.status == "bounced"
        assert reader.is_mail_stopped

    def test_a_second_copy_changes_nothing(self, reader: User, sent: SummaryDelivery) -> None:
        applying.read_and_apply(make_report(sent.message_id))
        User.objects.filter(pk=reader.pk).update(bounced_address="")
        assert applying.read_and_apply(make_report(sent.message_id)).done == Done.KNOWN
        reader.refresh_from_db()
        assert not reader.is_mail_stopped

    def test_a_full_mailbox_stops_nothing(self, reader: User, sent: SummaryDelivery) -> None:
        assert applying.read_and_apply(make_report(sent.message_id, status="5.2.2")).done == Done.NOTED
        reader.refresh_from_db()
        assert not reader.is_mail_stopped

    @pytest.mark.parametrize(
        "message_id",
        [
            "<somebody@else.example>",
            "<weekly-00000000-0000-4000-8000-000000000000@localhost>",
            "<weekly-x@localhost>",
            "<message-@localhost>",
            "<\x00@localhost>",
            "",
        ],
    )
    def test_a_forged_report_changes_nothing(self, message_id: str, reader: User, sent: SummaryDelivery) -> None:
        assert applying.read_and_apply(make_report(message_id, reader.email)).done == Done.NOT_OURS
        sent.refresh_from_db()
        reader.refresh_from_db()
        assert (sent.status, reader.is_mail_stopped) == ("sent", False)

    def test_the_id_of_the_right_mail_at_another_site_is_not_ours(self, sent: SummaryDelivery) -> None:
        elsewhere = sent.message_id.replace("@localhost", "@evil.example")
        assert applying.read_and_apply(make_report(elsewhere)).done == Done.NOT_OURS

    def test_a_former_address_stops_nothing(self, reader: User, sent: SummaryDelivery) -> None:
        User.objects.filter(pk=reader.pk).update(email="new@example.com")
        assert applying.read_and_apply(make_report(sent.message_id)).done == Done.OTHER_ADDRESS
        reader.refresh_from_db()
        assert not reader.is_mail_stopped

    def test_another_address_starts_them_again(self, reader: User, sent: SummaryDelivery) -> None:
        applying.read_and_apply(make_report(sent.message_id))
        reader.refresh_from_db()
        reader.email = "new@example.com"
        reader.save()
        assert not reader.is_mail_stopped


@pytest.mark.django_db
class TestAfterwards:
    @pytest.fixture(autouse=True)
    def came_back(self, reader: User, sent: SummaryDelivery) -> None:
        applying.read_and_apply(make_report(sent.message_id))

    def test_messages_are_skipped_and_say_why(self, reader: User, transactional_db: None) -> None:
        now = timezone.now().replace(hour=3)
        row = Message.objects.create(user=reader, kind="announcement", about="1", created_at=now, due_at=now)
        assert messages.send(message_id=row.pk, now=now) == "skipped"
        row.refresh_from_db()
        assert row.error == messages.STOPPED
        assert not django_mail.outbox

    def test_summaries_are_skipped_and_say_why(self, reader: User, transactional_db: None) -> None:
        EnrolmentFactory(user=reader)
        now = timezone.now().replace(hour=3)
        row = SummaryDelivery.objects.create(
            user=reader, iso_year=2026, iso_week=49, due_at=now - timedelta(minutes=1), status="queued"
        )
        assert deliveries.send(delivery_id=row.pk, now=now) == "skipped"
        row.refresh_from_db()
        assert row.error == SummaryDelivery.SkipReason.BOUNCED

    def test_a_new_password_can_still_be_asked_for(self, client: Client, reader: User) -> None:
        client.post("/accounts/password/reset/", {"email": reader.email})
        assert [message.to for message in django_mail.outbox] == [[reader.email]]

    def test_a_link_for_a_new_password_that_comes_back_is_noted(self, client: Client, reader: User) -> None:
        preferences.start_mails(User.objects.get(pk=reader.pk))
        client.post("/accounts/password/reset/", {"email": reader.email})
        row = Message.objects.get(kind="password-reset")
        assert applying.read_and_apply(make_report(row.message_id)).done == Done.STOPPED
        row.refresh_from_db()
        assert row.status == "bounced"

    def test_the_person_is_told_and_starts_them_again(self, client: Client, reader: User) -> None:
        client.force_login(reader)
        page = client.get("/accounts/settings/", headers={"accept-language": "en"})
        assert "Our mails do not reach you" in page.content.decode()
        assert client.post("/accounts/mails/start/").status_code == 302
        reader.refresh_from_db()
        assert not reader.is_mail_stopped
        page = client.get("/accounts/settings/", headers={"accept-language": "en"})
        assert "Our mails do not reach you" not in page.content.decode()

    @pytest.mark.parametrize("path", ["/courses/", "/notifications/"])
    def test_the_person_is_told_where_they_come_first(self, client: Client, reader: User, path: str) -> None:
        client.force_login(reader)
        english = {"accept-language": "en"}
        assert "Our mails to student@example.com come back" in client.get(path, headers=english).content.decode()
        preferences.start_mails(User.objects.get(pk=reader.pk))
        assert "come back" not in client.get(path, headers=english).content.decode()

    @pytest.mark.parametrize(
        ("password", "report", "status"),
        [
            ("", make_report, "sent"),
            # Who can sign in finds it in the bell; and who complained wants no mails.
            ("week2-demo", make_report, "skipped"),
            ("", make_complaint, "skipped"),
        ],
    )
    def test_the_only_way_into_an_account_is_attempted_all_the_same(
        self, transactional_db: None, password: str, report: Callable[[str], bytes], status: str
    ) -> None:
        now = timezone.now()
        invited = UserFactory(email="invited@example.com")
        invited.set_password(password or None)
        invited.save()
        enrolment = EnrolmentFactory(user=invited)
        enrol.invite(enrolment=enrolment, now=now - timedelta(days=2))
        first = Message.objects.get(user=invited)
        messages.send(message_id=first.pk, now=now)
        first.refresh_from_db()
        assert applying.read_and_apply(report(first.message_id).replace(b"student@", b"invited@")).done == Done.STOPPED
        enrol.invite(enrolment=enrolment, now=now - timedelta(hours=1))
        again = Message.objects.exclude(pk=first.pk).get(user=invited)
        assert messages.send(message_id=again.pk, now=now) == status
        assert len(django_mail.outbox) == 1 + (status == "sent")

    def test_only_its_owner_starts_them(self, client: Client, reader: User) -> None:
        client.force_login(UserFactory())
        client.post("/accounts/mails/start/")
        client.logout()
        assert client.post("/accounts/mails/start/").url.startswith("/accounts/login/")  # type: ignore[attr-defined]
        reader.refresh_from_db()
        assert reader.is_mail_stopped


@pytest.mark.django_db
class TestCommand:
    def test_it_says_what_it_understood_and_did(self, sent: SummaryDelivery, tmp_path: Path) -> None:
        file = tmp_path / "bounce.eml"
        file.write_bytes(make_report(sent.message_id))
        said = io.StringIO()
        call_command("read_bounce", str(file), stdout=said)
        assert "came back for good" in said.getvalue()
        assert sent.message_id in said.getvalue()
        assert "No more mails go to this address" in said.getvalue()

    def test_the_standard_input_is_a_file_too(self, sent: SummaryDelivery, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(make_complaint(sent.message_id))))
        said = io.StringIO()
        call_command("read_bounce", "-", stdout=said)
        assert "A complaint" in said.getvalue()

    @pytest.mark.parametrize("name", ["missing.eml", "a\0b", "."])
    def test_a_file_that_cannot_be_read_is_an_error(self, name: str) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("read_bounce", name)


@pytest.mark.django_db
class TestWebhook:
    @pytest.fixture
    def strict(self, settings: object) -> Client:
        settings.BOUNCE_SECRET = SECRET  # type: ignore[attr-defined]
        return Client(enforce_csrf_checks=True)

    def test_it_takes_a_raw_message(self, strict: Client, sent: SummaryDelivery) -> None:
        answer = _post(strict, make_report(sent.message_id), SECRET)
        assert (answer.status_code, answer.json()) == (200, {"kind": "hard", "done": "stopped"})

    @pytest.mark.parametrize("secret", ["", "wrong", "학생", "s" * 39])
    def test_without_the_secret_there_is_no_such_page(self, strict: Client, secret: str, sent: SummaryDelivery) -> None:
        assert _post(strict, make_report(sent.message_id), secret).status_code == 404
        sent.refresh_from_db()
        assert sent.status == "sent"

    @pytest.mark.parametrize("secret", ["", SECRET])
    def test_it_is_off_by_itself(self, client: Client, secret: str) -> None:
        assert _post(client, b"", secret).status_code == 404

    @pytest.mark.parametrize("size", [reading.LONGEST + 1, 3 * 1024 * 1024])
    def test_a_long_message_is_refused(self, strict: Client, size: int) -> None:
        assert _post(strict, b"x" * size, SECRET).status_code == 413


def _post(client: Client, content: bytes, secret: str):  # type: ignore[no-untyped-def]  # the test client's own response
    return client.post(URL, content, content_type="message/rfc822", headers={"authorization": f"Bearer {secret}"})
