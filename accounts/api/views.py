"""Let users read and change their own account through the API, and sign out."""

from django.contrib.sessions.backends.base import SessionBase
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from accounts.api.serializers import MeInput, MeSerializer
from common.api.openapi import problems


class Me(AuthenticatedAPIView):
    @extend_schema(
        operation_id="me_read",
        summary="Who is signed in",
        tags=["account"],
        responses={200: MeSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return Response(MeSerializer.shape(request.user))

    @extend_schema(
        operation_id="me_change",
        summary="Change settings of the account",
        tags=["account"],
        request=MeInput,
        responses={200: MeSerializer, **problems(400)},
    )
    def patch(self, request: AuthenticatedRequest) -> Response:
        changes = MeInput.read(request.data)
        for name, value in changes.items():
            setattr(request.user, name, value)
        if changes:
            request.user.save(update_fields=list(changes))
        return Response(MeSerializer.shape(request.user))


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
        session: SessionBase = request.auth  # type: ignore[assignment]  # the session, by our authentication class
        session.flush()
        return Response(status=204)
