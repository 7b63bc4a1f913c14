"""Configure the app, and answer questions of the staff's first page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Course workspace")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from courses.overviews import answers, jobs
        from courses.overviews.answers import Question
        from workspace.home import dates, listed_jobs, publications, waiting

        answers.register(Question.WAITS, waiting.answer_waits)
        answers.register(Question.WEEK, dates.answer_week)
        answers.register(Question.WEEK, publications.answer_week)
        jobs.register(listed_jobs.COURSE_IMPORTS)
        jobs.register(listed_jobs.REGRADES)
