"""Register cohorts, enrolments, grade changes and summary deliveries in the admin."""

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.admin.classes import CourseScopedAdmin, ReadOnlyAdmin, report_sent
from courses.models import (
    Cohort,
    Enrolment,
    GradeChange,
    SummaryDelivery,
)
from courses.summaries import deliveries


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
        """Send failed or uncertain summaries again. An uncertain one may arrive twice; the administrator accepts that."""
        report_sent(request, [deliveries.send_again(delivery_id=delivery.pk, now=timezone.now()) for delivery in rows])
