"""Owns whom a weekly summary is due to, and that it goes once.

A row of `SummaryDelivery`, unique for person, ISO week and kind, is the queue; the broker is a doorbell. How a row's mail
goes once is `common.mail.outbox`'s.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from common.mail import outbox, sending
from common.queue import publishing
from courses.models import Enrolment, SummaryDelivery
from courses.summaries import content

log = structlog.get_logger(__name__)

SEND_TASK = "courses.tasks.send_weekly_summary"
Status = SummaryDelivery.Status

# The student's local time on Mondays.
DUE_AT = clock_time(8)
# A server that was off over Monday morning still sends on Tuesday, but a summary on Friday helps nobody.
WINDOW = timedelta(hours=36)
# Mails queued by one wake-up; the next one, a minute later, goes on.
BATCH = 1000

_signer = signing.Signer(salt="courses.summaries.deliveries.unsubscribe")


# --- When, and to whom ----------------------------------------------------------------------------------------


def due_at(iso_year: int, iso_week: int, zone: ZoneInfo) -> datetime:
    """When the summary of an ISO week is due in `zone`, in UTC."""
    monday = date.fromisocalendar(iso_year, iso_week, 1)
    return datetime.combine(monday, DUE_AT, tzinfo=zone).astimezone(UTC)


def due_week(zone: ZoneInfo, now: datetime) -> tuple[int, int] | None:
    """ISO year and week (by the local date) of the summary to be sent in `zone` now; None outside the window."""
    iso_year, iso_week, _ = now.astimezone(zone).date().isocalendar()
    return (iso_year, iso_week) if timedelta(0) <= now - due_at(iso_year, iso_week, zone) < WINDOW else None


def _readers() -> QuerySet[User]:
    """Everybody who wants the summary and is enrolled somewhere."""
    enrolled = Enrolment.objects.active().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(enrolled), is_active=True, wants_weekly_summary=True)


def queue_due(*, now: datetime) -> list[int]:
    """Insert the rows of the summaries that are due and have none, at most BATCH; return the ids of these.

    The number of queries depends on neither the number of students nor that of time zones.
    """
    zones = {name: User(time_zone=name).zone for name in _readers().values_list("time_zone", flat=True).distinct()}
    weeks: dict[tuple[int, int], list[str]] = {}
    for name, zone in zones.items():
        if week := due_week(zone, now):
            weeks.setdefault(week, []).append(name)
    rows = [
        SummaryDelivery(user_id=pk, iso_year=year, iso_week=week, due_at=due_at(year, week, zones[name]))
        for (year, week), names in weeks.items()
        for pk, name in _readers()
        .filter(~Exists(_of_week(year, week).filter(user=OuterRef("pk"))), time_zone__in=names)
        .order_by("pk")
        .values_list("pk", "time_zone")[:BATCH]
    ]
    if not rows:
        return []
    SummaryDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    # Rows that another wake-up was faster with are not ours: their uuid is another one.
    return list(SummaryDelivery.objects.filter(uuid__in=[row.uuid for row in rows]).values_list("pk", flat=True))


def _of_week(iso_year: int, iso_week: int) -> QuerySet[SummaryDelivery]:
    return SummaryDelivery.objects.filter(kind=SummaryDelivery.Kind.WEEKLY, iso_year=iso_year, iso_week=iso_week)


# --- The wake-up ----------------------------------------------------------------------------------------------


def send_due(*, now: datetime) -> None:
    """Queue what is due and ring for each; send what an earlier wake-up queued and nobody has sent."""
    settle(now=now)
    left = ready(now=now)
    for delivery_id in queue_due(now=now):
        publishing.enqueue_on_commit(SEND_TASK, delivery_id=delivery_id)
    send_all(left, now=now, budget=outbox.BUDGET)


def settle(*, now: datetime) -> None:
    """Give a name to what went wrong: a sender that died, and a mail whose time has passed."""
    uncertain = outbox.mark_uncertain(SummaryDelivery.objects.all(), now=now)
    late = SummaryDelivery.objects.filter(status=Status.QUEUED, due_at__lte=now - WINDOW).update(
        status=Status.FAILED, finished_at=now, error="It could not be sent in time."
    )
    if uncertain or late:
        log.error("summaries_need_a_look", uncertain=uncertain, late=late)


def _ready(now: datetime) -> Q:
    return Q(due_at__gt=now - WINDOW) & outbox.due_condition(now)


def ready(*, now: datetime) -> list[int]:
    """The ids of queued rows whose turn has come, the oldest first."""
    return list(
        SummaryDelivery.objects.filter(_ready(now)).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
    )


def send_all(delivery_ids: Iterable[int], *, now: datetime, budget: float = float("inf")) -> list[Status]:
    """Send one after the other until `budget` seconds are used up; return what became of those that were ours."""
    outcomes = outbox.send_all(delivery_ids, lambda pk: send(delivery_id=pk, now=now), budget=budget)
    return [Status(outcome) for outcome in outcomes]


# --- One mail -------------------------------------------------------------------------------------------------


def send(*, delivery_id: int, now: datetime) -> Status | None:
    """Send one summary, if it is queued and its turn has come; return what became of it, None if it was not ours."""
    return _send(delivery_id, _ready(now), now)


def send_again(*, delivery_id: int, now: datetime) -> Status | None:
    """Send a summary again that is uncertain or failed, because a person has looked at it and says so."""
    return _send(delivery_id, outbox.RESENDABLE, now)


def _send(delivery_id: int, condition: Q, now: datetime) -> Status | None:
    rows = SummaryDelivery.objects.select_related("user")
    delivery = outbox.claim(rows, delivery_id, condition, name="weekly", now=now)
    return Status(outbox.send(delivery, lambda: _message(delivery, now), now=now)) if delivery else None


def _message(delivery: SummaryDelivery, now: datetime) -> EmailMultiAlternatives | None:
    """The mail as things are now; None when there is nothing to say, or nobody who wants to hear it."""
    user = delivery.user
    if not (user.is_active and user.wants_weekly_summary):
        return None
    # From the time at which last week's was due: what was done after it went out is told now.
    return _compose(user, since=_a_week_before(delivery.due_at, user.zone), message_id=delivery.message_id, now=now)


def _compose(user: User, *, since: datetime, message_id: str, now: datetime) -> EmailMultiAlternatives | None:
    week = content.week_of(user, since=since)
    if week is None:
        return None
    return content.weekly_summary(week, message_id=message_id, unsubscribe_url=unsubscribe_url(user), now=now)


def _a_week_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same time on the clock, seven days earlier, whatever the clocks did in between."""
    return (moment.astimezone(zone) - timedelta(days=7)).astimezone(UTC)


