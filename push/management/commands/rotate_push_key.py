"""Make a new key by which push services know the site. Devices that have notifications keep the one that they have."""

from typing import Any

from django.core.management.base import BaseCommand

from push.transports import keys


class Command(BaseCommand):
    help = "Make a new key for notifications. New devices get it; former keys stay for the devices that have them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(keys.rotate())
