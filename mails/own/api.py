"""Serve a person's own weekly summaries through the API. The pages call the same functions."""

from uuid import UUID

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import MappingOutput, OutputSerializer
from common.lookup import or_404
from courses.models import SummaryDelivery
from courses.summaries import content
from mails.own import reading


class SummaryRefSerializer(OutputSerializer):
    """A summary that was sent, without what it says."""

    uuid = serializers.UUIDField()
    due_at = serializers.DateTimeField(help_text="When it was to be sent.")
    edition = serializers.ChoiceField(
        choices=SummaryDelivery.Edition.values, help_text="`go_on` asks somebody who has not come for long."
    )


class SummaryListSerializer(PageSerializer):
    results = SummaryRefSerializer(many=True)


class SummaryCourseSerializer(OutputSerializer):
    """How far the student is in one course."""

    title = serializers.CharField()
    path = serializers.CharField(help_text="The address of the course on the site.")
    percent = serializers.IntegerField(min_value=0, max_value=100, help_text="The progress in percent.")
    percent_before = serializers.IntegerField(
        min_value=0, max_value=100, help_text="The progress at the beginning of the period, in percent."
    )


class SummaryNumberSerializer(OutputSerializer):
    name = serializers.CharField(source="label", help_text="What is counted.")
    value = serializers.IntegerField(min_value=0)


class SummaryLineSerializer(OutputSerializer):
    text = serializers.CharField()
    path = serializers.CharField(help_text="The address on the site that it links to, or empty.")
    note = serializers.CharField(help_text="Smaller, below the text, or empty.")


class SummarySectionSerializer(OutputSerializer):
    title = serializers.CharField()
    lines = SummaryLineSerializer(many=True)


class SummarySerializer(MappingOutput):
    """A summary and what it says: the last visited course first."""

    uuid = serializers.UUIDField()
    due_at = serializers.DateTimeField(help_text="When it was to be sent.")
    edition = serializers.ChoiceField(
        choices=SummaryDelivery.Edition.values, help_text="`go_on` asks somebody who has not come for long."
    )
    start = serializers.DateTimeField(help_text="It tells about the time from then …")
    end = serializers.DateTimeField(help_text="… until then.")
    courses = SummaryCourseSerializer(many=True)
    numbers = SummaryNumberSerializer(many=True)
    sections = SummarySectionSerializer(many=True)


class SummaryList(AuthenticatedAPIView):
    @extend_schema(
        operation_id="summaries_list",
        summary="The student's weekly summaries",
        description="Those that were sent, the newest first.",
        tags=["account"],
        parameters=PAGE_PARAMETERS,
        responses={200: SummaryListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, reading.own_summaries(request.user), ("-due_at", "-pk"))
        return paginated(page, {"results": SummaryRefSerializer.shape_all(page.items)})


class SummaryDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="summary_read",
        summary="One weekly summary",
        description="What has been changed or hidden since it was sent is as it is now.",
        tags=["account"],
        responses={200: SummarySerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        row, summary = or_404(reading.find_summary(request.user, uuid, language=get_language() or ""))
        shown = content.context(summary)
        found = {
            "uuid": row.uuid,
            "due_at": row.due_at,
            "edition": row.edition,
            "start": summary.reader.start,
            "end": summary.reader.end,
            "courses": summary.courses,
            "numbers": shown["numbers"],
            "sections": shown["sections"],
        }
        return Response(SummarySerializer.shape(found))
