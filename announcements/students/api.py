"""Serve what was announced to a student through the API. The page calls the same functions."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from announcements.students import reading
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import OutputSerializer
from courses import access


class AnnouncementSerializer(OutputSerializer):
    """Something that staff have told the student, in the reader's language if it was written in it."""

    uuid = serializers.UUIDField()
    title = serializers.CharField(source="heading")
    body = serializers.CharField(help_text="Plain text with paragraphs and addresses of pages.")
    author = serializers.CharField(
        source="author_name", allow_null=True, help_text="Who has written it. Null if that account is gone."
    )
    sent_at = serializers.DateTimeField()


class AnnouncementListSerializer(PageSerializer):
    """One page of the list, the newest first."""

    results = AnnouncementSerializer(many=True)


class CourseAnnouncements(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_announcements",
        summary="What was announced to the student in a course",
        description="The newest first. What was sent to others is not among it.",
        tags=["courses"],
        parameters=PAGE_PARAMETERS,
        responses={200: AnnouncementListSerializer, **problems(400, 404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        course = access.enrolment_or_404(request.user, slug).course
        page = paginate(request, reading.announced_to(request.user, course), reading.NEWEST_FIRST)
        return paginated(page, {"results": AnnouncementSerializer.shape_all(page.items)})
