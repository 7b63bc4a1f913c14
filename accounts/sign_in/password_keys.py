"""Reset a password in an app, and refuse a key that names no account, on which allauth fails."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.headless.account import inputs, response, views
from allauth.headless.internal.restkit.response import ErrorResponse
from django.http import HttpRequest, HttpResponse


class KeyInput(inputs.ResetPasswordKeyInput):
    def clean_key(self) -> str:
        # The key of a mail begins with the account, before a hyphen.
        if not self.cleaned_data["key"].partition("-")[0].strip():
            raise get_adapter().validation_error("invalid_password_reset")
        return str(super().clean_key())


class ResetInput(KeyInput, inputs.ResetPasswordInput):
    pass


class ResetPasswordView(views.ResetPasswordView):
    input_class = ResetInput

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = KeyInput({"key": request.headers.get("X-Password-Reset-Key", "")})
        answer: HttpResponse = (
            response.PasswordResetKeyResponse(request, given.user)
            if given.is_valid()
            else ErrorResponse(request, input=given)
        )
        return answer
