"""Send the weekly summaries that are due. With --to, send a summary to one person, whether it is due or not."""

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from accounts.models import User
from common.mail import sending
from courses.models import SummaryDelivery
from courses.summaries import deliveries, trials
from mails import planning

Reason = SummaryDelivery.SkipReason


class Command(BaseCommand):
    help = "Send the weekly summaries that are due, or with --to one summary to one person right now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", help="act as if it were this time (ISO 8601 with an offset)")
        parser.add_argument(
            "--test", metavar="EMAIL", help="with --to: send what that person would get to this address"
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many would be sent, and why not the others")
        parser.add_argument("--to", metavar="EMAIL", help="send one summary to this person, due or not")

    def handle(self, *args: Any, **options: Any) -> None:
        now = _moment(options["now"])
        if options["dry_run"]:
            self._plan(now)
        elif options["to"]:
            self._send_to(options["to"], now, options["test"] or "")
        elif options["test"]:
            raise CommandError("--test needs --to: whose summary shall it be?")
        else:
            self._send_due(now)

    def _plan(self, now: datetime) -> None:
        found = planning.plan(now=now)
        self.stdout.write(f"{found.sent} would be sent.")
        for code, count in found.skipped:
            self.stdout.write(f"{count} would not: {_reason(code)}")

    def _send_due(self, now: datetime) -> None:
        deliveries.settle(now=now)
        queued = 0
        while page := deliveries.queue_due(now=now):
            queued += len(page)
        outcomes: Counter[str] = Counter()
        # Rows that another sender holds stay ready.
        while statuses := deliveries.send_all(deliveries.ready(now=now), now=now):
            outcomes.update(status.value for status in statuses)
        counts = ", ".join(f"{count} {status}" for status, count in sorted(outcomes.items())) or "nothing to send"
        self.stdout.write(f"{queued} newly due; {counts}.")

    def _send_to(self, email: str, now: datetime, test: str) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"No account has the address {email}.")
        if not user.is_active or not user.wants_weekly_summary:
            raise CommandError(f"{email} gets no weekly summary: it is switched off, or the account is.")
        if user.is_mail_stopped and not test:
            raise CommandError(f"{email} gets no weekly summary: {_reason(Reason.BOUNCED.value)}")
        try:
            if test:
                status, is_regular = deliveries.send_test(user=user, to=test.strip().lower(), now=now), False
            else:
                status, is_regular = deliveries.send_now(user=user, now=now)
        except (trials.TooManyTests, sending.DeliveryError) as error:
            raise CommandError(f"The mail to {test or email} was not sent: {error}") from error
        if status == deliveries.Status.SKIPPED:
            self.stdout.write(f"There is nothing to tell {email}: no course with something left to do or newly done.")
        elif test:
            self.stdout.write(f"What {email} would get, to {test}: {status.value}.")
        elif is_regular:
            self.stdout.write(f"The summary of this week to {email}: {status.value}.")
        else:
            self.stdout.write(
                f"A copy to {email}: {status.value}. (The regular summary is not due now, or has been sent already.)"
            )


def _reason(code: str) -> str:
    """Return why a summary is not sent, in the language of the rest of the output."""
    with translation.override("en"):
        return planning.label(code)


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--now {text}: {error}.") from error
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--now {text}: write it like 2026-11-23T08:00:00+09:00.")
    return moment
