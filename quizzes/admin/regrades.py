"""Register regrades and grade notices in the admin."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.people.changelists import PeopleSearch
from common.admin.classes import ReadOnlyAdmin, report_sent
from courses.admin.classes import CourseScopedAdmin
from quizzes.admin.pages import regrades
from quizzes.grading import notices
from quizzes.grading.models import GradeNotice, Regrade


@admin.register(Regrade)
class RegradeAdmin(ReadOnlyAdmin, CourseScopedAdmin):
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
class GradeNoticeAdmin(PeopleSearch, ReadOnlyAdmin, CourseScopedAdmin):
    people_path = "attempt__enrolment__user"
    list_display = ("attempt", "old_points", "status", "send_attempts", "created_at", "finished_at", "error")
    list_filter = ("status",)
    list_select_related = ("attempt__quiz__activity", "attempt__enrolment__user")
    search_fields = ("attempt__enrolment__user__email", "attempt__enrolment__user__name")
    actions: ClassVar[list[str]] = ["send_again"]

    @admin.action(
        description=gettext_lazy("Send again (only notices that failed or may not have arrived)"), permissions=["grade"]
    )
    def send_again(self, request: HttpRequest, rows: QuerySet[GradeNotice]) -> None:
        """Send failed or uncertain notices again. An uncertain one may arrive twice; staff accept that."""
        report_sent(request, [notices.send_again(notice_id=notice.pk, now=timezone.now()) for notice in rows])
