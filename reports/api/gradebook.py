"""Serve the gradebook of a course to staff through the API. The pages call the same functions."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
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
from courses.models import Cohort, Course, Enrolment, GradeChange, GradeItem
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes.attempts.models import Attempt
from reports import students
from reports.models import CompletionRule
from reports.one_student import cells
from reports.students import StudentReport


class GradebookColumnSerializer(OutputSerializer):
    """A graded activity, and how it counts in the course grade."""

    activity = ActivityRefSerializer()
    weight = serializers.DecimalField(max_digits=6, decimal_places=2, help_text="In its category, if it has one.")
    category = serializers.CharField(allow_null=True, help_text="The name of its grade category.")
    counts = serializers.ChoiceField(choices=GradeItem.GradingMethod.values, source="grading_method")
    pass_mark = serializers.IntegerField(min_value=0, max_value=100)
    is_held = serializers.BooleanField(help_text="Its grades are held back: students do not see them.")
    release_at = serializers.DateTimeField(
        allow_null=True, help_text="When they are released by themselves. Null: by a person."
    )


class GradebookRowSerializer(OutputSerializer):
    """A student with progress, grades and hand-ins."""

    uuid = serializers.UUIDField(source="report.enrolment.uuid", help_text="Names the row in addresses.")
    student = StudentSerializer(source="report.enrolment.user")
    cohort = serializers.CharField(allow_null=True, help_text="The name of the student's cohort.")
    progress_percent = serializers.IntegerField(min_value=0, max_value=100, source="report.enrolment.progress_percent")
    grade_percent = serializers.IntegerField(
        min_value=0,
        max_value=100,
        allow_null=True,
        source="report.grade",
        help_text="The course grade so far. Null while nothing is graded.",
    )
    handed_in = serializers.IntegerField(min_value=0, source="report.handed_in")
    hand_ins = serializers.IntegerField(
        min_value=0, source="report.hand_ins", help_text="How many there are to hand in."
    )
    completed = serializers.BooleanField(help_text="By the rule of the completion report.")
    grades = GradeSerializer(
        many=True, source="report.grades", help_text="One for each column, in the same order; held ones too."
    )


class GradebookSerializer(PageSerializer):
    """The students of a course, by name, with their grades."""

    columns = GradebookColumnSerializer(many=True, help_text="In the order of the outline.")
    results = GradebookRowSerializer(many=True)


class GradeHistorySerializer(OutputSerializer):
    """One entry of the ledger of grades."""

    points = serializers.DecimalField(max_digits=8, decimal_places=2, source="change.points")
    max_points = serializers.DecimalField(max_digits=8, decimal_places=2, source="change.max_points")
    reason = serializers.ChoiceField(
        choices=GradeChange.Reason.values,
        source="change.reason",
        help_text="`set` and `taken_back` are by a person, whatever the attempts are worth.",
    )
    attempt = serializers.IntegerField(min_value=0, help_text="The number of the attempt. 0: a person set the grade.")
    why = serializers.CharField(help_text="May be empty.")
    by = serializers.CharField(allow_null=True, help_text="The name of the person. Null: by the answer key.")
    at = serializers.DateTimeField(source="change.at")


class GradedAttemptSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    number = serializers.IntegerField(min_value=1)
    status = serializers.ChoiceField(choices=Attempt.Status.values)
    submitted_at = serializers.DateTimeField(allow_null=True)
    points = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    max_points = serializers.DecimalField(max_digits=8, decimal_places=2)


class StudentGradeSerializer(OutputSerializer):
    """A student's grade of one activity, with its attempts and its history."""

    student = StudentSerializer(source="enrolment.user")
    grade = GradeSerializer(source="cell.grade")
    percent_by_attempts = serializers.IntegerField(
        min_value=0,
        max_value=100,
        allow_null=True,
        source="cell.by_attempts.percent",
        help_text="What the attempts alone would give.",
    )
    attempts = GradedAttemptSerializer(many=True, source="cell.attempts")
    history = GradeHistorySerializer(many=True, help_text="The newest first.")


@dataclass(frozen=True, slots=True)
class Column:
    """A grade item as the API shows it."""

    item: GradeItem

    def __getattr__(self, name: str) -> object:
        return getattr(self.item, name)

    @property
    def category(self) -> str | None:
        return self.item.category.name if self.item.category else None


