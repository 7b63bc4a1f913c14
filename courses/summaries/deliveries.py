"""Queue and send weekly summaries, each at most once.

The table `SummaryDelivery` is the queue. Its rows are unique by user, ISO week and kind. `common.mail.batches` claims some rows
before it sends their mails. A task in the broker only saves time: without it, the next periodic run sends the mail.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from datetime import time as clock_time
from functools import partial
from uuid import uuid4

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from common.mail import batches, outbox, sending
from common.mail.outbox import Skip
from common.queue import publishing
from courses.models import Enrolment, SummaryDelivery
from courses.summaries import content, trials
from courses.summaries.content import Period, Summary
from courses.summaries.schedule import WINDOW, Slot, Week, period_start, slot_of

log = structlog.get_logger(__name__)

RUN_TASK = "courses.tasks.send_weekly_summaries"
SEND_TASK = "courses.tasks.send_weekly_summaries_of"
Status = SummaryDelivery.Status
Reason = SummaryDelivery.SkipReason

# How many rows are queued together. More than these are never in memory.
BATCH = 5_000
# How many queued rows are looked for together.
READY = 1_000
# How many summaries are sent together: what they say is found together, and they go over one connection. A task is for so many.
TOGETHER = 100


# --- Queueing --------------------------------------------------------------------------------------------------------


def get_enrolled() -> QuerySet[User]:
    """Return the active users who have an active enrolment in a published course."""
    return User.objects.filter(Exists(Enrolment.objects.active().filter(user=OuterRef("pk"))), is_active=True)


def get_subscribers() -> QuerySet[User]:
    """Return those of the enrolled who want the summary."""
    return get_enrolled().filter(wants_weekly_summary=True)


def due_weeks(*, now: datetime, among: QuerySet[User] | None = None) -> dict[Week, Q]:
    """Return the weeks whose summaries are due now for somebody of `among`, with the condition for those people. One query.

    Without `among`, it looks at the subscribers.
    """
    # By day and time, so that the condition has few parts, however many time zones there are.
    names: dict[Week, dict[tuple[int, clock_time], list[str]]] = {}
    people = get_subscribers() if among is None else among
    chosen = people.order_by().values_list("time_zone", "summary_day", "summary_time").distinct()
    for name, day, at in chosen:
        if week := Slot(User(time_zone=name).zone, day, at).due_week(now):
            names.setdefault(week, {}).setdefault((day, at), []).append(name)
    return {
        week: Q(
            *(Q(summary_day=day, summary_time=at, time_zone__in=zones) for (day, at), zones in slots.items()),
            _connector=Q.OR,
        )
        for week, slots in names.items()
    }


def rows_of(users: Sequence[User], week: Week) -> QuerySet[SummaryDelivery]:
    """Return the rows that some of the users have for the week, with their users."""
    return _rows_of_week(week).filter(user__in=users).select_related("user")


def _rows_of_week(week: Week) -> QuerySet[SummaryDelivery]:
    return SummaryDelivery.objects.filter(kind=SummaryDelivery.Kind.WEEKLY, iso_year=week[0], iso_week=week[1])


def _not_queued(week: Week, those: Q) -> QuerySet[User]:
    """Return the subscribers of `due_weeks` who have no row for the week."""
    queued = _rows_of_week(week).filter(user=OuterRef("pk"))
    return get_subscribers().filter(those).filter(~Exists(queued)).order_by("pk")


def queue_due(*, now: datetime) -> list[int]:
    """Insert rows for due summaries that have none, at most BATCH for each week. Return the ids of the inserted rows.

    The number of queries does not depend on the number of students or time zones, but for one statement for each thousand rows.
    """
    rows = [
        row
        for week, those in due_weeks(now=now).items()
        for row in make_rows(list(_not_queued(week, those)[:BATCH]), week)
    ]
    if not rows:
        return []
    SummaryDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    # If a concurrent run has inserted a row first, that row has another uuid and is not returned.
    first, last = min(row.due_at for row in rows), max(row.due_at for row in rows)
    ours = {row.uuid for row in rows}
    queued = SummaryDelivery.objects.filter(
        due_at__range=(first, last), status=Status.QUEUED, user__in=[row.user_id for row in rows]
    ).order_by("pk")
    return [pk for pk, uuid in queued.values_list("pk", "uuid") if uuid in ours]


def make_rows(users: Sequence[User], week: Week, *, at: datetime | None = None) -> list[SummaryDelivery]:
    """Return unsaved rows of the week. Each tells what happened since the last summary of its user. One query.

    They are due when their users have chosen, or at the moment `at`.
    """
    told = SummaryDelivery.objects.filter(
        user__in=users, status__in=[Status.SENT, Status.SKIPPED, Status.UNCERTAIN], period_end__isnull=False
    )
    last = dict(told.order_by().values_list("user").annotate(last=Max("period_end")))
    rows = []
    for user in users:
        due = at or slot_of(user).due_at(week)
        start = period_start(due, last.get(user.pk), user.zone)
        rows.append(
            SummaryDelivery(
                user=user, iso_year=week[0], iso_week=week[1], due_at=due, period_start=start, period_end=due
            )
        )
    return rows


# --- The periodic run ----------------------------------------------------------------------------------------------


def send_due(*, now: datetime, budget: float = outbox.BUDGET) -> None:
    """Queue due summaries and enqueue tasks for them. Then send those that earlier runs queued and no task has sent.

    If `budget` seconds are not enough to queue all, another run is enqueued at once.
    """
    settle(now=now)
    unsent = ready(now=now)
    start = time.monotonic()
    while queued := queue_due(now=now):
        publishing.enqueue_all_on_commit(SEND_TASK, "delivery_ids", queued, size=TOGETHER)
        if time.monotonic() - start >= budget:
            publishing.enqueue_on_commit(RUN_TASK)
            return
    send_all(unsent, now=now, budget=budget - (time.monotonic() - start))


def send_enqueued(delivery_ids: Sequence[int], *, now: datetime, budget: float = outbox.BUDGET) -> None:
    """Send the rows of one task. Those that a slow mail server leaves no time for become another task."""
    if send_all(delivery_ids, now=now, budget=budget):
        left = SummaryDelivery.objects.filter(ready_condition(now), pk__in=delivery_ids).order_by("due_at", "pk")
        publishing.enqueue_all_on_commit(SEND_TASK, "delivery_ids", left.values_list("pk", flat=True), size=TOGETHER)


def settle(*, now: datetime) -> None:
    """Finish what dead senders have left. Mark what nobody knows as uncertain, and what is too late to send as failed."""
    batches.recover(SummaryDelivery.objects.all(), now=now)
    uncertain = outbox.mark_uncertain(SummaryDelivery.objects.all(), now=now)
    late = SummaryDelivery.objects.filter(status=Status.QUEUED, due_at__lte=now - WINDOW).update(
        status=Status.FAILED, finished_at=now, error="It could not be sent in time."
    )
    if uncertain or late:
        log.error("summaries_need_a_look", uncertain=uncertain, late=late)


def ready_condition(now: datetime) -> Q:
    """Return the condition for rows that may be sent now."""
    return Q(due_at__gt=now - WINDOW, due_at__lte=now) & outbox.due_condition(now)


def ready(*, now: datetime) -> list[int]:
    """Return the ids of queued rows that may be sent now, the oldest first; at most READY."""
    return list(
        SummaryDelivery.objects.filter(ready_condition(now))
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:READY]
    )


def send_all(delivery_ids: Iterable[int], *, now: datetime, budget: float = float("inf")) -> list[Status]:
    """Send the rows until `budget` seconds have passed. Return the status of each row that this call claimed."""
    return list(_send_all(delivery_ids, ready_condition(now), now, budget).values())


def send(*, delivery_id: int, now: datetime) -> Status | None:
    """Send one summary if it may be sent now. Return its new status, or None if the row could not be claimed."""
    return next(iter(send_all([delivery_id], now=now)), None)


def send_again(*, delivery_id: int, now: datetime) -> Status | None:
    """Send an uncertain or failed summary again. Return its new status, or None if the row could not be claimed.

    Only an administrator may start this, because an uncertain summary may arrive twice.
    """
    return _send_all([delivery_id], outbox.RESENDABLE, now, float("inf")).get(delivery_id)


def send_asked(delivery_ids: Iterable[int], *, now: datetime, budget: float) -> dict[int, Status]:
    """Send queued rows without their pauses, because a person asks. Return {id: status} of those that this call claimed."""
    return _send_all(delivery_ids, Q(status=Status.QUEUED), now, budget)


# --- Some mails ------------------------------------------------------------------------------------------------------


def _send_all(delivery_ids: Iterable[int], condition: Q, now: datetime, budget: float) -> dict[int, Status]:
    """Send the rows that meet `condition`, some at a time, with one claim for these. What they say is read after it.

    Return {id: status} of the rows whose mails this call has tried.
    """
    outcomes: dict[int, Status] = {}
    rest = list(dict.fromkeys(delivery_ids))
    start = time.monotonic()
    while rest and (left := budget - (time.monotonic() - start)) > 0:
        ids, rest = rest[:TOGETHER], rest[TOGETHER:]
        waiting = SummaryDelivery.objects.filter(condition, pk__in=ids).select_related("user").order_by("due_at", "pk")
        with batches.claimed(waiting, name="weekly", now=now, choose=partial(_without_sleepers, now=now)) as batch:
            # The task of rows that another run has sent.
            summaries = find_summaries_of(batch.rows, now, again=True) if batch.rows else {}
            _note_editions(batch.rows, summaries)
            with sending.one_connection():
                batch.send_all(lambda row: _write(row, summaries.get(row.user_id), now), budget=left)  # noqa: B023 (it is called at once)
        outcomes |= {pk: Status(status) for pk, status in batch.outcomes.items()}
        # A batch ends early if it takes too long for its claim.
        rest = [row.pk for row in batch.rows if row.pk not in outcomes] + rest
    return outcomes


def _without_sleepers(rows: list[SummaryDelivery], *, now: datetime) -> list[SummaryDelivery]:
    """Put rows off that would go out in quiet hours, after a downtime. Return the others. A person may send at any time."""
    sleeping: dict[datetime, list[int]] = {}
    for row in rows:
        if row.status == Status.QUEUED and (end := quiet_until(now, row.user.zone)):
            sleeping.setdefault(end, []).append(row.pk)
    for end, pks in sleeping.items():
        SummaryDelivery.objects.filter(pk__in=pks).update(due_at=end)
    waiting = {pk for pks in sleeping.values() for pk in pks}
    return [row for row in rows if row.pk not in waiting]


def _note_editions(rows: Sequence[SummaryDelivery], summaries: Mapping[int, Summary | Exception]) -> None:
    changed: dict[str, list[int]] = {}
    for row in rows:
        summary = summaries.get(row.user_id)
        if isinstance(summary, Summary) and summary.skip is None and summary.edition != row.edition:
            changed.setdefault(summary.edition, []).append(row.pk)
    for edition, pks in changed.items():
        SummaryDelivery.objects.filter(pk__in=pks).update(edition=edition)


def find_summaries_of(
    rows: Sequence[SummaryDelivery], now: datetime, *, again: bool = False
) -> dict[int, Summary | Exception]:
    """Return what the rows say, by user id. What fails for somebody is their exception; the others get theirs.

    With `again` the accounts are read again: somebody may have been deleted, or may want no mails any more.
    """
    periods = [period_of(row) for row in rows]
    try:
        return {**content.find_summaries([replace(each, user=None) for each in periods] if again else periods, now=now)}
    except Exception as error:  # noqa: BLE001 (it is logged and stored when the row is sent)
        if len(rows) == 1:
            return {rows[0].user_id: error}
        return {pk: found for row in rows for pk, found in find_summaries_of([row], now, again=again).items()}


def period_of(row: SummaryDelivery) -> Period:
    """Return what a row tells about. Rows of before there were periods tell about the week before they were due."""
    end = row.period_end or row.due_at
    return Period(row.user_id, row.period_start or period_start(end, None, row.user.zone), end, row.user)


def _write(row: SummaryDelivery, summary: Summary | Exception | None, now: datetime) -> EmailMultiAlternatives:
    if summary is None:
        raise Skip(Reason.CLOSED.value)
    if isinstance(summary, Exception):
        raise summary
    path = reverse("summaries:summary-detail", args=[row.uuid])
    return content.write(summary, message_id=row.message_id, page_path=path, now=now)


# --- Sending manually ------------------------------------------------------------------------------------------------


def send_now(*, user: User, now: datetime) -> tuple[Status, bool]:
    """Send `user` a summary now. Return (status, whether it was the regular summary of this week).

    If the regular summary is due and not sent yet, it is sent through its row. Otherwise a copy about the last seven days is
    sent. The copy has its own Message-ID and no row. Raises sending.DeliveryError if the copy cannot be sent.
    """
    week = slot_of(user).due_week(now)
    if week and user.is_active and user.wants_weekly_summary:
        [fresh] = make_rows([user], week)
        SummaryDelivery.objects.bulk_create([fresh], ignore_conflicts=True)
        row = SummaryDelivery.objects.get(user=user, kind=fresh.kind, iso_year=week[0], iso_week=week[1])
        if outcome := send(delivery_id=row.pk, now=now):
            return outcome, True
    return send_copy(user=user, now=now), False


def send_copy(*, user: User, now: datetime) -> Status:
    """Send `user` a summary of the last seven days without a row. Raises sending.DeliveryError."""
    summary = _last_seven_days(user, now)
    # A person asks for this mail, who may want to see one that would not go out by itself.
    shown = replace(summary, skip=None) if summary.skip in (Reason.OFF, Reason.PAUSED) and summary.courses else summary
    message_id = sending.message_id(f"weekly-copy-{uuid4()}")
    try:
        message = content.write(shown, message_id=message_id, page_path=reverse("summaries:summary-list"), now=now)
    except Skip:
        return Status.SKIPPED
    sending.deliver(message)
    return Status.SENT


def send_test(*, user: User, to: str, now: datetime) -> Status:
    """Send to `to` what `user` would get, without a token of theirs. Raises trials.TooManyTests and sending.DeliveryError."""
    summary = _last_seven_days(user, now)
    if not summary.courses:
        return Status.SKIPPED
    trials.deliver(content.write_preview(summary, to=to, now=now))
    return Status.SENT


def _last_seven_days(user: User, now: datetime) -> Summary:
    period = Period(user.pk, period_start(now, None, user.zone), now, user)
    return content.find_summaries([period], now=now)[user.pk]
