"""Configure the quizzes app and register its sections in course pages and mails."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        # Imported here, because views need the models, which are not loaded when this module is imported.
        from accounts.audit import changes
        from courses.extensions import (
            register_lesson_section,
            register_student_section,
            register_summary_line,
            register_today_section,
        )
        from courses.outline import revisions
        from quizzes.authoring.models import Quiz, QuizOverride
        from quizzes.practice.pages import student_section, summary_line
        from quizzes.results import today
        from quizzes.taking.pages.lesson_checks import lesson_section

        register_lesson_section(lesson_section)
        register_student_section(student_section)
        register_summary_line(summary_line)
        register_today_section(today.due_section)
        register_today_section(today.result_section)
        # A lesson page shows whether it has a lesson check, so a change of the quiz changes the page.
        changes.watch(QuizOverride)
        revisions.watch(Quiz, course="activities", by="activity_id")
