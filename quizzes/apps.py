"""Configure the quizzes app and register its sections in course pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Quizzes")

    def ready(self) -> None:
        # Imported here, because views need the models, which are not loaded when this module is imported.
        from accounts.audit import changes
        from courses import extensions
        from courses.outline import revisions
        from quizzes.attempts.rules import get_due_dates
        from quizzes.authoring.models import Quiz, QuizOverride
        from quizzes.lesson_checks.in_text import questions_in_texts
        from quizzes.lesson_checks.pages import lesson_section
        from quizzes.practice.pages import student_section, today_section

        extensions.register_lesson_section(lesson_section)
        extensions.register_questions_in_texts(questions_in_texts)
        extensions.register_student_section(student_section)
        extensions.register_due_dates(get_due_dates)
        extensions.register_today_section(today_section)
        # A lesson page shows whether it has a lesson check, so a change of the quiz changes the page.
        changes.watch(QuizOverride)
        revisions.watch(Quiz, course="activities", by="activity_id")
