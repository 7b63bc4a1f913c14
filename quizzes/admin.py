"""The admin's pages for quizzes. Saving publishes: the next attempts start with a new version, running ones keep theirs."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import StackedInline, TabularInline

from common.admin import CourseScopedAdmin, OwnedInline, ReadOnlyAdmin
from quizzes import grading, publishing
from quizzes.models import AcceptedAnswer, Answer, Attempt, AttemptGrade, Choice, Question, Quiz


def publish(request: HttpRequest, quiz: Quiz) -> None:
    """Publish, and tell the author what came of it."""
    before = quiz.current_version
    try:
        version = publishing.publish(quiz)
    except publishing.UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        messages.error(request, _("Saved, but students go on with the last version until this is mended: %s") % faults)
        return
    if before is None or before.pk != version.pk:
        messages.info(
            request,
            _("Version %(number)d is what new attempts start with. Attempts that have begun keep their version.")
            % {"number": version.number},
        )


@admin.register(Quiz)
class QuizAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    instructors: ClassVar[str] = "activity__course__instructors"
    list_display = ("activity", "attempts_allowed", "counts", "pass_mark", "show_answers")
    list_select_related = ("activity",)
    list_filter = ("activity__course",)
    search_fields = ("activity__title", "activity__slug")
    readonly_fields = ("question_links",)
    fields = (
        "activity", "question_links", "title", "intro", "attempts_allowed", "counts", "pass_mark", "show_answers",
        "shuffle_choices",
    )  # fmt: skip

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
        publish(request, form.instance)


class ChoiceFormSet(BaseInlineFormSet[Choice, Question, ModelForm[Choice]]):
    def clean(self) -> None:
        super().clean()
        kept = [
            f.cleaned_data for f in self.forms if f.is_valid() and f.cleaned_data and not f.cleaned_data.get("DELETE")
        ]
        right = sum(bool(data.get("is_correct")) for data in kept)
        if self.instance.kind == Question.Kind.SINGLE_CHOICE and kept and right != 1:
            raise ValidationError(_("A single choice question has exactly one correct choice."))
        if self.instance.kind == Question.Kind.MULTIPLE_CHOICE and kept and not right:
            raise ValidationError(_("A multiple choice question has at least one correct choice."))


class ChoiceInline(OwnedInline, TranslationStackedInline[Choice, Question], StackedInline):  # type: ignore[misc]  # both bases promise the same
    model = Choice
    formset = ChoiceFormSet
    extra = 0
    fields = ("key", "position", "is_correct", "text", "feedback", "lesson")


class AcceptedAnswerInline(OwnedInline, TranslationTabularInline[AcceptedAnswer, Question], TabularInline):  # type: ignore[misc]  # both bases promise the same
    model = AcceptedAnswer
    extra = 0
    fields = ("text", "is_correct", "feedback", "position")


@admin.register(Question)
class QuestionAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    instructors: ClassVar[str] = "quiz__activity__course__instructors"
    list_display = ("text", "quiz", "kind", "points", "archived_at")
    list_filter = ("quiz", "kind")
    list_select_related = ("quiz__activity",)
    search_fields = ("text", "key")
    inlines = (ChoiceInline, AcceptedAnswerInline)
    fields = (
        "quiz", "key", "kind", "position", "points", "text", "lesson", "correct_feedback", "incorrect_feedback",
        "archived_at",
    )  # fmt: skip

    def save_related(
        self, request: HttpRequest, form: ModelForm[Question], formsets: list[BaseModelFormSet[Any, Any]], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        publish(request, form.instance.quiz)


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AnswerInline(ReadOnlyInline):
    model = Answer
    fields = ("question", "response", "saved_at")


class AttemptGradeInline(ReadOnlyInline):
    model = AttemptGrade
    fields = ("revision", "version", "points", "max_points", "at", "details")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "enrolment__course__instructors"
    list_display = ("quiz", "enrolment", "number", "status", "points", "max_points", "submitted_at", "graded_at")
    list_filter = ("status", "quiz")
    list_select_related = ("quiz__activity", "enrolment__user", "enrolment__course")
    search_fields = ("enrolment__user__email", "enrolment__user__name", "uuid")
    inlines = (AnswerInline, AttemptGradeInline)
    actions: ClassVar[list[str]] = ["grade_again"]

    @admin.action(description=gettext_lazy("Try to grade again (only attempts that could not be graded)"))
    def grade_again(self, request: HttpRequest, attempts: QuerySet[Attempt]) -> None:
        count = sum(grading.retry(attempt=attempt) for attempt in attempts)
        messages.info(request, ngettext("%(n)d attempt is queued.", "%(n)d attempts are queued.", count) % {"n": count})