# --- By hand --------------------------------------------------------------------------------------------------


def send_now(*, user: User, now: datetime) -> tuple[Status, bool]:
    """Send `user` a summary at once; return what became of it, and whether it was the week's own.

    The week's own goes through its row while it is due and has not gone yet. Else it is a copy of the last seven days
    with a Message-ID of its own, which leaves no trace. Raises mail.DeliveryError when a copy could not be sent.
    """
    week = due_week(user.zone, now)
    if week and user.is_active and user.wants_weekly_summary:
        row, _ = SummaryDelivery.objects.get_or_create(
            user=user,
            kind=SummaryDelivery.Kind.WEEKLY,
            iso_year=week[0],
            iso_week=week[1],
            defaults={"due_at": due_at(*week, user.zone)},
        )
        if outcome := send(delivery_id=row.pk, now=now):
            return outcome, True
    since = _a_week_before(now, user.zone)
    message = _compose(user, since=since, message_id=sending.message_id(f"weekly-copy-{uuid4()}"), now=now)
    if message is None:
        return Status.SKIPPED, False
    sending.deliver(message)
    return Status.SENT, False


# --- Unsubscribing --------------------------------------------------------------------------------------------


def unsubscribe_token(user: User) -> str:
    """Proves that its bearer got a summary of `user`. It never expires: old mails must keep working."""
    return _signer.sign(str(user.uuid))


def unsubscribe_url(user: User) -> str:
    return sending.absolute(reverse("courses:summary-unsubscribe", args=[unsubscribe_token(user)]))


def reader_by_token(token: str) -> User | None:
    """The person whom `token` was made for, None when it is forged or the account is gone."""
    try:
        return User.objects.filter(uuid=UUID(_signer.unsign(token))).first()
    except signing.BadSignature:
        return None


def subscribe(*, user: User, wanted: bool) -> None:
    """Switch the weekly summary on or off; what is queued asks again before it goes."""
    User.objects.filter(pk=user.pk).update(wants_weekly_summary=wanted)
