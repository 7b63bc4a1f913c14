"""List the courses that a student can join, and join one, through the API. The pages call the same functions."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.sign_in.limits import client_address
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import InputSerializer, OutputSerializer
from common.lookup import or_404
from courses import access
from courses import enrolment as enrolling
from courses.api.serializers import CourseSerializer
from courses.models import Enrolment


class OpenCourseSerializer(OutputSerializer):
    """A course that the student has not joined and can join without an instructor."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    needs_code = serializers.BooleanField(help_text="Whether joining takes the enrolment code.")


class OpenCourseListSerializer(PageSerializer):
    """The courses that the student can join."""

    results = OpenCourseSerializer(many=True)


class JoinInput(InputSerializer):
    code = serializers.CharField(
        max_length=50, allow_blank=True, required=False, help_text="The enrolment code, where the course `needs_code`."
    )


class OpenCourseList(AuthenticatedAPIView):
    @extend_schema(
        operation_id="open_courses_list",
        summary="The courses that the student can join",
        description="Those that are open to everybody, and those with an enrolment code. A course by roster is not listed.",
        tags=["courses"],
        parameters=PAGE_PARAMETERS,
        responses={200: OpenCourseListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, access.open_courses(request.user), ("slug",))
        return paginated(page, {"results": OpenCourseSerializer.shape_all(page.items)})


class CourseEnrolment(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_join",
        summary="Join a course",
        description="201 for a new enrolment; 200 if the student is in the course already. Who has left a course and joins "
        "again finds progress and grades as they were. Refused with `wrong-enrolment-code` or `too-many-codes`.",
        tags=["courses"],
        request=JoinInput,
        responses={201: CourseSerializer, 200: CourseSerializer, **problems(400, 404, 429)},
    )
    def post(self, request: AuthenticatedRequest, slug: str) -> Response:
        code = JoinInput.read(request.data).get("code", "")
        course = access.find_open_course(request.user, slug)
        if course is not None:
            address = client_address(request._request)
            enrolling.enrol(user=request.user, course=course, source=Enrolment.Source.OPEN, code=code, address=address)
        enrolment = or_404(access.enrolments(request.user).filter(course__slug=slug).first())
        return Response(CourseSerializer.shape(enrolment), status=200 if course is None else 201)
