"""Find a person's own summaries again: what each told, by what the person may see now."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from courses.models import SummaryDelivery
from courses.summaries import content, deliveries
from courses.summaries.content import Summary

# A mail that may have arrived is the reader's, too; one that came back is read here only.
_ARRIVED = ("sent", "uncertain", "bounced")


def own_summaries(user: User) -> QuerySet[SummaryDelivery]:
    """Return the summaries that were sent to the user, the newest first."""
    return SummaryDelivery.objects.filter(user=user, status__in=_ARRIVED).order_by("-due_at", "-pk")


def find_summary(user: User, uuid: UUID, *, language: str = "") -> tuple[SummaryDelivery, Summary] | None:
    """Return one summary of the user, and what it says; None if there is none, or nothing of it may be seen any more.

    The texts are not stored: they are found again for the same period, without what is hidden now.
    With `language`, they are in that one.
    """
    row = own_summaries(user).filter(uuid=uuid).first()
    if row is None:
        return None
    row.user = user
    found = content.find_summaries([deliveries.period_of(row)], now=row.finished_at or row.due_at, language=language)
    summary = found[user.pk]
    return (row, summary) if summary.courses else None
