"""Add the way to the import and export of questions to the admin of quizzes, and tell students when dates are changed there.

This replaces the admin class registered by `quizzes`, which may not import this app.
"""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from calendars import changes
from courses.roles.rules import Permission
from quizzes.admin.quizzes import QuizAdmin
from quizzes.authoring.models import Quiz

admin.site.unregister(Quiz)


def _export(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    # The pages import the readers and writers of all formats. No other request needs them: 2 MB in each web process.
    from exchange import pages

    answer: HttpResponse = pages.question_export(request, **kwargs)
    return answer


@admin.register(Quiz)
class QuizExchangeAdmin(QuizAdmin):
    actions_detail: ClassVar[list[str]] = [*QuizAdmin.actions_detail, "import_questions", "export_questions"]

    @action(description=gettext_lazy("Import questions"), url_path="go-import", permissions=["edit"])
    def import_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        quiz = self.get_row_or_404(request, object_id, Permission.EDIT, Quiz.objects.select_related("activity__course"))
        return redirect("exchange:import", quiz.activity.course.slug, quiz.activity.slug)

    @action(description=gettext_lazy("Export questions"), url_path="go-export")
    def export_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_export", object_id)

    def save_model(self, request: HttpRequest, obj: Quiz, form: Any, change: bool) -> None:
        form.dates_before = changes.find_dates(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        notified = changes.notify_students(form.instance, form.dates_before, now=timezone.now())
        if notified:
            text = ngettext("%(n)d student is told the new dates.", "%(n)d students are told the new dates.", notified)
            messages.info(request, text % {"n": notified})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(_export)
        return [
            path("<int:quiz_id>/export/", view, {"model_admin": self}, name="quizzes_quiz_export"),
            *super().get_urls(),
        ]
