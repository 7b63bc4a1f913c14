"""Register courses and their modules in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline
from unfold.admin import TabularInline
from unfold.decorators import action

from common.admin.classes import CourseScopedAdmin, OwnedInline
from courses.admin import pages
from courses.models import (
    Course,
    Module,
)


class ModuleInline(OwnedInline, TranslationTabularInline[Module, Course], TabularInline):  # type: ignore[misc]  # both bases declare the same attributes
    model = Module
    extra = 0
    fields = ("position", "number", "slug", "title")
    show_change_link = True


@admin.register(Course)
class CourseAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    instructors: ClassVar[str] = "instructors"
    list_display = ("title", "slug", "enrolment_mode", "is_published")
    search_fields = ("title", "slug")
    filter_horizontal = ("instructors",)
    inlines = (ModuleInline,)
    actions_detail: ClassVar[list[str]] = ["students_page", "roster_page"]
    fields = ("title", "summary", "slug", "is_published", "enrolment_mode", "enrolment_code", "instructors")

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        # Only administrators may change who teaches a course, because instructors have access to it.
        return () if request.user.is_superuser else ("instructors", "slug")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.is_superuser)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:course_id>/students/",
                self.admin_site.admin_view(pages.student_list),
                {"model_admin": self},
                name="courses_course_students",
            ),
            path(
                "<int:course_id>/roster/",
                self.admin_site.admin_view(pages.roster_import),
                {"model_admin": self},
                name="courses_course_roster",
            ),
            *super().get_urls(),
        ]

    @action(description=_("Students, progress, grades"), url_path="go-students")
    def students_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_course_students", object_id)

    @action(description=_("Import a roster"), url_path="go-roster")
    def roster_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_course_roster", object_id)
