"""Serve staff through the API: the courses in which they have a role. The admin calls the same code."""

from dataclasses import dataclass

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedRequest
from accounts.api.staff import StaffAPIView, staff_problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import OutputSerializer
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission


class TaughtCourseSerializer(OutputSerializer):
    """A course in which the person has a role."""

    uuid = serializers.UUIDField(source="course.uuid")
    slug = serializers.CharField(source="course.slug")
    title = serializers.CharField(source="course.title")
    is_published = serializers.BooleanField(source="course.is_published")
    permissions = serializers.ListField(
        child=serializers.ChoiceField(choices=Permission.values), help_text="What the person may do in it."
    )


class TaughtCourseListSerializer(PageSerializer):
    """The courses in which the person has a role."""

    results = TaughtCourseSerializer(many=True)


class StudentSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    name = serializers.CharField(help_text="May be empty.")
    email = serializers.EmailField()


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    course: Course
    permissions: list[str]

    @classmethod
    def of(cls, course: Course, permitted: rules.Permissions) -> "TaughtCourse":
        given = permitted.in_course(course.pk)
        # In the order of the page "who may do what".
        return cls(course, [permission.value for permission in Permission if permission in given])


class TeachingList(StaffAPIView):
    @extend_schema(
        operation_id="teaching_list",
        summary="The courses in which the person has a role",
        description="Administrators see every course. Empty for students.",
        tags=["teaching"],
        parameters=PAGE_PARAMETERS,
        responses={200: TaughtCourseListSerializer, **staff_problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, rules.courses_where(request.user, Permission.READ), ("slug",))
        permitted = rules.get_permissions(request.user)
        results = [TaughtCourse.of(course, permitted) for course in page.items]
        return paginated(page, {"results": TaughtCourseSerializer.shape_all(results)})
