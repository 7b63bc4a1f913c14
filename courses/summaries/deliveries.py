"""Queue and send weekly summaries, each at most once.

The rows of `SummaryDelivery`, unique by user, ISO week and kind, are the queue; a task in the broker only triggers the
sending early. `common.mail.outbox` claims rows, so that each mail is sent once.
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

# On Mondays, in the student's time zone.
DUE_AT = clock_time(8)
# After this time a summary is no longer sent. A server that was down on Monday morning still sends on Tuesday.
WINDOW = timedelta(hours=36)
# Rows queued by one run. The next run, a minute later, continues.
BATCH = 1000

_signer = signing.Signer(salt="courses.summaries.deliveries.unsubscribe")


# --- Due times and queueing ----------------------------------------------------------------------------------------


def due_at(iso_year: int, iso_week: int, zone: ZoneInfo) -> datetime:
    """The time in UTC at which the summary of an ISO week is due in `zone`."""
    monday = date.fromisocalendar(iso_year, iso_week, 1)
    return datetime.combine(monday, DUE_AT, tzinfo=zone).astimezone(UTC)


def due_week(zone: ZoneInfo, now: datetime) -> tuple[int, int] | None:
    """(ISO year, ISO week) of the summary that is due in `zone` now, by the local date; None outside the window."""
    iso_year, iso_week, _ = now.astimezone(zone).date().isocalendar()
    return (iso_year, iso_week) if timedelta(0) <= now - due_at(iso_year, iso_week, zone) < WINDOW else None


def _subscribers() -> QuerySet[User]:
    """Active users who want the summary and have an active enrolment."""
    enrolled = Enrolment.objects.active().filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(enrolled), is_active=True, wants_weekly_summary=True)


def queue_due(*, now: datetime) -> list[int]:
    """Insert rows for due summaries that have none, at most BATCH per week. Returns the ids of the inserted rows.

    The number of queries depends neither on the number of students nor on that of time zones.
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
        .filter(~Exists(_of_week(year, week).filter(user=OuterRef("pk"))), time_zone__in=names)
        .order_by("pk")
        .values_list("pk", "time_zone")[:BATCH]
    ]
    if not rows:
        return []
    SummaryDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    # Rows that a concurrent run inserted first have other uuids and are not returned.
    return list(SummaryDelivery.objects.filter(uuid__in=[row.uuid for row in rows]).values_list("pk", flat=True))


def _of_week(iso_year: int, iso_week: int) -> QuerySet[SummaryDelivery]:
    return SummaryDelivery.objects.filter(kind=SummaryDelivery.Kind.WEEKLY, iso_year=iso_year, iso_week=iso_week)


# --- The periodic run ----------------------------------------------------------------------------------------------


def send_due(*, now: datetime) -> None:
    """Queue due summaries and enqueue a task for each; then send those that earlier runs queued and no task has sent."""
    settle(now=now)
    unsent = ready(now=now)
    for delivery_id in queue_due(now=now):
        publishing.enqueue_on_commit(SEND_TASK, delivery_id=delivery_id)
    send_all(unsent, now=now, budget=outbox.BUDGET)


def settle(*, now: datetime) -> None:
    """Mark rows whose sender died as uncertain, and rows whose window has passed as failed."""
    uncertain = outbox.mark_uncertain(SummaryDelivery.objects.all(), now=now)
    late = SummaryDelivery.objects.filter(status=Status.QUEUED, due_at__lte=now - WINDOW).update(
        status=Status.FAILED, finished_at=now, error="It could not be sent in time."
    )
    if uncertain or late:
        log.error("summaries_need_a_look", uncertain=uncertain, late=late)


def _ready(now: datetime) -> Q:
    return Q(due_at__gt=now - WINDOW) & outbox.due_condition(now)


def ready(*, now: datetime) -> list[int]:
    """The ids of queued rows that may be sent now, the oldest first; at most BATCH."""
    return list(
        SummaryDelivery.objects.filter(_ready(now)).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
    )


def send_all(delivery_ids: Iterable[int], *, now: datetime, budget: float = float("inf")) -> list[Status]:
    """Send the rows one by one, for at most `budget` seconds. Returns the status of each row that this call claimed."""
    outcomes = outbox.send_all(delivery_ids, lambda pk: send(delivery_id=pk, now=now), budget=budget)
    return [Status(outcome) for outcome in outcomes]


# --- One mail -------------------------------------------------------------------------------------------------


def send(*, delivery_id: int, now: datetime) -> Status | None:
    """Send one summary if it is queued and due. Returns its new status, or None if the row could not be claimed."""
    return _send(delivery_id, _ready(now), now)


def send_again(*, delivery_id: int, now: datetime) -> Status | None:
    """Send a summary again that is uncertain or failed. Called only when an administrator asks for it."""
    return _send(delivery_id, outbox.RESENDABLE, now)


def _send(delivery_id: int, condition: Q, now: datetime) -> Status | None:
    rows = SummaryDelivery.objects.select_related("user")
    delivery = outbox.claim(rows, delivery_id, condition, name="weekly", now=now)
    return Status(outbox.send(delivery, lambda: _message(delivery, now), now=now)) if delivery else None


def _message(delivery: SummaryDelivery, now: datetime) -> EmailMultiAlternatives | None:
    """The mail by the current data; None if it would be empty or the user no longer wants it."""
    user = delivery.user
    if not (user.is_active and user.wants_weekly_summary):
        return None
    # From the due time of last week's summary, so that nothing done since then is left out.
    return _compose(user, since=_one_week_before(delivery.due_at, user.zone), message_id=delivery.message_id, now=now)


def _compose(user: User, *, since: datetime, message_id: str, now: datetime) -> EmailMultiAlternatives | None:
    week = content.find_week(user, since=since)
    if week is None:
        return None
    return content.weekly_summary(week, message_id=message_id, unsubscribe_url=unsubscribe_url(user), now=now)


def _one_week_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same local time seven days earlier, also across a change of daylight saving time."""
    return (moment.astimezone(zone) - timedelta(days=7)).astimezone(UTC)


# --- Sending manually --------------------------------------------------------------------------------------------------


def send_now(*, user: User, now: datetime) -> tuple[Status, bool]:
    """Send `user` a summary now. Returns (status, whether it was the regular summary of this week).

    The regular summary is sent through its row if it is due and unsent. Otherwise a copy about the last seven days is
    sent with a Message-ID of its own, and no row is written. Raises sending.DeliveryError if a copy cannot be sent.
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
    """A signed token for the unsubscribe links in the mails of `user`. It does not expire, because old mails must work."""
    return _signer.sign(str(user.uuid))


def unsubscribe_url(user: User) -> str:
    """The absolute URL that switches the summaries of `user` off."""
    return sending.absolute(reverse("courses:summary-unsubscribe", args=[unsubscribe_token(user)]))


def find_user_by_token(token: str) -> User | None:
    """The user of an unsubscribe token; None if the token is invalid or the account no longer exists."""
    try:
        return User.objects.filter(uuid=UUID(_signer.unsign(token))).first()
    except signing.BadSignature:
        return None


def subscribe(*, user: User, wanted: bool) -> None:
    """Switch the weekly summary on or off. Queued summaries check this again before they are sent."""
    User.objects.filter(pk=user.pk).update(wants_weekly_summary=wanted)
