"""Send this week's summaries before they go out by themselves, because a person asks for it. Nobody gets two for one week.

The row of the week is the same that the periodic run makes, so each of the two finds what the other has done.
"""

from collections.abc import Sequence
from datetime import datetime

from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from courses.models import SummaryDelivery
from courses.summaries import deliveries
from courses.summaries.schedule import Week, slot_of
from mails import planning
from mails.planning import Standing

Status = SummaryDelivery.Status
Reason = SummaryDelivery.SkipReason
# Nothing was sent through rows of these, so a person may have them tried again.
_AGAIN = (Status.SKIPPED, Status.FAILED)


def week_of(user: User, now: datetime) -> Week:
    """Return the week whose summary `user` gets if it is sent now: the one that is due, else the one of the calendar."""
    slot = slot_of(user)
    return slot.due_week(now) or now.astimezone(slot.zone).date().isocalendar()[:2]


def judge(users: Sequence[User], *, now: datetime) -> dict[int, str]:
    """Return where this week's summary of each user stands, by user id: a Standing or a SkipReason. It writes nothing."""
    ready, found = _find(users, now)
    return {**found, **planning.judge(ready, now)}


def send(users: Sequence[User], *, now: datetime, budget: float) -> dict[int, str]:
    """Send this week's summaries of the users. Return what `judge` does, where GOES means that this call has sent it.

    It starts no mail after `budget` seconds. What is left, and what it is too late in the evening for, the periodic run sends.
    Who gets none because there is nothing to say may still get one later in the week.
    """
    ready, found = _find(users, now)
    found |= planning.judge(ready, now)
    going = [row for row in ready if found[row.user_id] in (Standing.GOES, Standing.LATER)]
    _queue(going, now)
    rows = SummaryDelivery.objects.filter(uuid__in=[row.uuid for row in going])
    due = list(rows.filter(due_at__lte=now).order_by("pk").values_list("pk", flat=True))
    sent = deliveries.send_asked(due, now=now, budget=budget)
    known = {row.user_id: row for row in rows}
    for each in going:
        row = known.get(each.user_id)
        if row is not None and sent.get(row.pk) == Status.SENT:
            found[each.user_id] = Standing.GOES.value
        elif row is not None:
            found[each.user_id] = planning.standing_of(row)
        else:
            # Somebody else has made the row of the week in between, or the account was deleted.
            found[each.user_id] = Standing.SENDING.value
    return found


def _find(users: Sequence[User], now: datetime) -> tuple[list[SummaryDelivery], dict[int, str]]:
    """Return the rows that could be sent now, unsaved, and where the summaries of the other users stand."""
    ready: list[SummaryDelivery] = []
    settled: dict[int, str] = {}
    for week, members in _by_week(users, now).items():
        known = {row.user_id: row for row in deliveries.rows_of(members, week)}
        ready += deliveries.make_rows([user for user in members if user.pk not in known], week, at=now)
        for row in known.values():
            if row.status in _AGAIN:
                row.due_at = row.period_end = now
                ready.append(row)
            elif row.status == Status.QUEUED and row.due_at <= now:
                ready.append(row)
            else:
                settled[row.user_id] = planning.standing_of(row)
    return ready, settled


def _by_week(users: Sequence[User], now: datetime) -> dict[Week, list[User]]:
    found: dict[Week, list[User]] = {}
    for user in users:
        found.setdefault(week_of(user, now), []).append(user)
    return found


def _queue(rows: Sequence[SummaryDelivery], now: datetime) -> None:
    """Store new rows, and queue those again that were skipped or failed. Where it is night, they are due in the morning."""
    fresh = [row for row in rows if row._state.adding]
    again: dict[datetime, list[int]] = {}
    for row in rows:
        due = quiet_until(now, row.user.zone) or now
        if row._state.adding:
            row.due_at = row.period_end = due
        elif row.status in _AGAIN:
            again.setdefault(due, []).append(row.pk)
    SummaryDelivery.objects.bulk_create(fresh, ignore_conflicts=True)
    for due, pks in again.items():
        # Another worker may have queued or sent them since they were read.
        SummaryDelivery.objects.filter(pk__in=pks, status__in=_AGAIN).update(
            status=Status.QUEUED, due_at=due, period_end=due, finished_at=None, error=""
        )
