"""Add to the admin of cohorts a new one from an old one, and to that of exceptions one for several students.

Whoever gets other dates by an exception is told of them.

This replaces the admin classes registered by `courses` and `quizzes`, which may not import this app.
"""

from contextlib import ExitStack
from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from calendars import changes
from courses.admin.students import CohortAdmin
from courses.models import Cohort
from quizzes.admin.attempts import QuizOverrideAdmin
from quizzes.authoring.models import Quiz, QuizOverride
from workspace import cohort_copies, exceptions

admin.site.unregister([Cohort, QuizOverride])


@admin.register(Cohort)
class CohortCopyAdmin(CohortAdmin):
    actions_detail: ClassVar[list[str]] = ["copy_page"]

    @action(description=gettext_lazy("New cohort from this one"), url_path="go-copy", permissions=["enrol"])
    def copy_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_cohort_copy", object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(cohort_copies.cohort_copy)
        here = path("<int:cohort_id>/copy/", view, {"model_admin": self}, name="courses_cohort_copy")
        return [here, *super().get_urls()]


@admin.register(QuizOverride)
class ExceptionsAdmin(QuizOverrideAdmin):
    actions_list: ClassVar[list[str]] = ["grant_many"]

    @action(description=gettext_lazy("Exception for several students"), url_path="go-many", permissions=["schedule"])
    def grant_many(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:quizzes_quizoverride_many")

    def save_model(self, request: HttpRequest, obj: QuizOverride, form: Any, change: bool) -> None:
        with changes.telling_own(obj.quiz, [obj.enrolment_id], now=timezone.now()):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: QuizOverride) -> None:
        with changes.telling_own(obj.quiz, [obj.enrolment_id], now=timezone.now()):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[QuizOverride]) -> None:
        """Delete the chosen exceptions; the dates of the course count again. A few queries for each quiz among them."""
        students: dict[Quiz, list[int]] = {}
        for row in queryset.select_related("quiz__activity"):
            students.setdefault(row.quiz, []).append(row.enrolment_id)
        with transaction.atomic(), ExitStack() as telling:
            for quiz, enrolments in students.items():
                telling.enter_context(changes.telling_own(quiz, enrolments, now=timezone.now()))
            super().delete_queryset(request, queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(exceptions.override_many)
        return [path("many/", view, {"model_admin": self}, name="quizzes_quizoverride_many"), *super().get_urls()]
