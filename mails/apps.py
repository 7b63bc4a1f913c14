"""Configure the app, and register what the weekly summary says of quizzes, and mailings on the page of jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailsConfig(AppConfig):
    name = "mails"
    verbose_name = _("Mails")

    def ready(self) -> None:
        # Imported here, because they need the models, which are not loaded when this module is imported.
        from courses.overviews import jobs
        from courses.summaries.sections import register_number, register_rows, register_section
        from mails import listed_jobs
        from mails.sections.answered import find_answered
        from mails.sections.due import find_due
        from mails.sections.feedback import find_comments, find_feedback
        from mails.sections.practice import find_due_cards, find_practice

        register_section("due", find_due, order=10)
        register_section("feedback", find_feedback, order=30)
        register_section("practice", find_practice, order=40)
        register_number(find_answered)
        register_rows("comments", find_comments)
        register_rows("cards", find_due_cards)
        jobs.register(listed_jobs.SOURCE)
