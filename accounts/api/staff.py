"""Guard the API of staff: where staff need an authenticator app for the administration, they need it here too."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.api.base import AuthenticatedAPIView
from common.api.openapi import ProblemSerializer, problems
from common.api.problems import CONTENT_TYPE
from common.errors import DomainError

_FORBIDDEN = (
    "Forbidden: `authenticator-required`, for staff without a second step of sign-in; `forbidden`, without the role."
)


class AuthenticatorRequired(DomainError):
    slug = "authenticator-required"
    status = 403
    help = gettext_lazy(
        "Staff of this site need a second step of sign-in. Set it up in My account, then sign in again."
    )


def staff_problems(*codes: int) -> dict[Any, Any]:
    """Return the error responses of an operation of a `StaffAPIView`, as `common.api.openapi.problems` does."""
    return problems(*codes, 403) | {(403, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, description=_FORBIDDEN)}


class StaffAPIView(AuthenticatedAPIView):
    """A view for staff. What somebody may see there is asked of `courses.roles`; for others it does not exist."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if settings.STAFF_MFA and request.user.is_staff and not is_mfa_enabled(request.user):
            raise AuthenticatorRequired(_("Before you can go to the administration, set up an authenticator app."))
