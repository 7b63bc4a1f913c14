"""Configure the app, and count failed jobs on the staff's first page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OverviewConfig(AppConfig):
    name = "overview"
    verbose_name = _("Overview")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from courses.overviews import answers, mailed
        from overview.failed_jobs import answer_waits
        from overview.weekly.cohorts import answer_cohorts

        answers.register(answers.Question.WAITS, answer_waits)
        mailed.register(mailed.Section("cohorts", _("This week, and the week before"), answer_cohorts, order=10))
