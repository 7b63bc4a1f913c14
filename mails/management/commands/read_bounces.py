"""Read bounces and complaints from the mailbox of BAEUM_BOUNCE_MAILBOX_URL, as the worker does by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mails.bounces import mailbox


class Command(BaseCommand):
    help = "Read what has come into the mailbox for bounces since the last time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = mailbox.read_new(now=timezone.now())
        except mailbox.Unreadable as error:
            raise CommandError(f"The mailbox cannot be read: {error}") from error
        if count is None:
            raise CommandError("BAEUM_BOUNCE_MAILBOX_URL is not set.")
        self.stdout.write(f"{count} messages were read.")
