"""Configure the quizzes app: tell courses what is due, and watch its tables for changes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        # Imported here, because views need the models, which are not loaded when this module is imported.
        from accounts.audit import changes
        from courses import extensions
        from courses.outline import revisions
        from quizzes.attempts.rules import get_due_dates
        from quizzes.authoring.models import Quiz, QuizOverride

        extensions.register_due_dates(get_due_dates)
        # A lesson page shows whether it has a lesson check, so a change of the quiz changes the page.
        changes.watch(QuizOverride)
        revisions.watch(Quiz, course="activities", by="activity_id")
