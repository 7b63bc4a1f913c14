"""Show the bell through the API. The page calls the same functions."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.messages import bell
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import OutputSerializer
from common.lookup import or_404


class MessageSerializer(OutputSerializer):
    uuid = serializers.UUIDField(source="message.uuid")
    kind = serializers.CharField(source="message.kind")
    title = serializers.CharField(help_text="What the kind is called. Empty if there is no such kind any more.")
    text = serializers.CharField(allow_null=True, help_text="Null if what it is about can no longer be shown.")
    path = serializers.CharField(allow_null=True, help_text="The page that it leads to, relative to the site.")
    created_at = serializers.DateTimeField(source="message.created_at")
    read_at = serializers.DateTimeField(source="message.read_at", allow_null=True)


class MessageListSerializer(PageSerializer):
    """One page of the list, the newest first."""

    unread = serializers.IntegerField(min_value=0, help_text="The number of unread messages on all pages.")
    results = MessageSerializer(many=True)


class Messages(AuthenticatedAPIView):
    @extend_schema(
        operation_id="messages_read",
        summary="The messages of the bell",
        description="The newest first.",
        tags=["account"],
        parameters=PAGE_PARAMETERS,
        responses={200: MessageListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, bell.newest_first(request.user), bell.NEWEST_FIRST)
        lines = MessageSerializer.shape_all(bell.lines(request.user, page.items))
        return paginated(page, {"unread": request.user.unread_count, "results": lines})


class MessagesRead(AuthenticatedAPIView):
    @extend_schema(
        operation_id="messages_mark_all",
        summary="Mark all messages as read",
        description="All pages of the list, not only those that were read.",
        tags=["account"],
        request=None,
        responses={204: None, **problems()},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        bell.read_all(user=request.user, now=timezone.now())
        return Response(status=204)


class MessageRead(AuthenticatedAPIView):
    @extend_schema(
        operation_id="message_mark",
        summary="Mark one message as read",
        description="Idempotent: the moment of the first time stays.",
        tags=["account"],
        request=None,
        responses={200: MessageSerializer, **problems(404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        line = or_404(bell.open_message(user=request.user, uuid=uuid, now=timezone.now()))
        return Response(MessageSerializer.shape(line))
