"""Configure the app: what staff see on their first page, and what happens when an attempt is deleted."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    name = "analysis"
    verbose_name = _("Item statistics")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from analysis.in_short.answering import answer_quality
        from analysis.models import CountedAttempt
        from courses.overviews import answers

        answers.register(answers.Question.QUALITY, answer_quality)
        pre_delete.connect(_take_away, sender=CountedAttempt, dispatch_uid="analysis")


def _take_away(instance: Any, **context: Any) -> None:
    # Imported here, because a process that deletes nothing needs no question kinds.
    from analysis import counting

    counting.take_away(instance)
