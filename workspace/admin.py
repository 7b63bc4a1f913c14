"""Add to the admin of cohorts: a new cohort from an old one, with the dates of its quizzes.

This replaces the admin class registered by `courses`, which may not import this app.
"""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from courses.admin.students import CohortAdmin
from courses.models import Cohort
from workspace import cohort_copies

admin.site.unregister(Cohort)


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
