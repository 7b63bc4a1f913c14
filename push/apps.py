"""Configure the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PushConfig(AppConfig):
    name = "push"
    verbose_name = _("Notifications on devices")

    def ready(self) -> None:
        # Imported here, because they need the models.
        from common.messages import channels
        from push.deliveries import writing

        channels.register(writing.CHANNEL, writing.queue_all)
