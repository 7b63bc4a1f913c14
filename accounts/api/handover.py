"""Give an app a link that signs its user in to a browser."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.api.devices import session_of
from accounts.own_account import handover
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer


class HandoverInput(InputSerializer):
    next = serializers.CharField(
        max_length=handover.LONGEST_PATH,
        required=False,
        help_text="The path of the page to open, such as the `path` of a message. Without it, the courses.",
    )


class HandoverSerializer(OutputSerializer):
    """A link that works once. Open it in a browser at once, and store it nowhere."""

    url = serializers.CharField(help_text="The whole address to open.")
    expires_at = serializers.DateTimeField()
    server_time = serializers.DateTimeField(help_text="The server's clock when it made this answer.")


@dataclass(frozen=True, slots=True)
class Made:
    url: str
    expires_at: datetime
    server_time: datetime


class SessionHandover(AuthenticatedAPIView):
    @extend_schema(
        operation_id="session_handover",
        summary="A link that signs the person in to a browser",
        description="For pages that an app does not have. The link works once, for a minute, and only while this session "
        "lasts; the next one replaces it. Its page asks the person to confirm, and the browser is one more of `devices`. "
        "Refused with `no-page-here` if `next` leads elsewhere.",
        tags=["account"],
        request=HandoverInput,
        responses={201: HandoverSerializer, **problems(400)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        path = HandoverInput.read(request.data).get("next") or reverse("courses:course-list")
        now = timezone.now()
        link = handover.make_link(user=request.user, session=session_of(request), path=path, now=now)
        url = request.build_absolute_uri(reverse("accounts:handover", args=[link.token]))
        return Response(HandoverSerializer.shape(Made(url, link.expires_at, now)), status=201)
