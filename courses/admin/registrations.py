"""The admin's pages for courses: forms and lists that call the modules which own the rules."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from common.admin.classes import CourseScopedAdmin, OwnedInline, ReadOnlyAdmin, report_sent
from common.files import schema
from courses import progress
from courses.admin import pages
from courses.course_format import SCHEMA
from courses.lessons import rendering
from courses.models import (
    Activity,
    Cohort,
    Course,
    Enrolment,
    GlossaryTerm,
    GradeChange,
    Lesson,
    LessonEdition,
    Module,
    SummaryDelivery,
)
from courses.summaries import deliveries


class ModuleInline(OwnedInline, TranslationTabularInline[Module, Course], TabularInline):  # type: ignore[misc]  # both bases promise the same
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
        # An instructor who took themselves off the list, or put somebody on it, would be deciding about rights.
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


class LessonEditionForm(ModelForm[LessonEdition]):
    """Holds what somebody types against what the course format allows, so that it can be shown and exported."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lesson = {"slug": "a", "kind": "reading", "title": "a", "minutes": data.get("minutes", 1)}
        for name in ("objectives", "rubric"):
            if name in data:
                for fault in schema.faults({**lesson, name: data[name]}, schema=SCHEMA, definition="lesson"):
                    self.add_error(name, fault)
        course = self.instance.lesson.activity.course
        for line, problem in rendering.problems(data.get("body", ""), language=data.get("language", ""), course=course):
            self.add_error("body", _("Line %(line)d: %(problem)s") % {"line": line, "problem": problem})
        return data


class LessonEditionInline(OwnedInline, StackedInline):
    model = LessonEdition
    form = LessonEditionForm
    extra = 0
    fields = ("language", "minutes", "objectives", "rubric", "body")


@admin.register(Lesson)
class LessonAdmin(CourseScopedAdmin):
    instructors: ClassVar[str] = "activity__course__instructors"
    list_display = ("activity", "kind")
    list_filter = ("kind", "activity__course")
    list_select_related = ("activity",)
    search_fields = ("activity__title", "activity__slug")
    inlines = (LessonEditionInline,)

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Lesson], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        """Render what was written, once, and count the new version of the lesson."""
        editions = formset.save(commit=False)
        for edition in editions:
            rendering.render_edition(edition)
            edition.save()
        for removed in formset.deleted_objects:
            removed.delete()
        formset.save_m2m()
        if editions or formset.deleted_objects:
            Activity.objects.filter(lesson=form.instance).update(version=models.F("version") + 1)


@admin.register(Activity)
class ActivityAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    list_display = ("title", "code", "kind", "module", "position", "is_required", "archived_at")
    list_filter = ("course", "module", "kind")
    list_select_related = ("module", "course")
    search_fields = ("title", "slug", "code")
    readonly_fields = ("uuid", "version")
    fields = (
        "title", "course", "module", "kind", "slug", "code", "position", "is_required", "archived_at", "uuid", "version",
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Activity, form: ModelForm[Activity], change: bool) -> None:
        super().save_model(request, obj, form, change)
        # What is required decides what a percentage is of.
        progress.refresh_course(course=obj.course)


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    list_display = ("term", "key", "activity")
    list_filter = ("course",)
    list_select_related = ("activity",)
    search_fields = ("term", "key", "definition")

    def save_model(self, request: HttpRequest, obj: GlossaryTerm, form: ModelForm[GlossaryTerm], change: bool) -> None:
        super().save_model(request, obj, form, change)
        # The definition stands in the rendered text of every lesson that names the term.
        rendering.render_course(obj.course)


@admin.register(Cohort)
class CohortAdmin(CourseScopedAdmin):
    list_display = ("name", "course")
    list_filter = ("course",)
    search_fields = ("name",)


@admin.register(Enrolment)
class EnrolmentAdmin(CourseScopedAdmin):
    list_display = ("user", "course", "status", "source", "progress_percent", "last_seen_at")
    list_filter = ("course", "status", "source")
    list_select_related = ("user", "course")
    search_fields = ("user__email", "user__name")
    readonly_fields = ("uuid", "progress_percent", "last_seen_at", "created_at")
    fields = ("user", "course", "cohort", "status", "source", "progress_percent", "last_seen_at", "created_at", "uuid")

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "user", "course", "source") if obj else self.readonly_fields


@admin.register(GradeChange)
class GradeChangeAdmin(ReadOnlyAdmin, CourseScopedAdmin):
    instructors: ClassVar[str] = "enrolment__course__instructors"
    list_display = ("at", "enrolment", "item", "points", "max_points", "reason", "revision")
    list_filter = ("item__activity", "reason")
    list_select_related = ("enrolment__user", "enrolment__course", "item__activity")
    search_fields = ("enrolment__user__email", "enrolment__user__name")


@admin.register(SummaryDelivery)
class SummaryDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("user", "iso_year", "iso_week", "status", "due_at", "finished_at", "send_attempts", "error")
    list_filter = ("status", "iso_year", "iso_week")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    actions: ClassVar[list[str]] = ["send_again"]

    @admin.action(description=_("Send again (only summaries that failed or may not have arrived)"))
    def send_again(self, request: HttpRequest, rows: models.QuerySet[SummaryDelivery]) -> None:
        """Where it is uncertain whether a summary went, a person decides that twice is better than never."""
        report_sent(request, [deliveries.send_again(delivery_id=delivery.pk, now=timezone.now()) for delivery in rows])
