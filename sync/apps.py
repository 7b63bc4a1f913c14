"""Configure the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from bundles import allowed
from sync.kinds.fields import FIELDS, NEED_NETWORK


class SyncConfig(AppConfig):
    name = "sync"
    verbose_name = _("Work without a network")

    def ready(self) -> None:
        allowed.register(FIELDS, NEED_NETWORK)
