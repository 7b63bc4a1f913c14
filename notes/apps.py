"""Configure the app: lessons lead to their notes, and the search finds them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotesConfig(AppConfig):
    name = "notes"
    verbose_name = _("Notes")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from courses.extensions import register_lesson_marks, register_lesson_section
        from notes import finding, placing
        from search import sources

        register_lesson_section(placing.lesson_section)
        register_lesson_marks("notes", placing.lesson_marks, placing.marked_rows)
        sources.register(sources.Source("note", _("My notes"), finding.find))
