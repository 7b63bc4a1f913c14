"""A new kind of messages is one module and its templates, nothing else: what docs/messages.md shows is added and used."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client

from accounts.messages import sending, switches
from accounts.models import MailSwitch, User
from common.messages import kinds
from common.messages.kinds import KINDS
from courses import message_kinds
from courses.models import Enrolment
from tests.accounts.messages.kinds import listing, write_templates

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)  # in Seoul


@pytest.fixture(autouse=True)
def student_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The kind, as a module beside the others and templates beside theirs; found as they are found."""
    (tmp_path / "student_joined.py").write_text(listing("python"), encoding="utf-8")
    write_templates(tmp_path, settings)
    monkeypatch.setattr(message_kinds, "__path__", [*message_kinds.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "courses.message_kinds.student_joined", raising=False)
    before = set(KINDS)
    kinds.find_kinds()
    assert set(KINDS) - before == {"student-joined"}
    kind = KINDS.pop("student-joined")
    monkeypatch.setitem(KINDS, "student-joined", kind)


def test_a_message_of_a_new_kind_is_in_the_bell_at_once_and_in_a_mail_later(
    enrolment: Enrolment, ines: User, ines_client: Client
) -> None:
    sending.notify("student-joined", about=enrolment, now=NOON)
    assert "Alice has joined “Statistics”." in ines_client.get("/notifications/").text
    sending.send_waiting(now=NOON + timedelta(minutes=10))
    [message] = django_mail.outbox
    assert message.to == ["ines@example.com"]
    assert message.subject == "1 new student"
    assert "Alice has joined “Statistics”." in message.body
    html = str(message.alternatives[0][0])  # type: ignore[attr-defined]
    assert "Alice has joined “Statistics”." in html
    assert "prefers-color-scheme: dark" in html


def test_a_new_kind_has_a_switch_in_my_account_without_a_migration(
    enrolment: Enrolment, ines: User, ines_client: Client
) -> None:
    page = ines_client.get("/accounts/settings/").text
    assert "New students by e-mail" in page
    assert "A student has joined a course that you teach." in page
    form = {"name": "Ines", "language": "en", "time_zone": "Asia/Seoul"}
    # A page from before the kind existed.
    ines_client.post("/accounts/settings/", {**form, "shown_switches": "weekly-summary"})
    assert not MailSwitch.objects.exists()
    names = " ".join(kind.name for kind in switches.switchable(ines))
    assert "student-joined" in names
    assert f'name="shown_switches" value="{names}"' in page
    ines_client.post("/accounts/settings/", {**form, "shown_switches": "student-joined teaching-week weekly-summary"})
    assert not MailSwitch.objects.get(user=ines, kind="student-joined").is_on
    sending.notify("student-joined", about=enrolment, now=NOON)
    sending.send_waiting(now=NOON + timedelta(minutes=10))
    assert django_mail.outbox == []
    assert ines.messages.get().status == "skipped"


def test_two_kinds_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="Two kinds of messages are called weekly-summary"):
        kinds.register(type(KINDS["weekly-summary"])())
