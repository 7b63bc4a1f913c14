"""Register lessons, activities and glossary terms in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from unfold.admin import StackedInline

from common.admin.classes import CourseScopedAdmin, OwnedInline
from common.files import schema
from courses import progress
from courses.course_format import SCHEMA
from courses.lessons import rendering
from courses.models import (
    Activity,
    GlossaryTerm,
    Lesson,
    LessonEdition,
)


class LessonEditionForm(ModelForm[LessonEdition]):
    """Validates an edition against the course format, because it must be possible to render and to export it."""

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
        """Render the changed editions and increase the version of the lesson's activity."""
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
        # The progress depends on `is_required` and `archived_at`, which the form may have changed.
        progress.refresh_course(course=obj.course)


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(CourseScopedAdmin, TranslationAdmin):  # type: ignore[type-arg]
    list_display = ("term", "key", "activity")
    list_filter = ("course",)
    list_select_related = ("activity",)
    search_fields = ("term", "key", "definition")

    def save_model(self, request: HttpRequest, obj: GlossaryTerm, form: ModelForm[GlossaryTerm], change: bool) -> None:
        super().save_model(request, obj, form, change)
        # The HTML of each lesson that uses the term contains the definition.
        rendering.render_course(obj.course)
