"""Register attempts, late answers and overrides in the admin."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.audit import recording
from accounts.models import User
from accounts.people.changelists import PeopleSearch
from accounts.requests import AuthenticatedRequest
from common.admin.classes import ReadOnlyAdmin
from common.errors import DomainError
from courses.admin.classes import CourseScopedAdmin
from courses.models import Enrolment
from courses.roles.rules import Permission, may
from quizzes.admin.forms import NewQuizOverrideForm, QuizOverrideForm
from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import QuizOverride
from quizzes.grading import automatic, explanations, late_answers
from quizzes.grading.models import AttemptGrade, Review
from quizzes.sequences import parse_whole_number
from quizzes.taking import deadline


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
class AttemptAdmin(PeopleSearch, ReadOnlyAdmin, CourseScopedAdmin):
    people_path = "enrolment__user"
    list_display = ("quiz", "enrolment", "number", "status", "points", "max_points", "submitted_at", "graded_at")
    list_filter = ("status", "quiz")
    list_select_related = ("quiz__activity", "enrolment__user", "enrolment__course")
    search_fields = ("enrolment__user__email", "enrolment__user__name")
    inlines = (AnswerInline, HandInFileInline, ReviewInline, AttemptGradeInline)
    actions: ClassVar[list[str]] = ["grade_again"]
    actions_detail: ClassVar[list[str]] = ["grade_by_hand"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # The gradebook leads to the attempts of one student.
        return lookup == "enrolment__id__exact" or super().lookup_allowed(lookup, value, request)

    @action(description=gettext_lazy("Grade by hand"), url_path="go-review")
    def grade_by_hand(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_attempt_review", object_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Attempt], search_term: str
    ) -> tuple[QuerySet[Attempt], bool]:
        """Find attempts by their student, or one by its uuid. Not by a part of it: no index would be used for either."""
        try:
            return queryset.filter(uuid=UUID(search_term.strip())), False
        except ValueError:
            found: tuple[QuerySet[Attempt], bool] = super().get_search_results(request, queryset, search_term)
            return found

    @admin.action(
        description=gettext_lazy("Try to grade again (only attempts that could not be graded)"), permissions=["grade"]
    )
    def grade_again(self, request: HttpRequest, attempts: QuerySet[Attempt]) -> None:
        count = sum(automatic.retry_grading(attempt=attempt) for attempt in attempts)
        messages.info(request, ngettext("%(n)d attempt is queued.", "%(n)d attempts are queued.", count) % {"n": count})


@admin.register(QuizOverride)
class QuizOverrideAdmin(PeopleSearch, CourseScopedAdmin):
    people_path = "enrolment__user"
    may_add = may_change = Permission.SCHEDULE
    form = QuizOverrideForm
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

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewQuizOverrideForm
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in the address of the student whose attempt links to the form. The link has a number, because logs have links."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        number = parse_whole_number(str(initial.pop("enrolment", "")))
        may_grant = may(request.user, Permission.SCHEDULE, Enrolment.course_path)
        student = Enrolment.objects.select_related("user").filter(may_grant, pk=number or 0).first()
        if student is not None:
            recording.record_rows(Enrolment, [student])
            initial["email"] = student.user.email
        return initial

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        rules = ("extra_minutes", "extra_attempts", "opens_at", "due_at", "closes_at", "reason")
        return ("quiz", "enrolment" if obj else "email", *rules)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An exception was granted to this student, with this reason.
        return ("quiz", "enrolment") if obj else ()

    def save_model(self, request: HttpRequest, obj: QuizOverride, form: Any, change: bool) -> None:
        actor = request.user
        assert isinstance(actor, User)
        obj.granted_by = actor
        super().save_model(request, obj, form, change)
        now = timezone.now()
        deadline.refresh_deadlines(quiz=obj.quiz, now=now)
        late_answers.reduce_late_deductions(
            quiz=obj.quiz, enrolment=obj.enrolment, reason=obj.reason, actor=actor, now=now
        )


@admin.register(LateAnswer)
class LateAnswerAdmin(PeopleSearch, ReadOnlyAdmin, CourseScopedAdmin):
    people_path = "attempt__enrolment__user"
    list_display = ("attempt", "asked", "answered", "typed_at", "received_at", "verdict", "decided_by")
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
        question = late.attempt.find_question(late.question)
        return Truncator(explanations.question_text(question)).chars(80) if question else "–"

    @admin.display(description=gettext_lazy("answer"))
    def answered(self, late: LateAnswer) -> str:
        names = ", ".join(file.name for file in late.files.all())
        question = late.attempt.find_question(late.question)
        return names or (explanations.answer_text(question, late.response) if question else "–")

    @action(description=gettext_lazy("Look at the attempt and decide"), url_path="go-look")
    def look(self, request: HttpRequest, object_id: int) -> HttpResponse:
        late = get_object_or_404(self.get_queryset(request), pk=object_id)
        return redirect(reverse("admin:quizzes_attempt_review", args=[late.attempt_id]) + "#late")

    @admin.action(description=gettext_lazy("Accept: let these answers count"), permissions=["grade"])
    def accept(self, request: AuthenticatedRequest, rows: QuerySet[LateAnswer]) -> None:
        related = ("attempt__quiz__activity", "attempt__enrolment", "attempt__version")
        for late in rows.select_related(*related).order_by("pk"):
            try:
                late_answers.accept_late_answer(late=late, actor=request.user, now=timezone.now())
            except DomainError as refused:
                messages.error(request, refused.message)
                return
        messages.success(request, _("The attempts are graded with these answers."))

    @admin.action(description=gettext_lazy("Decline: keep them as evidence only"), permissions=["grade"])
    def decline(self, request: AuthenticatedRequest, rows: QuerySet[LateAnswer]) -> None:
        for late in rows:
            late_answers.decline_late_answer(late=late, actor=request.user, now=timezone.now())
