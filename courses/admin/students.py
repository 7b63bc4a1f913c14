"""Register cohorts, enrolments, grade changes and summary deliveries in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import EmailField, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identity import normalise_address
from accounts.models import User
from accounts.people.changelists import PeopleSearch
from common.admin.classes import ReadOnlyAdmin, report_sent
from courses import extensions
from courses.admin.classes import CourseScopedAdmin
from courses.models import (
    Cohort,
    Enrolment,
    GradeChange,
    SummaryDelivery,
)
from courses.roles.rules import Permission
from courses.summaries import deliveries


@admin.register(Cohort)
class CohortAdmin(CourseScopedAdmin):
    may_add = may_change = Permission.ENROL
    list_display = ("name", "course")
    list_filter = ("course",)
    search_fields = ("name",)


class NewEnrolmentForm(ModelForm[Enrolment]):
    """Asks for the student's address. A list to choose from would show the names of everybody on the site."""

    email = EmailField(label=_("the student's e-mail address"))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        user = User.objects.filter(email=normalise_address(email)).first()
        if user is None:
            raise ValidationError(_("There is no account with this address. Import a roster to create one."))
        self.instance.user = user
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        course = data.get("course")
        # The model's own check leaves it out, because `user` is no field of this form.
        if "email" in data and course and Enrolment.objects.filter(user=self.instance.user, course=course).exists():
            self.add_error("email", _("This person is in the course already, or has left it. Change that enrolment."))
        return data


@admin.register(Enrolment)
class EnrolmentAdmin(PeopleSearch, CourseScopedAdmin):
    people_path = "user"
    may_add = may_change = Permission.ENROL
    list_display = ("user", "course", "status", "source", "progress_percent", "last_seen_at")
    list_filter = ("course", "status", "source")
    list_select_related = ("user", "course")
    search_fields = ("user__email", "user__name")
    readonly_fields = ("uuid", "progress_percent", "last_seen_at", "created_at")
    fields = ("user", "course", "cohort", "status", "source", "progress_percent", "last_seen_at", "created_at", "uuid")

    def save_model(self, request: HttpRequest, obj: Enrolment, form: Any, change: bool) -> None:
        with extensions.moving(obj.course_id, [obj.pk] if change else [], timezone.now()):
            super().save_model(request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewEnrolmentForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("email", "course", "cohort", "status", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "user", "course", "source") if obj else self.readonly_fields


@admin.register(GradeChange)
class GradeChangeAdmin(PeopleSearch, ReadOnlyAdmin, CourseScopedAdmin):
    people_path = "enrolment__user"
    list_display = ("at", "enrolment", "item", "points", "max_points", "reason", "revision")
    list_filter = ("item__activity", "reason")
    list_select_related = ("enrolment__user", "enrolment__course", "item__activity")
    search_fields = ("enrolment__user__email", "enrolment__user__name")


@admin.register(SummaryDelivery)
class SummaryDeliveryAdmin(PeopleSearch, ReadOnlyAdmin):
    people_path = "user"
    list_display = (
        "user",
        "iso_year",
        "iso_week",
        "edition",
        "status",
        "why_not",
        "due_at",
        "finished_at",
        "send_attempts",
    )
    list_filter = ("status", "edition", "iso_year", "iso_week")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    actions: ClassVar[list[str]] = ["send_again"]

    @admin.display(description=_("why not"))
    def why_not(self, row: SummaryDelivery) -> str:
        """Return why a summary was not sent, as a sentence."""
        return row.why

    @admin.action(description=_("Send again (only summaries that failed or may not have arrived)"))
    def send_again(self, request: HttpRequest, rows: models.QuerySet[SummaryDelivery]) -> None:
        """Send failed or uncertain summaries again. An uncertain one may arrive twice; the administrator accepts that."""
        report_sent(request, [deliveries.send_again(delivery_id=delivery.pk, now=timezone.now()) for delivery in rows])
