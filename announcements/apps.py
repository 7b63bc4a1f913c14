"""Configure the app, and register what it says on the staff's first page and in the weekly summary."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnnouncementsConfig(AppConfig):
    name = "announcements"
    verbose_name = _("Announcements")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from announcements import listed_jobs
        from announcements.elsewhere.weekly_summary import find_announcements, find_received
        from announcements.home import answer_week
        from courses.overviews import answers, jobs
        from courses.summaries.sections import register_rows, register_section

        answers.register(answers.Question.WEEK, answer_week)
        jobs.register(listed_jobs.SOURCE)
        register_rows("announcements", find_received)
        register_section("announcements", find_announcements, order=20)
