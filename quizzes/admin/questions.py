"""Register questions in the admin, with their choices and accepted answers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import URLPattern, path
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import StackedInline, TabularInline

from common.admin.classes import CourseScopedAdmin, OwnedInline
from quizzes.admin.forms import ChoiceFormSet, QuestionForm
from quizzes.admin.pages import try_answers
from quizzes.admin.publishing import publish
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz
from quizzes.questions import KINDS


class _RowsByKind:
    """Adds empty rows to an inline for browsers without JavaScript, unless the question kind has no such rows."""

    rows: ClassVar[str]
    initial_rows: ClassVar[int]

    def get_extra(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> int:
        if obj is not None and obj.kind in KINDS and KINDS[obj.kind].rows != self.rows:
            return 0
        is_new = obj is None or not getattr(obj, self.rows).exists()
        return self.initial_rows if is_new else 1


class ChoiceInline(_RowsByKind, OwnedInline, TranslationStackedInline[Choice, Question], StackedInline):  # type: ignore[misc]  # both bases declare the same attributes
    rows = "choices"
    initial_rows = 4
    model = Choice
    formset = ChoiceFormSet
    fields = ("key", "position", "is_correct", "text", "feedback", "lesson")


class AcceptedAnswerInline(  # type: ignore[misc]  # both bases declare the same attributes
    _RowsByKind, OwnedInline, TranslationTabularInline[AcceptedAnswer, Question], TabularInline
):
    rows = "answers"
    initial_rows = 2
    model = AcceptedAnswer
    fields = ("text", "is_correct", "feedback", "position")


@admin.register(Question)
class QuestionAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    instructors: ClassVar[str] = "quiz__activity__course__instructors"
    list_display = ("text", "quiz", "kind", "points", "archived_at")
    list_filter = ("quiz", "kind")
    list_select_related = ("quiz__activity",)
    search_fields = ("text", "key")
    inlines = (ChoiceInline, AcceptedAnswerInline)
    form = QuestionForm
    fields = (
        "quiz", "key", "kind", "pool", "position", "points", "text", "definition", "lesson", "correct_feedback",
        "incorrect_feedback", "archived_at",
    )  # fmt: skip
    change_form_outer_after_template = "admin/quizzes/_try_box.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(try_answers.try_answers)
        here = path("<int:question_id>/try/", view, {"model_admin": self}, name="quizzes_question_try")
        return [here, *super().get_urls()]

    def save_related(
        self, request: HttpRequest, form: ModelForm[Question], formsets: list[BaseModelFormSet[Any, Any]], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        publish(request, form.instance.quiz)
        if change and "quiz" in form.changed_data:
            # The question was moved, so the quiz that it left must be published without it.
            publish(request, Quiz.objects.select_related("activity__course").get(pk=form.initial["quiz"]))