@dataclass(frozen=True, slots=True)
class Row:
    report: StudentReport
    rule: CompletionRule

    @property
    def cohort(self) -> str | None:
        return self.report.enrolment.cohort.name if self.report.enrolment.cohort else None

    @property
    def completed(self) -> bool:
        return self.report.is_complete(self.rule)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    line: cells.HistoryLine

    def __getattr__(self, name: str) -> object:
        return getattr(self.line, name)

    @property
    def by(self) -> str | None:
        return self.line.change.actor.name if self.line.change.actor else None


@dataclass(frozen=True, slots=True)
class StudentGrade:
    enrolment: Enrolment
    cell: cells.Cell

    @property
    def history(self) -> list[HistoryEntry]:
        return [HistoryEntry(line) for line in self.cell.history]


class CourseGradebook(StaffAPIView):
    @extend_schema(
        operation_id="course_gradebook",
        summary="The gradebook of a course",
        description="For those who have a role in the course: the graded activities, and each student's grades, by name. "
        "Shows grades that are held back, too. The audit log records who has read whose.",
        tags=["teaching"],
        parameters=[
            OpenApiParameter("q", str, description="Only students whose name or e-mail address contains this."),
            OpenApiParameter("cohort", str, description="Only students of the cohort with this name."),
            *PAGE_PARAMETERS,
        ],
        responses={200: GradebookSerializer, **staff_problems(400, 404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        course = _course(request, slug)
        search = request.query_params.get("q", "").strip()[:200]
        found = students.get_students(course, search=search, cohort=_cohort(request, course))
        page = paginate(request, found, access.BY_NAME)
        recording.record_rows(Enrolment, page.items)
        items, rule = gradebook.get_items(course.pk), students.get_rule(course)
        rows = [Row(report, rule) for report in students.get_reports(items, page.items, course)]
        columns = GradebookColumnSerializer.shape_all([Column(item) for item in items])
        return paginated(page, {"columns": columns, "results": GradebookRowSerializer.shape_all(rows)})


class StudentGrades(StaffAPIView):
    @extend_schema(
        operation_id="student_grades",
        summary="The grades of one student",
        description="The student's row of the gradebook, also of one who has left the course.",
        tags=["teaching"],
        responses={200: GradebookRowSerializer, **staff_problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str, uuid: UUID) -> Response:
        course = _course(request, slug)
        enrolment = _enrolment(course, uuid)
        [report] = students.get_reports(gradebook.get_items(course.pk), [enrolment], course)
        return Response(GradebookRowSerializer.shape(Row(report, students.get_rule(course))))


class StudentGradeDetail(StaffAPIView):
    @extend_schema(
        operation_id="student_grade",
        summary="One grade of a student, with its history",
        description="The attempts, and every entry of the ledger with who made it and why.",
        tags=["teaching"],
        responses={200: StudentGradeSerializer, **staff_problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str, uuid: UUID, activity: UUID) -> Response:
        course = _course(request, slug)
        enrolment = _enrolment(course, uuid)
        item = next((each for each in gradebook.get_items(course.pk) if each.activity.uuid == activity), None)
        if item is None:
            raise Http404
        return Response(StudentGradeSerializer.shape(StudentGrade(enrolment, cells.get_cell(item, enrolment))))


def _course(request: AuthenticatedRequest, slug: str) -> Course:
    return get_object_or_404(rules.courses_where(request.user, Permission.READ), slug=slug)


def _cohort(request: AuthenticatedRequest, course: Course) -> Cohort | None:
    """Return the cohort of `?cohort=`, None without one. Raises Http404 for one that the course does not have."""
    name = request.query_params.get("cohort", "").replace("\0", "")
    return get_object_or_404(Cohort, course=course, name=name) if name else None


def _enrolment(course: Course, uuid: UUID) -> Enrolment:
    """Return a student's place in the course; the audit log records that it was read."""
    rows = Enrolment.objects.select_related("user", "cohort")
    enrolment: Enrolment = get_object_or_404(rows, course=course, uuid=uuid)
    recording.record_rows(Enrolment, [enrolment])
    return enrolment
