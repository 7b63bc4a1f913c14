"""Configure the app: lessons lead to their questions, staff see on their first page what waits, and changes are audited."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionsConfig(AppConfig):
    name = "discussions"
    verbose_name = _("Questions at paragraphs")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from accounts.audit import changes
        from courses.extensions import register_lesson_section
        from courses.overviews import answers
        from discussions.elsewhere.home import answer_waits
        from discussions.elsewhere.lessons import lesson_section
        from discussions.models import Post, Report

        changes.watch(Post, ignored="folded")
        changes.watch(Report)
        register_lesson_section(lesson_section)
        answers.register(answers.Question.WAITS, answer_waits)
