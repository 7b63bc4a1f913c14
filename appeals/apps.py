"""Configure the app, and read appeals together with the gradings of an attempt."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    name = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        # Imported here, because they need the models.
        from accounts.audit import changes
        from appeals.home import answer_waits
        from appeals.models import Appeal
        from appeals.notifying import notify_on_release
        from appeals.reading import appeals_of_attempt
        from courses import extensions
        from courses.overviews import answers
        from courses.overviews.answers import Question
        from quizzes.grading import history

        extensions.register_release(notify_on_release)
        changes.watch(Appeal)
        answers.register(Question.WAITS, answer_waits)
        history.ADDED["appeals"] = appeals_of_attempt()
