"""Show and change through the API which mails somebody wants. My account calls the same functions."""

from dataclasses import dataclass

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.messages import switches
from accounts.models import User
from common.api.openapi import problems
from common.api.serializers import InputSerializer, OutputSerializer
from common.lookup import or_404
from common.messages.kinds import MessageKind


class MailSwitchSerializer(OutputSerializer):
    kind = serializers.CharField(source="kind.name")
    title = serializers.CharField(source="kind.title")
    description = serializers.CharField(source="kind.description")
    is_on = serializers.BooleanField()


class MailSwitchListSerializer(OutputSerializer):
    switches = MailSwitchSerializer(many=True)


class MailSwitchInput(InputSerializer):
    is_on = serializers.BooleanField()


@dataclass(frozen=True, slots=True)
class _Switch:
    kind: MessageKind
    is_on: bool


@dataclass(frozen=True, slots=True)
class _Switches:
    switches: list[_Switch]


class MailSwitches(AuthenticatedAPIView):
    @extend_schema(
        operation_id="mail_switches_read",
        summary="Which mails the person wants",
        description="Mails about the account and about changed grades are not in the list: they always come.",
        tags=["account"],
        responses={200: MailSwitchListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response(MailSwitchListSerializer.shape(_Switches(_switches_of(request.user))))


class MailSwitchDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="mail_switch_read",
        summary="Whether the person wants the mails of one kind",
        description="As in `mail_switches_read`. Its ETag goes into `If-Match` of a change.",
        tags=["account"],
        responses={200: MailSwitchSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, kind: str) -> Response:
        found = or_404(next((each for each in _switches_of(request.user) if each.kind.name == kind), None))
        return Response(MailSwitchSerializer.shape(found))

    @extend_schema(
        operation_id="mail_switch_change",
        summary="Switch the mails of one kind on or off",
        description="The kinds are those of `mail_switches_read`.",
        tags=["account"],
        request=MailSwitchInput,
        responses={200: MailSwitchSerializer, **problems(400, 404)},
    )
    def put(self, request: AuthenticatedRequest, kind: str) -> Response:
        found = or_404(next((each for each in switches.switchable(request.user) if each.name == kind), None))
        is_on = MailSwitchInput.read(request.data)["is_on"]
        switches.switch(request.user, found, is_on=is_on)
        return Response(MailSwitchSerializer.shape(_Switch(found, is_on)))


def _switches_of(user: User) -> list[_Switch]:
    kinds = switches.switchable(user)
    states = switches.states(user, kinds)
    return [_Switch(kind, states[kind.name]) for kind in kinds]
