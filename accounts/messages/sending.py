"""Write messages to people, and send their mails. Each is sent at most once: see `common.mail.outbox`.

A row is one message. Its mail waits until others of its kind to the same person have had time to come up, and until the night is
over where the reader is; all of them that are queued by then go in one mail.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.utils import translation

from accounts.messages import switches
from accounts.messages.models import Message
from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from common.mail import outbox, sending
from common.messages import channels
from common.messages.kinds import KINDS, Channel, Entry, FindEntries, MessageKind
from common.queue import publishing

log = structlog.get_logger(__name__)
Status = Message.Status

SEND_TASK = "accounts.messages.tasks.send_message"
# Why a mail is skipped: see `User.is_mail_stopped`.
STOPPED = "Earlier mails to the address came back."
# The most rows that one run of the sweep reads.
BATCH = 1000
# How many of them are sent together: a kind finds what they say together.
TOGETHER = 100
# For so long a mail waits for its kind. While a release is deployed, the old worker does not know the new kinds.
WITHOUT_KIND = timedelta(days=1)


# --- Writing ---------------------------------------------------------------------------------------------------------


def notify(name: str, *, about: Any, now: datetime) -> None:
    """Write a message of the kind `name` to each of its recipients. Idempotent: nobody gets two about the same thing."""
    notify_all(name, pairs=[(about, user_id) for user_id in KINDS[name].recipients(about)], now=now)


def notify_all(name: str, *, pairs: Sequence[tuple[Any, int]], now: datetime) -> None:
    """Write many messages of the kind `name`; `pairs` are (about, user id). Idempotent as `notify`.

    The caller has found the recipients. The number of queries grows by one for each few hundred messages.
    """
    kind = KINDS[name]
    has_mail = _is_mailed(kind)
    rows = [
        Message(
            user_id=user_id,
            kind=kind.name,
            about=kind.reference(about),
            created_at=now,
            is_in_bell=Channel.BELL in kind.channels,
            status=Status.QUEUED if has_mail else Status.NONE,
            due_at=now + kind.bundled_within,
        )
        for about, user_id in pairs
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    channels.queue(kind, [row.uuid for row in rows], now)
    if has_mail and not kind.bundled_within:
        # A row that was there already has another uuid.
        for pk in Message.objects.filter(uuid__in=[row.uuid for row in rows]).values_list("pk", flat=True):
            publishing.enqueue_on_commit(SEND_TASK, message_id=pk)


def resume_all(name: str, *, about: Sequence[Any], now: datetime) -> None:
    """Queue the mails of a kind about these things again that were skipped because their readers might not see them then."""
    kind = KINDS[name]
    skipped = Message.objects.filter(kind=name, about__in=[kind.reference(each) for each in about])
    skipped.filter(status=Status.SKIPPED, error=kind.nothing_left).update(
        status=Status.QUEUED, due_at=now + kind.bundled_within, send_attempts=0, finished_at=None, error=""
    )


def compose(
    kind: MessageKind, user: User, entries: Sequence[Entry], *, message_id: str, now: datetime
) -> EmailMultiAlternatives:
    """Return the mail about `entries`, which are in the reader's language (see `language_of`)."""
    headers = {"Message-ID": message_id}
    unsubscribe_url = ""
    if kind.has_switch:
        unsubscribe_url = switches.off_url(user, kind)
        headers |= sending.list_headers(kind.name, unsubscribe_url)
    message = sending.compose(
        kind.templates,
        {"user": user, "entries": entries, "entry": entries[0], "unsubscribe_url": unsubscribe_url},
        to=user.email,
        language=language_of(user),
        zone=user.zone,
        now=now,
        headers=headers,
    )
    with translation.override(language_of(user)):
        for attached in kind.attachments(user, entries, now):
            message.attach(attached.name, attached.content, attached.content_type)
    return message


def language_of(user: User) -> str:
    """Return the language of mails to `user`."""
    return user.language or settings.LANGUAGE_CODE


# --- Sending ---------------------------------------------------------------------------------------------------------


def send(*, message_id: int, now: datetime) -> Status | None:
    """Send the mail of one message if it may be sent now. Return its new status, or None if it was not claimed."""
    return next(iter(_send_all([message_id], now, float("inf"))), None)


def send_again(*, message_id: int, now: datetime) -> Status | None:
    """Send a mail that is uncertain or failed again, at the request of a person. Returns like `send`.

    If the kind no longer exists, the status is still `failed`.
    """
    row = Message.objects.filter(outbox.RESENDABLE, pk=message_id).first()
    if row is None:
        return None
    kind = _find_kind(row)
    return Status.FAILED if kind is None else _send(row, kind, outbox.RESENDABLE, kind.mail_entries, now)


