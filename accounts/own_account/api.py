"""Serve an account's devices, and the way from an app to the browser, through the API. My account calls the same functions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.identity import validate_name
from accounts.models import DeviceSession
from accounts.own_account import devices, handover
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from common.lookup import or_404


class DeviceSerializer(OutputSerializer):
    """One device or browser on which the person is signed in."""

    uuid = serializers.UUIDField(source="session.uuid")
    name = serializers.CharField(source="session.name", help_text="As its owner calls it. May be empty.")
    description = serializers.CharField(
        source="session.description", help_text="What it signed in with, such as `Firefox, Android`. May be empty."
    )
    kind = serializers.ChoiceField(choices=DeviceSession.Kind.values, source="session.kind")
    signed_in_at = serializers.DateTimeField(source="session.signed_in_at")
    expires_at = serializers.DateTimeField(help_text="When its session ends, unless it is used before.")
    is_current = serializers.BooleanField(help_text="Whether this request comes from it.")


class DeviceListSerializer(OutputSerializer):
    results = DeviceSerializer(many=True)


class DeviceInput(InputSerializer):
    name = serializers.CharField(
        max_length=100, allow_blank=True, validators=[validate_name], help_text="Empty: no name."
    )


def session_of(request: AuthenticatedRequest) -> SessionBase:
    """Return the session of the token, which is the device that asks."""
    session: SessionBase = request.auth  # type: ignore[assignment]  # the session, by our authentication class
    return session


class DeviceList(AuthenticatedAPIView):
    @extend_schema(
        operation_id="devices_list",
        summary="Where the person is signed in",
        description="The hundred newest devices, the last sign-in first. Neither network addresses nor places are stored.",
        tags=["account"],
        responses={200: DeviceListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        found = devices.list_devices(request, request.user, session_of(request))
        return Response({"results": DeviceSerializer.shape_all(found)})


class DeviceDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="device_read",
        summary="One device",
        description="As in `devices_list`. Its ETag goes into `If-Match` of a change.",
        tags=["account"],
        responses={200: DeviceSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        found = devices.list_devices(request, request.user, session_of(request))
        return Response(
            DeviceSerializer.shape(or_404(next((each for each in found if each.session.uuid == uuid), None)))
        )

    @extend_schema(
        operation_id="device_name",
        summary="Name a device",
        description="So that its owner knows it in the list of devices.",
        tags=["account"],
        request=DeviceInput,
        responses={200: DeviceSerializer, **problems(400, 404)},
    )
    def patch(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        devices.name_device(user=request.user, uuid=uuid, name=DeviceInput.read(request.data)["name"])
        return self.get(request, uuid)

    @extend_schema(
        operation_id="device_sign_out",
        summary="Sign a device out",
        description="Its session token stops working at once. The device that asks can sign itself out, too.",
        tags=["account"],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        devices.sign_out(user=request.user, uuid=uuid, session=session_of(request))
        return Response(status=204)


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
