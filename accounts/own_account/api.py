"""Serve an account's address, its devices, and the way from an app to the browser, through the API. The pages call the same
functions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.identity import MAX_ADDRESS, validate_address, validate_name
from accounts.models import DeviceSession
from accounts.own_account import address, devices, handover
from common.api.openapi import problems
from common.api.problems import get_title
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
    last_used_at = serializers.DateTimeField(
        help_text="When it was last used, as far as it is known: it is written once an hour, some minutes later."
    )
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

    @extend_schema(
        operation_id="devices_sign_out_others",
        summary="Sign all other devices out",
        description="Every device but the one that asks. Their session tokens stop working at once.",
        tags=["account"],
        responses={204: None, **problems()},
    )
    def delete(self, request: AuthenticatedRequest) -> Response:
        devices.sign_out_others(user=request.user, session=session_of(request))
        return Response(status=204)


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


class ReauthenticationRequired(APIException):
    """Raised if the last password or code of the session is too long ago."""

    status_code = 401
    default_code = "reauthentication_required"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "X-Session-Token"}

    def __init__(self) -> None:
        super().__init__(get_title("reauthentication-required"))


class AddressField(serializers.EmailField):
    """An address as accounts have one. Django's own validator knows neither length nor similar letters, and would speak first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [validate_address]


class AddressInput(InputSerializer):
    email = AddressField(max_length=MAX_ADDRESS)


class AddressConfirmation(InputSerializer):
    token = serializers.CharField(
        max_length=1000, help_text="The last part of the link in the mail, between `/accounts/email/` and the last `/`."
    )


@contextmanager
def _as_page(request: AuthenticatedRequest) -> Iterator[HttpRequest]:
    """Give the request what allauth expects of one of a page. Turns an answer that allauth raises into one of the API."""
    http = request._request
    http.user, http.session = request.user, session_of(request)
    try:
        with allauth_context.request_context(http):
            yield http
    except ImmediateHttpResponse as raised:
        # The only one: the mail server cannot be reached.
        raise MailNotSent from raised


class MailNotSent(APIException):
    status_code = 503
    default_code = "mail_not_sent"
    default_detail = gettext_lazy("The mail could not be sent.")


class AddressChange(AuthenticatedAPIView):
    @extend_schema(
        operation_id="address_change",
        summary="Ask for another e-mail address",
        description="Sends a link to the new address, which works for a day. Nothing changes until it is confirmed: in the "
        "browser, or by `address_confirm`. The answer is the same if the address has an account. Refused with "
        "`reauthentication-required` if the last password is too long ago, with `address-unchanged` for the account's own.",
        tags=["account"],
        request=AddressInput,
        responses={204: None, **problems(400, 429, 503)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        given = AddressInput.read(request.data)
        with _as_page(request) as page:
            if is_reauthentication_required(page, app=""):
                raise ReauthenticationRequired
            try:
                address.ask(page, request.user, given["email"])
            except address.TooManyLinks as refused:
                raise Throttled(address.WAIT) from refused
        return Response(status=204)


class AddressConfirm(AuthenticatedAPIView):
    @extend_schema(
        operation_id="address_confirm",
        summary="Confirm another e-mail address",
        description="With what the mail to the new address contains. The former address is told. Refused with "
        "`address-link-unusable` if the link is too old, was used, or was sent to somebody else.",
        tags=["account"],
        request=AddressConfirmation,
        responses={204: None, **problems(400, 404)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        token = AddressConfirmation.read(request.data)["token"]
        with _as_page(request) as page:
            address.confirm(page, request.user, token)
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
