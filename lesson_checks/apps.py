"""Configure the app, and register what it adds to the pages of lessons."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LessonChecksConfig(AppConfig):
    name = "lesson_checks"
    verbose_name = _("Lesson checks")

    def ready(self) -> None:
        # Imported here, because views need the models, which are not loaded when this module is imported.
        from courses import extensions
        from lesson_checks.in_text import questions_in_texts
        from lesson_checks.pages import lesson_section

        extensions.register_lesson_section(lesson_section)
        extensions.register_questions_in_texts(questions_in_texts)
