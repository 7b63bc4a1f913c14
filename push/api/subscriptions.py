"""Show and change through the API on which devices somebody gets notifications. The page calls the same functions."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.own_account import devices
from accounts.own_account.api import session_of
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from push.models import LONGEST_ENDPOINT, Subscription
from push.transports import keys, registry
from push.wishes import subscriptions


class PushTransportSerializer(OutputSerializer):
    """A way to devices."""

    name = serializers.ChoiceField(choices=Subscription.Transport.values)
    is_configured = serializers.BooleanField(help_text="Whether this site sends in this way.")
    server_key = serializers.CharField(
        allow_null=True, help_text="For `web`: the `applicationServerKey` with which a browser subscribes. Else null."
    )


class PushTransportListSerializer(OutputSerializer):
    results = PushTransportSerializer(many=True)


class PushSubscriptionSerializer(OutputSerializer):
    """A device on which the person gets notifications."""

    uuid = serializers.UUIDField()
    transport = serializers.ChoiceField(choices=Subscription.Transport.values)
    device = serializers.UUIDField(source="device.uuid", help_text="As in `devices_list`.")
    created_at = serializers.DateTimeField()


class PushSubscriptionListSerializer(OutputSerializer):
    results = PushSubscriptionSerializer(many=True)


class PushKeysInput(InputSerializer):
    """The browser's keys, in base64url, as `PushSubscription.toJSON()` has them."""

    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=50)


class PushSubscriptionInput(InputSerializer):
    transport = serializers.ChoiceField(choices=Subscription.Transport.values, required=False, default="web")
    endpoint = serializers.CharField(
        max_length=LONGEST_ENDPOINT,
        help_text="The address of the push service; for `fcm` and `apns` the token of the device.",
    )
    keys = PushKeysInput(required=False, help_text="For `web`, where they are required.")
    server_key = serializers.CharField(
        max_length=100, required=False, help_text="With which the browser subscribed. Without it, the newest one."
    )


@dataclass(frozen=True, slots=True)
class _Way:
    name: str
    is_configured: bool
    server_key: str | None


class PushTransports(AuthenticatedAPIView):
    @extend_schema(
        operation_id="push_transports_list",
        summary="How this site sends notifications to devices",
        description="A browser subscribes with `server_key`. The ways to apps need credentials, which the operator has or has "
        "not.",
        tags=["account"],
        responses={200: PushTransportListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        ways = [
            _Way(name, registry.is_configured(name), keys.current_key() if name == "web" else None)
            for name in Subscription.Transport.values
        ]
        return Response({"results": PushTransportSerializer.shape_all(ways)})


class PushSubscriptions(AuthenticatedAPIView):
    @extend_schema(
        operation_id="push_subscriptions_list",
        summary="On which devices the person gets notifications",
        description="The newest first.",
        tags=["account"],
        responses={200: PushSubscriptionListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        found = subscriptions.list_subscriptions(request.user)
        return Response({"results": PushSubscriptionSerializer.shape_all(found)})

    @extend_schema(
        operation_id="push_subscription_create",
        summary="Switch notifications on for this device",
        description="Idempotent by the endpoint: a second time answers 200, with what is stored. The subscription belongs to "
        "the session that asks, and ends with it. A device has one for each transport. 409 `push-transport-missing` if the "
        "site does not send in this way.",
        tags=["account"],
        request=PushSubscriptionInput,
        responses={200: PushSubscriptionSerializer, 201: PushSubscriptionSerializer, **problems(400, 409)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        sent = PushSubscriptionInput.read(request.data)
        browser = sent.get("keys") or {}
        given = subscriptions.Given(
            transport=sent["transport"],
            endpoint=sent["endpoint"],
            public_key=browser.get("p256dh", ""),
            secret=browser.get("auth", ""),
            server_key=sent.get("server_key", ""),
        )
        device = devices.remember(request, request.user, session_of(request))
        row, is_new = subscriptions.subscribe(user=request.user, device=device, given=given, now=timezone.now())
        return Response(PushSubscriptionSerializer.shape(row), status=201 if is_new else 200)


class PushSubscriptionDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="push_subscription_delete",
        summary="Switch notifications off for one device",
        description="What is queued for it is not sent any more.",
        tags=["account"],
        responses={204: None, **problems(404)},
    )
    def delete(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        subscriptions.unsubscribe(user=request.user, uuid=uuid)
        return Response(status=204)
