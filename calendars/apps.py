"""Configure the app, and tell students of the dates of another cohort."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    name = "calendars"
    verbose_name = _("Calendars")

    def ready(self) -> None:
        # Imported here, because it needs the models, which are not loaded when this module is imported.
        from calendars.changes import telling_moved
        from courses import extensions

        extensions.register_moving(telling_moved)
