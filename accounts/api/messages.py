"""Show the bell through the API. The page calls the same functions."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.messages import bell
from accounts.messages.bell import Line
from accounts.messages.models import Message
from common.api.openapi import problems
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


class MessageListSerializer(OutputSerializer):
    """One page of the list, the newest first."""

    unread = serializers.IntegerField(help_text="The number of unread messages on all pages.")
    page = serializers.IntegerField(source="page.number")
    pages = serializers.IntegerField(source="page.paginator.num_pages")
    messages = MessageSerializer(many=True, source="lines")


@dataclass(slots=True)
class _Shown:
    unread: int
    page: Page[Message]
    lines: list[Line]


class Messages(AuthenticatedAPIView):
    @extend_schema(
        operation_id="messages_read",
        summary="The messages of the bell",
        tags=["account"],
        parameters=[
            OpenApiParameter(
                "page", int, description="From 1. Of a page that does not exist the nearest one is answered."
            )
        ],
        responses={200: MessageListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = Paginator(bell.newest_first(request.user), bell.PAGE).get_page(request.query_params.get("page"))
        shown = _Shown(request.user.unread_count, page, bell.lines(request.user, list(page)))
        return Response(MessageListSerializer.shape(shown))


class MessagesRead(AuthenticatedAPIView):
    @extend_schema(
        operation_id="messages_mark_all",
        summary="Mark all messages as read",
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
        tags=["account"],
        request=None,
        responses={200: MessageSerializer, **problems(404)},
    )
    def post(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        line = or_404(bell.open_message(user=request.user, uuid=uuid, now=timezone.now()))
        return Response(MessageSerializer.shape(line))
