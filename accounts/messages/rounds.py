"""Find the people to whom a regular mail is due: those without a message of this kind about their present day or week."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.messages.models import MailSwitch, Message
from accounts.models import User


def find_due(people: QuerySet[User], kind: str, period_in: Callable[[ZoneInfo], str | None]) -> QuerySet[User]:
    """Return those of `people` who want such mails, get mails, and have no message of `kind` about their present period.

    `period_in(zone)` returns the day or week that a message would be about now in a time zone; None if none is due there.
    One query.
    """
    is_off = MailSwitch.objects.filter(user=OuterRef("pk"), kind=kind, is_on=False)
    wanted = people.filter(~Exists(is_off), is_active=True).exclude(bounced_address=F("email"))
    periods: dict[str, list[str]] = {}
    for name in wanted.order_by().values_list("time_zone", flat=True).distinct():
        period = period_in(User(time_zone=name).zone)
        if period is not None:
            periods.setdefault(period, []).append(name)
    if not periods:
        return people.none()
    condition = Q()
    for period, zones in periods.items():
        told = Message.objects.filter(user=OuterRef("pk"), kind=kind, about=period)
        condition |= Q(~Exists(told), time_zone__in=zones)
    return wanted.filter(condition)
