"""Configure the app, and register what it adds to lessons, to the search, to the staff's first page and to the weekly summary."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "discussions"
    verbose_name = _("Questions at paragraphs")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from accounts.audit import changes
        from courses.extensions import register_lesson_marks, register_lesson_section
        from courses.overviews import answers
        from courses.summaries.sections import register_rows, register_section
        from discussions.elsewhere.home import answer_waits
        from discussions.elsewhere.lessons import lesson_marks, lesson_section, marked_rows
        from discussions.elsewhere.searching import SOURCE
        from discussions.elsewhere.weekly_summary import find_replies, find_replies_since
        from discussions.models import Post, Report
        from search import sources

        changes.watch(Post, ignored="folded")
        changes.watch(Report)
        register_lesson_section(lesson_section)
        register_lesson_marks("questions", lesson_marks, marked_rows)
        answers.register(answers.Question.WAITS, answer_waits)
        register_rows("replies", find_replies_since)
        register_section("replies", find_replies, order=25)
        sources.register(SOURCE)
