"""Find the row of a mail of ours by its Message-ID, in the table of whichever kind it is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Message, User
from common.mail import sending
from courses.models import SummaryDelivery
from quizzes.grading.models import GradeNotice

# {beginning of the Message-ID: (table, where its row names the person)}, as the senders choose them.
_LEDGERS: dict[str, tuple[Any, str]] = {
    "message": (Message, "user"),
    "weekly": (SummaryDelivery, "user"),
    "grade": (GradeNotice, "attempt__enrolment__user"),
}


@dataclass(frozen=True, slots=True)
class OwnMail:
    """One mail that was sent: its rows, of which there are several if several messages went in one mail, and its reader."""

    rows: QuerySet[Any]
    reader: User


def find_mail(message_id: str) -> OwnMail | None:
    """Return the mail of ours with this Message-ID; None if we sent none. Two queries.

    It contains a random uuid, so only who had the mail in hand knows it.
    """
    name, _dash, uuid = message_id.strip("<>").partition("@")[0].partition("-")
    if name not in _LEDGERS or message_id != sending.message_id(f"{name}-{uuid}"):
        return None
    try:
        key = UUID(uuid)
    except ValueError:
        return None
    table, person = _LEDGERS[name]
    user_id = table.objects.filter(uuid=key, message_id=message_id).values_list(person, flat=True).first()
    if user_id is None:
        return None
    rows = table.objects.filter(**{person: user_id}, message_id=message_id)
    return OwnMail(rows, User.objects.get(pk=user_id))
