"""Configure the app and register what it says on the start page and in the weekly summary."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = _("Goals")

    def ready(self) -> None:
        # Imported here, because they need the models, which are not loaded when this module is imported.
        from courses import extensions
        from courses.summaries.sections import register_number
        from goals import steps
        from goals.sections import find_week, today_section

        extensions.register_today_section(today_section)
        register_number(find_week)
        steps.register()