def send_waiting(*, now: datetime) -> int:
    """Settle mails whose sender died or whose kind was removed, and send those that are due. Return how many mails."""
    uncertain = outbox.mark_uncertain(Message.objects.all(), now=now)
    without_kind = _fail_without_kind(now)
    if uncertain or without_kind:
        log.error("messages_need_a_look", uncertain=uncertain, without_kind=without_kind)
    ready = Message.objects.filter(_ready_condition(now), kind__in=_mailed_kinds()).order_by("due_at", "pk")
    pks = list(ready.values_list("pk", flat=True)[:BATCH])
    with sending.one_connection():
        return _send_all(pks, now, outbox.BUDGET).count(Status.SENT)


def _send_all(pks: Sequence[int], now: datetime, budget: float) -> list[Status]:
    """Send the mails of messages that may be sent now, some at a time. Return the new statuses of those that were claimed."""
    outcomes: list[Status] = []
    start = time.monotonic()
    for first in range(0, len(pks), TOGETHER):
        left = budget - (time.monotonic() - start)
        if left <= 0:
            break
        ready = Message.objects.filter(_ready_condition(now), pk__in=pks[first : first + TOGETHER])
        rows = {row.pk: row for row in ready.select_related("user").order_by("due_at", "pk")}
        send_one = _sender(rows, now)
        outcomes += [Status(each) for each in outbox.send_all(rows, send_one, budget=left)]
    return outcomes


def _sender(rows: Mapping[int, Message], now: datetime) -> Callable[[int], Status | None]:
    """Return the function that sends one of the rows."""
    finds: dict[str, FindEntries] = {}

    def send_one(pk: int) -> Status | None:
        row = rows[pk]
        kind = _find_kind(row)
        if kind is None:
            return None
        if not kind.is_essential and (end := quiet_until(now, row.user.zone)):
            Message.objects.filter(_ready_condition(now), user=row.user, kind=row.kind).update(due_at=end)
            return None
        if kind.name not in finds:
            readers = {each.user_id: each.user for each in rows.values() if each.kind == kind.name}
            finds[kind.name] = _find_together(kind, list(readers.values()), now)
        return _send(row, kind, _ready_condition(now), finds[kind.name], now)

    return send_one


def _find_together(kind: MessageKind, readers: Sequence[User], now: datetime) -> FindEntries:
    """Return what finds the entries of these readers. If that fails for all of them, each is looked at alone."""
    try:
        return kind.entries_of(readers, now)
    except Exception:
        log.exception("messages_not_found_together", kind=kind.name)
        return kind.mail_entries


def _is_mailed(kind: MessageKind) -> bool:
    """Whether the mails of the kind are sent from here."""
    return Channel.MAIL in kind.channels and not kind.sends_own_mail


def _mailed_kinds() -> list[str]:
    return [kind.name for kind in KINDS.values() if _is_mailed(kind)]


def _find_kind(row: Message) -> MessageKind | None:
    """Return the kind of the row; None if there is none any more, or if it no longer sends mails from here."""
    kind = KINDS.get(row.kind)
    return kind if kind is not None and _is_mailed(kind) else None


def _ready_condition(now: datetime) -> Q:
    return Q(due_at__lte=now) & outbox.due_condition(now)


def _fail_without_kind(now: datetime) -> int:
    """Set rows that have waited for long and whose kind no longer exists or sends mails to `failed`. Return how many."""
    return (
        Message.objects.filter(status=Status.QUEUED, due_at__lte=now - WITHOUT_KIND)
        .exclude(kind__in=_mailed_kinds())
        .update(status=Status.FAILED, finished_at=now, error="No kind of messages has this name any more.")
    )


def _send(row: Message, kind: MessageKind, condition: Q, find: FindEntries, now: datetime) -> Status | None:
    claimed = outbox.claim(Message.objects.all(), row.pk, condition, name="message", now=now)
    if claimed is None:
        return None
    siblings = Message.objects.filter(user=claimed.user_id, kind=kind.name)
    others = outbox.claim_others(claimed, siblings, outbox.due_condition(now), now=now)
    return Status(outbox.send(claimed, lambda: _write(kind, [claimed, *others], find, now), now=now, others=others))


def _write(
    kind: MessageKind, rows: Sequence[Message], find: FindEntries, now: datetime
) -> EmailMultiAlternatives | None:
    """Return the mail of the rows by the current data; None if nothing is left of it, or it is no longer wanted."""
    # Read again: the account may have been deleted or closed since the row was claimed.
    user = User.objects.filter(pk=rows[0].user_id, is_active=True).first()
    if user is None or not switches.is_on(user, kind):
        return None
    if user.is_mail_stopped and not kind.goes_after_bounce(user):
        raise outbox.Skip(STOPPED)
    with translation.override(language_of(user)):
        found = find(user, [row.about for row in rows], now)
        entries = [found[row.about] for row in rows if row.about in found]
        for row in rows:
            if row.about not in found:
                outbox.skip(row, kind.nothing_left, now=now)
        if not entries:
            raise outbox.Skip(kind.nothing_left)
    return compose(kind, user, entries, message_id=rows[0].message_id, now=now)
