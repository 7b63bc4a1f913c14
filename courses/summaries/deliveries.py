"""Queue and send weekly summaries, each at most once.

The table `SummaryDelivery` is the queue. Its rows are unique by user, ISO week and kind. `common.mail.outbox` claims a row before
it sends the mail. A task in the broker only saves time: without it, the next periodic run sends the mail.
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

# The time on Mondays, in the student's time zone.
DUE_AT = clock_time(8)
# For this long after it is due, a summary may be sent. A server that was down on Monday morning can still send on Tuesday.
WINDOW = timedelta(hours=36)
# The most rows that one run queues, or sends itself. The next run, a minute later, continues.
BATCH = 1000

_signer = signing.Signer(salt="courses.summaries.deliveries.unsubscribe")


# --- Due times and queueing ----------------------------------------------------------------------------------------


def due_at(iso_year: int, iso_week: int, zone: ZoneInfo) -> datetime:
    """Return the time in UTC at which the summary of an ISO week is due in `zone`."""
    monday = date.fromisocalendar(iso_year, iso_week, 1)
    return datetime.combine(monday, DUE_AT, tzinfo=zone).astimezone(UTC)


def due_week(zone: ZoneInfo, now: datetime) -> tuple[int, int] | None:
    """Return (ISO year, ISO week) of the summary that is due in `zone` now, by the local date; None outside the window."""
    iso_year, iso_week, _ = now.astimezone(zone).date().isocalendar()
    return (iso_year, iso_week) if timedelta(0) <= now - due_at(iso_year, iso_week, zone) < WINDOW else None


def _subscribers() -> QuerySet[User]:
    """Return the active users who want the summary and have an active enrolment in a published course."""
    enrolled = Enrolment.objects.active().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(enrolled), is_active=True, wants_weekly_summary=True)


def queue_due(*, now: datetime) -> list[int]:
    """Insert rows for due summaries that have none, at most BATCH for each week. Return the ids of the inserted rows.

    The number of queries does not depend on the number of students or time zones.
    """
    zones = {name: User(time_zone=name).zone for name in _subscribers().values_list("time_zone", flat=True).distinct()}
    weeks: dict[tuple[int, int], list[str]] = {}
    for name, zone in zones.items():
        if week := due_week(zone, now):
            weeks.setdefault(week, []).append(name)
    rows = [
        SummaryDelivery(user_id=pk, iso_year=year, iso_week=week, due_at=due_at(year, week, zones[name]))
        for (year, week), names in weeks.items()
        for pk, name in _subscribers()
        .filter(~Exists(_deliveries_of(year, week).filter(user=OuterRef("pk"))), time_zone__in=names)
        .order_by("pk")
        .values_list("pk", "time_zone")[:BATCH]
    ]
    if not rows:
        return []
    SummaryDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    # If a concurrent run has inserted a row first, that row has another uuid and is not returned.
    return list(SummaryDelivery.objects.filter(uuid__in=[row.uuid for row in rows]).values_list("pk", flat=True))


def _deliveries_of(iso_year: int, iso_week: int) -> QuerySet[SummaryDelivery]:
    return SummaryDelivery.objects.filter(kind=SummaryDelivery.Kind.WEEKLY, iso_year=iso_year, iso_week=iso_week)


# --- The periodic run ----------------------------------------------------------------------------------------------


def send_due(*, now: datetime) -> None:
    """Queue due summaries and enqueue a task for each. Then send those that earlier runs queued and no task has sent."""
    settle(now=now)
    unsent = ready(now=now)
    for delivery_id in queue_due(now=now):
        publishing.enqueue_on_commit(SEND_TASK, delivery_id=delivery_id)
    send_all(unsent, now=now, budget=outbox.BUDGET)


def settle(*, now: datetime) -> None:
    """Mark rows whose sender died as uncertain, and queued rows whose window has passed as failed."""
    uncertain = outbox.mark_uncertain(SummaryDelivery.objects.all(), now=now)
    late = SummaryDelivery.objects.filter(status=Status.QUEUED, due_at__lte=now - WINDOW).update(
        status=Status.FAILED, finished_at=now, error="It could not be sent in time."
    )
    if uncertain or late:
        log.error("summaries_need_a_look", uncertain=uncertain, late=late)


def _ready_condition(now: datetime) -> Q:
    return Q(due_at__gt=now - WINDOW) & outbox.due_condition(now)


def ready(*, now: datetime) -> list[int]:
    """Return the ids of queued rows that may be sent now, the oldest first; at most BATCH."""
    return list(
        SummaryDelivery.objects.filter(_ready_condition(now))
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:BATCH]
    )


def send_all(delivery_ids: Iterable[int], *, now: datetime, budget: float = float("inf")) -> list[Status]:
    """Send the rows one by one until `budget` seconds have passed. Return the status of each row that this call claimed."""
    outcomes = outbox.send_all(delivery_ids, lambda pk: send(delivery_id=pk, now=now), budget=budget)
    return [Status(outcome) for outcome in outcomes]


# --- One mail -------------------------------------------------------------------------------------------------


def send(*, delivery_id: int, now: datetime) -> Status | None:
    """Send one summary if it may be sent now. Return its new status, or None if the row could not be claimed."""
    return _send(delivery_id, _ready_condition(now), now)


def send_again(*, delivery_id: int, now: datetime) -> Status | None:
    """Send an uncertain or failed summary again. Return its new status, or None if the row could not be claimed.

    Only an administrator may start this, because an uncertain summary may arrive twice.
    """
    return _send(delivery_id, outbox.RESENDABLE, now)


def _send(delivery_id: int, condition: Q, now: datetime) -> Status | None:
    delivery = outbox.claim(SummaryDelivery.objects.all(), delivery_id, condition, name="weekly", now=now)
    return Status(outbox.send(delivery, lambda: _build_message(delivery, now), now=now)) if delivery else None


def _build_message(delivery: SummaryDelivery, now: datetime) -> EmailMultiAlternatives | None:
    """Return the mail by the current data; None if it would be empty, or is not wanted, or the account is closed or gone."""
    # Read after the claim: the account may have been deleted meanwhile.
    user = User.objects.filter(pk=delivery.user_id, is_active=True, wants_weekly_summary=True).first()
    if user is None:
        return None
    # The content begins at the due time of last week's summary, so that nothing is left out between them.
    return _compose(user, since=_one_week_before(delivery.due_at, user.zone), message_id=delivery.message_id, now=now)


def _compose(user: User, *, since: datetime, message_id: str, now: datetime) -> EmailMultiAlternatives | None:
    week = content.find_week(user, since=since)
    if week is None:
        return None
    return content.weekly_summary(week, message_id=message_id, unsubscribe_url=unsubscribe_url(user), now=now)


def _one_week_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the same local time seven days earlier, also across a change of daylight saving time."""
    return (moment.astimezone(zone) - timedelta(days=7)).astimezone(UTC)


