"""Find what a student would get this week, for the staff of the student's courses."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from common.mail.inbox.messages import shown_html
from courses.models import SummaryDelivery
from courses.summaries import content
from courses.summaries.content import Period, Summary
from courses.summaries.schedule import period_start

Reason = SummaryDelivery.SkipReason


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as it would be sent now. `reason` is why the student gets none all the same; None if one would go out.

    `message` is None if there is nothing that a mail could say.
    """

    summary: Summary
    message: EmailMultiAlternatives | None
    reason: Reason | None

    @property
    def subject(self) -> str:
        return str(self.message.subject) if self.message else ""

    @property
    def text(self) -> str:
        return str(self.message.body) if self.message else ""

    def html(self, *, in_dark: bool) -> str:
        """Return the HTML with its pictures, as a frame shows it. There must be a message."""
        assert self.message is not None
        parsed = message_from_bytes(self.message.message().as_bytes(), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return shown_html(parsed, in_dark=in_dark) or ""


def preview(student: User, *, courses: Collection[int], language: str, to: str, now: datetime) -> Preview:
    """Return the summary of the student's last seven days in `language`, addressed to `to`.

    It says only what belongs to `courses`: those that the person who looks may see. Nothing is stored.
    """
    period = Period(student.pk, period_start(now, None, student.zone), now, student)
    found = content.find_summaries([period], now=now, courses=courses, language=language)[student.pk]
    shown = replace(found, skip=None)
    message = content.write_preview(shown, to=to, now=now) if found.courses else None
    return Preview(found, message, found.skip)
