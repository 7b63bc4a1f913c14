"""Serve the students of a course to staff through the API. The admin calls the same functions."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedRequest
from accounts.api.staff import StaffAPIView, staff_problems
from accounts.audit import recording
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import OutputSerializer
from courses import access, gradebook
from courses.api.serializers import ActivityRefSerializer, GradeSerializer
from courses.api.teaching import StudentSerializer
from courses.models import Enrolment
from courses.roles import rules
from courses.roles.rules import Permission


class RosterEntrySerializer(OutputSerializer):
    """A student of a course with progress and grades."""

    student = StudentSerializer(source="enrolment.user")
    cohort = serializers.CharField(allow_null=True, help_text="The name of the student's cohort.")
    enrolled_at = serializers.DateTimeField(source="enrolment.created_at")
    last_seen_at = serializers.DateTimeField(source="enrolment.last_seen_at", allow_null=True)
    last_activity = ActivityRefSerializer(source="enrolment.last_activity", allow_null=True)
    progress_percent = serializers.IntegerField(min_value=0, max_value=100, source="enrolment.progress_percent")
    grade_percent = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, help_text="The course grade so far. Null while nothing is graded."
    )
    grades = GradeSerializer(many=True, help_text="One for each graded activity, in the order of the outline.")


class RosterSerializer(PageSerializer):
    """The students of a course, by name."""

    results = RosterEntrySerializer(many=True)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    enrolment: Enrolment
    grades: list[gradebook.ItemGrade]

    @property
    def cohort(self) -> str | None:
        return self.enrolment.cohort.name if self.enrolment.cohort else None

    @property
    def grade_percent(self) -> int | None:
        return gradebook.course_percent(self.grades)


class CourseRoster(StaffAPIView):
    @extend_schema(
        operation_id="course_roster",
        summary="The students of a course, with progress and grades",
        description="For those who have a role in the course, by name. The audit log records who has read whose.",
        tags=["teaching"],
        parameters=[
            OpenApiParameter("q", str, description="Only students whose name or e-mail address contains this."),
            *PAGE_PARAMETERS,
        ],
        responses={200: RosterSerializer, **staff_problems(400, 404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        course = get_object_or_404(rules.courses_where(request.user, Permission.READ), slug=slug)
        page = paginate(request, access.students(course, request.query_params.get("q", "")), access.BY_NAME)
        recording.record_rows(Enrolment, page.items)
        grades = gradebook.get_grades_of(gradebook.get_items(course.pk), page.items)
        entries = [RosterEntry(enrolment, each) for enrolment, each in zip(page.items, grades, strict=True)]
        return paginated(page, {"results": RosterEntrySerializer.shape_all(entries)})