# --- Sending manually --------------------------------------------------------------------------------------------------


def send_now(*, user: User, now: datetime) -> tuple[Status, bool]:
    """Send `user` a summary now. Return (status, whether it was the regular summary of this week).

    If the regular summary is due and not sent yet, it is sent through its row. Otherwise a copy about the last seven days is
    sent. The copy has its own Message-ID and no row. Raises sending.DeliveryError if the copy cannot be sent.
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
    since = _one_week_before(now, user.zone)
    message = _compose(user, since=since, message_id=sending.message_id(f"weekly-copy-{uuid4()}"), now=now)
    if message is None:
        return Status.SKIPPED, False
    sending.deliver(message)
    return Status.SENT, False


# --- Unsubscribing --------------------------------------------------------------------------------------------


def unsubscribe_token(user: User) -> str:
    """Return a signed token for the unsubscribe links of `user`. It does not expire: the links in old mails must work."""
    return _signer.sign(str(user.uuid))


def unsubscribe_url(user: User) -> str:
    """Return the absolute URL of the page that switches the summaries of `user` off."""
    return sending.absolute(reverse("courses:summary-unsubscribe", args=[unsubscribe_token(user)]))


def find_user_by_token(token: str) -> User | None:
    """Return the user of an unsubscribe token; None if the token is invalid or the account no longer exists."""
    try:
        return User.objects.filter(uuid=UUID(_signer.unsign(token))).first()
    except signing.BadSignature:
        return None


def subscribe(*, user: User, wanted: bool) -> None:
    """Switch the weekly summary of `user` on or off. It is checked again before a queued summary is sent."""
    user.wants_weekly_summary = wanted
    user.save(update_fields=["wants_weekly_summary"])
