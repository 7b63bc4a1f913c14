"""The admin's pages for quizzes. Saving publishes: the next attempts start with a new version, running ones keep theirs."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common.admin import CourseScopedAdmin, OwnedInline, ReadOnlyAdmin, tell_sent
from common.api import DomainError
from courses import gradebook
from courses.models import Cohort, Course, Enrolment, GradeItem
from quizzes import attempts, explaining, grading, notices, publishing, regrading
from quizzes.forms import ChoiceFormSet, QuestionForm, QuizDatesForm, QuizExceptionForm, QuizForm
from quizzes.models import (
    AcceptedAnswer,
    Answer,
    Attempt,
    AttemptGrade,
    Choice,
    GradeNotice,
    HandInFile,
    LateAnswer,
    Question,
    Quiz,
    QuizDates,
    QuizException,
    Regrade,
    Review,
)
from quizzes.questions import KINDS
from quizzes.views import exchange, regrades, reviewing, trying


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
        _offer_regrade(request, quiz)


def _offer_regrade(request: HttpRequest, quiz: Quiz) -> None:
    """Grades that were given stand until a person says otherwise: lead to where that is done."""
    if count := regrading.outdated(quiz).count():
        said = ngettext(
            "%(n)d attempt was graded by an earlier version, and that grade stands.",
            "%(n)d attempts were graded by an earlier version, and those grades stand.",
            count,
        )
        url = reverse("admin:quizzes_quiz_regrade", args=[quiz.pk])
        words = _("See what the present key would change")
        messages.warning(
            request, format_html('{} <a class="underline" href="{}">{}</a>', said % {"n": count}, url, words)
        )


def _tell_moved(request: HttpRequest, quiz: Quiz) -> None:
    """Name whose standing another rule moves, before it does; those who lose by it first."""
    item = GradeItem.objects.filter(activity=quiz.activity).first()
    if item is None or item.counts == quiz.counts:
        return
    moved = gradebook.moved(item, GradeItem(counts=quiz.counts))
    students = Enrolment.objects.filter(pk__in=moved).select_related("user").order_by("user__name")
    told = sorted(
        (after - before, f"{student.user} {before}% → {after}%")
        for student in students
        for before, after in [moved[student.pk]]
    )
    if told:
        messages.warning(
            request,
            ngettext(
                "By the other rule of which attempt counts, %(n)d student stands at something else now: %(who)s.",
                "By the other rule of which attempt counts, %(n)d students stand at something else now: %(who)s.",
                len(told),
            )
            % {
                "n": len(told),
                "who": publishing.named([text for _by, text in told]),
            },
        )


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
    list_display = ("activity", "attempts_allowed", "counts", "pass_mark", "show_answers")
    list_select_related = ("activity",)
    list_filter = ("activity__course",)
    search_fields = ("activity__title", "activity__slug")
    readonly_fields = ("standing", "question_links")
    fields = (
        "activity", "standing", "question_links", "title", "intro", "attempts_allowed", "counts", "pass_mark", "show_answers",
        "shuffle_choices", "shuffle_questions", "pools", "time_limit", "grace", "opens_at", "due_at", "closes_at",
        "ends_running", "late_rule", "late_deduction", "access_code",
    )  # fmt: skip
    inlines = (QuizDatesInline,)
    actions_detail: ClassVar[list[str]] = ["regrade_page", "import_questions", "export_questions"]

    @action(description=gettext_lazy("Import questions"), url_path="go-import")
    def import_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_import", object_id)

    @action(description=gettext_lazy("Export questions"), url_path="go-export")
    def export_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_export", object_id)

    @action(description=gettext_lazy("Regrade"), url_path="go-regrade")
    def regrade_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_regrade", object_id)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            ("regrade", regrades.regrade_start),
            ("import", exchange.question_import),
            ("export", exchange.question_export),
        ]
        return [
            *(
                path(
                    f"<int:quiz_id>/{name}/",
                    self.admin_site.admin_view(view),
                    {"model_admin": self},
                    name=f"quizzes_quiz_{name}",
                )
                for name, view in pages
            ),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("published"))
    def standing(self, quiz: Quiz) -> SafeString | str:
        """Which version students meet, and what keeps a newer one from them."""
        if quiz._state.adding:
            return "–"
        version = quiz.current_version
        faults = publishing.faults(quiz)
        if faults:
            told = format_html_join("", "<li>{}: {}</li>", faults)
            words = (
                _("Students meet version %(number)d until this is mended:") % {"number": version.number}
                if version
                else _("Students meet nothing until this is mended:")
            )
            return format_html('<p><strong>{}</strong></p><ul class="list-disc pl-5">{}</ul>', words, told)
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
        _tell_moved(request, form.instance)
        publish(request, form.instance)
        changed = attempts.refresh_deadlines(quiz=form.instance, now=timezone.now())
        if changed:
            messages.info(
                request,
                ngettext(
                    "%(n)d open attempt has another deadline now.",
                    "%(n)d open attempts have another deadline now.",
                    changed,
                )
                % {"n": changed},
            )


class _RowsOfAKind:
    """Empty rows for whoever has no script to add one; none where the kind is not made of these rows."""

    rows: ClassVar[str]
    at_first: ClassVar[int]

    def get_extra(self, request: HttpRequest, obj: Question | None = None, **kwargs: Any) -> int:
        if obj is not None and obj.kind in KINDS and KINDS[obj.kind].rows != self.rows:
            return 0
        is_new = obj is None or not getattr(obj, self.rows).exists()
        return self.at_first if is_new else 1


class ChoiceInline(_RowsOfAKind, OwnedInline, TranslationStackedInline[Choice, Question], StackedInline):  # type: ignore[misc]  # both bases promise the same
    rows = "choices"
    at_first = 4
    model = Choice
    formset = ChoiceFormSet
    fields = ("key", "position", "is_correct", "text", "feedback", "lesson")


class AcceptedAnswerInline(  # type: ignore[misc]  # both bases promise the same
    _RowsOfAKind, OwnedInline, TranslationTabularInline[AcceptedAnswer, Question], TabularInline
):
    rows = "answers"
    at_first = 2
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
        view = self.admin_site.admin_view(trying.try_answers)
        here = path("<int:question_id>/try/", view, {"model_admin": self}, name="quizzes_question_try")
        return [here, *super().get_urls()]

    def save_related(
        self, request: HttpRequest, form: ModelForm[Question], formsets: list[BaseModelFormSet[Any, Any]], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        publish(request, form.instance.quiz)
        if change and "quiz" in form.changed_data:
            # It has left another quiz, which must not go on asking it.
            publish(request, Quiz.objects.select_related("activity__course").get(pk=form.initial["quiz"]))


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


class HandInFileInline(ReadOnlyInline):
    model = HandInFile
    fields = ("question", "name", "size", "uploaded_at", "removed_at")


class ReviewInline(ReadOnlyInline):
    model = Review
    fields = ("question", "points", "comment", "reviewer", "at")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "enrolment__course__instructors"
    list_display = ("quiz", "enrolment", "number", "status", "points", "max_points", "submitted_at", "graded_at")
    list_filter = ("status", "quiz")
    list_select_related = ("quiz__activity", "enrolment__user", "enrolment__course")
    search_fields = ("enrolment__user__email", "enrolment__user__name", "uuid")
    inlines = (AnswerInline, HandInFileInline, ReviewInline, AttemptGradeInline)
    actions: ClassVar[list[str]] = ["grade_again"]
    actions_detail: ClassVar[list[str]] = ["grade_by_hand"]

    @action(description=gettext_lazy("Grade by hand"), url_path="go-review")
    def grade_by_hand(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_attempt_review", object_id)

    def get_urls(self) -> list[URLPattern]:
        queue, review = (
            self.admin_site.admin_view(view) for view in (reviewing.review_queue, reviewing.attempt_review)
        )
        return [
            path("queue/", queue, {"model_admin": self}, name="quizzes_attempt_queue"),
            path("<int:attempt_id>/review/", review, {"model_admin": self}, name="quizzes_attempt_review"),
            *super().get_urls(),
        ]

    @admin.action(description=gettext_lazy("Try to grade again (only attempts that could not be graded)"))
    def grade_again(self, request: HttpRequest, attempts: QuerySet[Attempt]) -> None:
        count = sum(grading.retry(attempt=attempt) for attempt in attempts)
        messages.info(request, ngettext("%(n)d attempt is queued.", "%(n)d attempts are queued.", count) % {"n": count})


@admin.register(QuizException)
class QuizExceptionAdmin(CourseScopedAdmin):
    instructors: ClassVar[str] = "quiz__activity__course__instructors"
    form = QuizExceptionForm
    list_display = (
        "quiz",
        "enrolment",
        "extra_minutes",
        "extra_attempts",
        "due_at",
        "closes_at",
        "reason",
        "granted_by",
    )
    list_filter = ("quiz",)
    list_select_related = ("quiz__activity", "enrolment__user", "enrolment__course", "granted_by")
    search_fields = ("enrolment__user__email", "enrolment__user__name", "reason")
    fields = (
        "quiz", "enrolment", "extra_minutes", "extra_attempts", "opens_at", "due_at", "closes_at", "reason",
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: QuizException, form: Any, change: bool) -> None:
        actor = request.user
        assert isinstance(actor, User)
        obj.granted_by = actor
        super().save_model(request, obj, form, change)
        now = timezone.now()
        attempts.refresh_deadlines(quiz=obj.quiz, now=now)
        attempts.forgive_lateness(quiz=obj.quiz, enrolment=obj.enrolment, reason=obj.reason, actor=actor, now=now)


@admin.register(LateAnswer)
class LateAnswerAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "attempt__enrolment__course__instructors"
    list_display = ("attempt", "asked", "answered", "received_at", "verdict", "decided_by")
    list_filter = ("verdict",)
    list_select_related = ("attempt__quiz__activity", "attempt__enrolment__user", "attempt__version", "decided_by")
    search_fields = ("attempt__enrolment__user__email", "attempt__enrolment__user__name")
    actions: ClassVar[list[str]] = ["accept", "decline"]
    actions_detail: ClassVar[list[str]] = ["look"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LateAnswer]:
        rows: QuerySet[LateAnswer] = super().get_queryset(request).prefetch_related("files")
        return rows

    @admin.display(description=gettext_lazy("question"))
    def asked(self, late: LateAnswer) -> str:
        view = late.attempt.view_of(late.question)
        return Truncator(explaining.asked(view)).chars(80) if view else "–"

    @admin.display(description=gettext_lazy("answer"))
    def answered(self, late: LateAnswer) -> str:
        names = ", ".join(file.name for file in late.files.all())
        view = late.attempt.view_of(late.question)
        return names or (explaining.answered(view, late.response) if view else "–")

    @action(description=gettext_lazy("Look at the attempt and decide"), url_path="go-look")
    def look(self, request: HttpRequest, object_id: int) -> HttpResponse:
        late = get_object_or_404(self.get_queryset(request), pk=object_id)
        return redirect(reverse("admin:quizzes_attempt_review", args=[late.attempt_id]) + "#late")

    @admin.action(description=gettext_lazy("Accept: let these answers count"))
    def accept(self, request: AuthenticatedRequest, rows: QuerySet[LateAnswer]) -> None:
        related = ("attempt__quiz__activity", "attempt__enrolment", "attempt__version")
        for late in rows.select_related(*related).order_by("pk"):
            try:
                attempts.accept_late(late=late, actor=request.user, now=timezone.now())
            except DomainError as refused:
                messages.error(request, refused.message)
                return
        messages.success(request, _("The attempts are graded with these answers."))

    @admin.action(description=gettext_lazy("Decline: keep them as evidence only"))
    def decline(self, request: AuthenticatedRequest, rows: QuerySet[LateAnswer]) -> None:
        for late in rows:
            attempts.decline_late(late=late, actor=request.user, now=timezone.now())


@admin.register(Regrade)
class RegradeAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "quiz__activity__course__instructors"
    list_display = ("quiz", "version", "status", "reason", "created_by", "created_at", "approved_by", "finished_at")
    list_filter = ("status", "quiz")
    list_select_related = ("quiz__activity", "version__quiz__activity", "created_by", "approved_by")
    actions_detail: ClassVar[list[str]] = ["look"]

    @action(description=gettext_lazy("Look at the changes"), url_path="go-look")
    def look(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_regrade_review", object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(regrades.regrade_review)
        here = path("<int:regrade_id>/review/", view, {"model_admin": self}, name="quizzes_regrade_review")
        return [here, *super().get_urls()]


@admin.register(GradeNotice)
class GradeNoticeAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "attempt__enrolment__course__instructors"
    list_display = ("attempt", "old_points", "status", "tries", "created_at", "finished_at", "error")
    list_filter = ("status",)
    list_select_related = ("attempt__quiz__activity", "attempt__enrolment__user")
    search_fields = ("attempt__enrolment__user__email", "attempt__enrolment__user__name")
    actions: ClassVar[list[str]] = ["send_again"]

    @admin.action(description=gettext_lazy("Send again (only notices that failed or may not have arrived)"))
    def send_again(self, request: HttpRequest, rows: QuerySet[GradeNotice]) -> None:
        """Where it is uncertain whether a notice went, a person decides that twice is better than never."""
        tell_sent(request, [notices.send_again(notice_id=notice.pk, now=timezone.now()) for notice in rows])
