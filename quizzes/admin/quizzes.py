"""Register quizzes and their dates in the admin."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from modeltranslation.admin import TranslationAdmin
from unfold.admin import TabularInline
from unfold.decorators import action

from common.admin.classes import CourseScopedAdmin, OwnedInline
from courses.models import Cohort, Course
from quizzes.admin.forms import QuizDatesForm, QuizForm
from quizzes.admin.pages import regrades
from quizzes.admin.publishing import publish, warn_about_changed_grades
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.taking import deadline


class QuizDatesInline(OwnedInline, TabularInline):
    model = QuizDates
    form = QuizDatesForm
    extra = 0
    fields = ("cohort", "opens_at", "due_at", "closes_at")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "cohort" and not request.user.is_superuser:
            kwargs["queryset"] = Cohort.objects.filter(course__in=Course.objects.for_instructor(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Quiz)
class QuizAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    instructors: ClassVar[str] = "activity__course__instructors"
    form = QuizForm
    list_display = ("activity", "attempts_allowed", "grading_method", "pass_mark", "show_answers")
    list_select_related = ("activity",)
    list_filter = ("activity__course",)
    search_fields = ("activity__title", "activity__slug")
    readonly_fields = ("publication_state", "question_links")
    fields = (
        "activity", "publication_state", "question_links", "title", "intro", "attempts_allowed", "grading_method",
        "pass_mark", "show_answers",
        "shuffle_choices", "shuffle_questions", "pools", "time_limit", "grace", "opens_at", "due_at", "closes_at",
        "ends_running", "late_rule", "late_deduction", "access_code",
    )  # fmt: skip
    inlines = (QuizDatesInline,)
    actions_detail: ClassVar[list[str]] = ["regrade_page"]

    @action(description=gettext_lazy("Regrade"), url_path="go-regrade")
    def regrade_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_regrade", object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(regrades.regrade_start)
        here = path("<int:quiz_id>/regrade/", view, {"model_admin": self}, name="quizzes_quiz_regrade")
        return [here, *super().get_urls()]

    @admin.display(description=gettext_lazy("published"))
    def publication_state(self, quiz: Quiz) -> SafeString | str:
        """Return the version that students get, and the faults that prevent a newer version."""
        if quiz._state.adding:
            return "–"
        version = quiz.current_version
        faults = publishing.find_faults(quiz)
        if faults:
            items = format_html_join("", "<li>{}: {}</li>", faults)
            heading = (
                _("Students get version %(number)d until these faults are corrected:") % {"number": version.number}
                if version
                else _("Students cannot start the quiz until these faults are corrected:")
            )
            return format_html('<p><strong>{}</strong></p><ul class="list-disc pl-5">{}</ul>', heading, items)
        return _("Version %(number)d") % {"number": version.number} if version else _("Not yet")

    @admin.display(description=gettext_lazy("questions"))
    def question_links(self, quiz: Quiz) -> SafeString | str:
        if quiz._state.adding:
            return "–"
        return format_html_join(
            "",
            '<div><a href="{}">{}. {}</a></div>',
            (
                (reverse("admin:quizzes_question_change", args=[question.pk]), number, question)
                for number, question in enumerate(quiz.questions.filter(archived_at=None), 1)
            ),
        )

    def save_related(self, request: HttpRequest, form: ModelForm[Quiz], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_about_changed_grades(request, form.instance)
        publish(request, form.instance)
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
