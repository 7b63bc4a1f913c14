"""Register courses in the admin: who sees them, who takes part. Their content is written in the workspace."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from unfold.decorators import action

from courses.admin import pages, people_pages, role_pages
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course


@admin.register(Course)
class CourseAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    list_display = ("title", "slug", "enrolment_mode", "is_published")
    search_fields = ("title", "slug")
    actions_detail: ClassVar[list[str]] = ["write_page", "people_page", "students_page", "roles_page"]
    # Everything else is written in the workspace, where a change is a draft at first.
    fields = ("title", "slug", "enrolment_mode", "is_published", "is_presented")
    readonly_fields = ("title", "slug", "enrolment_mode")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        # The workspace makes courses.
        return False

    def get_urls(self) -> list[URLPattern]:
        own: list[tuple[str, str, Callable[..., HttpResponse], str]] = [
            ("people", "", people_pages.person_list, "people"),
            ("students", "", pages.student_list, "students"),
            ("roles", "", role_pages.role_list, "roles"),
            ("roles", "<int:role_id>/", role_pages.role_detail, "role"),
        ]
        return [
            *(
                path(
                    f"<int:course_id>/{folder}/{rest}",
                    self.admin_site.admin_view(view),
                    {"model_admin": self},
                    name=f"courses_course_{name}",
                )
                for folder, rest, view, name in own
            ),
            *super().get_urls(),
        ]

    @action(description=_("Write the course"), url_path="go-write", permissions=["edit"])
    def write_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        # The workspace is above this app; `lms.urls` includes its addresses.
        return redirect("workspace:outline", get_object_or_404(self.get_queryset(request), pk=object_id).slug)

    @action(description=_("Students, progress, grades"), url_path="go-students")
    def students_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_course_students", object_id)

    @action(description=_("People: cohorts, roster, invitations"), url_path="go-people")
    def people_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_course_people", object_id)

    @action(description=_("Who may do what"), url_path="go-roles")
    def roles_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:courses_course_roles", object_id)
