"""Configure the app, and register what it shows on the student's first page and on the pages of courses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = _("Practice")

    def ready(self) -> None:
        # Imported here, because views need the models, which are not loaded when this module is imported.
        from courses import extensions
        from practice.pages import student_section, today_section

        extensions.register_student_section(student_section)
        extensions.register_today_section(today_section)
