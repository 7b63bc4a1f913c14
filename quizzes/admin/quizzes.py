"""Register quizzes and their dates in the admin."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.decorators import action

from courses.admin.classes import CourseScopedAdmin, OwnedInline
from quizzes.admin.forms import QuizDatesForm, QuizForm
from quizzes.admin.pages import regrades
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.taking import deadline


class QuizDatesInline(OwnedInline, TabularInline):
    model = QuizDates
    form = QuizDatesForm
    extra = 0
    fields = ("cohort", "opens_at", "due_at", "closes_at")


@admin.register(Quiz)
class QuizAdmin(CourseScopedAdmin):
    """When a quiz is open, and to whom. What it asks and its rules are written in the workspace."""

    form = QuizForm
    list_display = ("activity", "attempts_allowed", "grading_method", "pass_mark", "show_answers")
    list_select_related = ("activity",)
    list_filter = ("activity__course",)
    search_fields = ("activity__title", "activity__slug")
    readonly_fields = ("activity", "publication_state")
    fields = ("activity", "publication_state", "opens_at", "due_at", "closes_at", "ends_running", "access_code")
    inlines = (QuizDatesInline,)
    actions_detail: ClassVar[list[str]] = ["write_page", "regrade_page", "figures_page"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        # A quiz is added to the outline of its course, in the workspace.
        return False

    @action(description=gettext_lazy("Write the quiz"), url_path="go-write", permissions=["edit"])
    def write_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        quiz = get_object_or_404(self.get_queryset(request).select_related("activity__course"), pk=object_id)
        return redirect("workspace:quiz", quiz.activity.course.slug, quiz.activity.slug)

    @action(description=gettext_lazy("Regrade"), url_path="go-regrade")
    def regrade_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_regrade", object_id)

    @action(description=gettext_lazy("Questions in figures"), url_path="go-figures")
    def figures_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        quiz = get_object_or_404(self.get_queryset(request).select_related("activity__course"), pk=object_id)
        return redirect("analysis:quiz", quiz.activity.course.slug, quiz.activity.slug)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(regrades.regrade_start)
        here = path("<int:quiz_id>/regrade/", view, {"model_admin": self}, name="quizzes_quiz_regrade")
        return [here, *super().get_urls()]

    @admin.display(description=gettext_lazy("published"))
    def publication_state(self, quiz: Quiz) -> str:
        """Return the version that new attempts start with."""
        version = quiz.current_version
        return _("Version %(number)d") % {"number": version.number} if version else _("Not yet")

    def save_related(self, request: HttpRequest, form: ModelForm[Quiz], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        changed = deadline.refresh_deadlines(quiz=form.instance, now=timezone.now())
        if changed:
            messages.info(
                request,
                ngettext(
                    "The deadline of %(n)d open attempt has changed.",
                    "The deadlines of %(n)d open attempts have changed.",
                    changed,
                )
                % {"n": changed},
            )
