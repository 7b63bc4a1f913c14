"""Show and change through the API which notifications somebody wants on devices. The page calls the same functions."""

from collections.abc import Sequence
from dataclasses import dataclass

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.api.switches import MailSwitchInput, MailSwitchSerializer
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from common.lookup import or_404
from common.messages.kinds import MessageKind
from push.wishes import switches


class PushSwitchSerializer(MailSwitchSerializer):
    """A kind of messages, and whether the person wants it on devices."""

    is_hidden_on_screens = serializers.BooleanField(
        source="kind.is_hidden_on_screens", help_text="Whether a notification says only what kind it is, not its text."
    )


class PushSwitchListSerializer(OutputSerializer):
    switches = PushSwitchSerializer(many=True)


class PushSwitchInput(MailSwitchInput):
    pass


@dataclass(frozen=True, slots=True)
class _State:
    kind: MessageKind
    is_on: bool


def _find(request: AuthenticatedRequest, names: Sequence[str] | None = None) -> list[_State]:
    """Return the switches of the person, of the kinds with these names or of all."""
    kinds = [kind for kind in switches.switchable(request.user) if names is None or kind.name in names]
    is_on = switches.states(request.user, kinds)
    return [_State(kind, is_on[kind.name]) for kind in kinds]


class PushSwitches(AuthenticatedAPIView):
    @extend_schema(
        operation_id="push_switches_read",
        summary="Which notifications the person wants on devices",
        description="They apply to every device of `push_subscriptions_list`. Kinds that always come are not in the list.",
        tags=["account"],
        responses={200: PushSwitchListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response({"switches": PushSwitchSerializer.shape_all(_find(request))})


class PushSwitchDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="push_switch_read",
        summary="Whether the person wants the notifications of one kind",
        description="As in `push_switches_read`. Its ETag goes into `If-Match` of a change.",
        tags=["account"],
        responses={200: PushSwitchSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, kind: str) -> Response:
        return Response(PushSwitchSerializer.shape(or_404(next(iter(_find(request, [kind])), None))))

    @extend_schema(
        operation_id="push_switch_change",
        summary="Switch the notifications of one kind on or off",
        description="The kinds are those of `push_switches_read`.",
        tags=["account"],
        request=PushSwitchInput,
        responses={200: PushSwitchSerializer, **problems(400, 404)},
    )
    def put(self, request: AuthenticatedRequest, kind: str) -> Response:
        found = or_404(next(iter(_find(request, [kind])), None))
        switches.switch(request.user, found.kind, is_on=PushSwitchInput.read(request.data)["is_on"])
        return self.get(request, kind)
