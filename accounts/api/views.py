"""Let users read and change their own account through the API, and sign out."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.api.serializers import MeInput, MeSerializer
from accounts.own_account.api import session_of
from accounts.own_account.preferences import change_preferences, start_mails
from common.api.openapi import problems


class Me(AuthenticatedAPIView):
    @extend_schema(
        operation_id="me_read",
        summary="Who is signed in",
        description="The account and its settings.",
        tags=["account"],
        responses={200: MeSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response(MeSerializer.shape(request.user))

    @extend_schema(
        operation_id="me_change",
        summary="Change settings of the account",
        description="Fields that are left out stay as they are.",
        tags=["account"],
        request=MeInput,
        responses={200: MeSerializer, **problems(400)},
    )
    def patch(self, request: AuthenticatedRequest) -> Response:
        change_preferences(request.user, MeInput.read(request.data))
        return Response(MeSerializer.shape(request.user))


class MailsStart(AuthenticatedAPIView):
    @extend_schema(
        operation_id="mails_start",
        summary="Send mails to the account's address again",
        description="After some came back: see `is_mail_stopped` of `me`. The person says by this that the address is right. If "
        "one comes back again, they stop again. Idempotent.",
        tags=["account"],
        request=None,
        responses={204: None, **problems()},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        start_mails(request.user)
        return Response(status=204)


class Session(AuthenticatedAPIView):
    @extend_schema(
        operation_id="session_end",
        summary="Sign out",
        description="The session token stops working at once.",
        tags=["account"],
        request=None,
        responses={204: None, **problems()},
    )
    def delete(self, request: AuthenticatedRequest) -> Response:
        session_of(request).flush()
        return Response(status=204)
