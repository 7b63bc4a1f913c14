"""Configure the app, and say on the staff's first page how good the quizzes are."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    name = "analysis"
    verbose_name = _("Item statistics")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from analysis.in_short.answering import answer_quality
        from courses.overviews import answers

        answers.register(answers.Question.QUALITY, answer_quality)
