"""Use every endpoint of allauth that is reachable here, as an app does, and be refused by each."""

import re
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from accounts.models import User
from tests.lms.openapi.passkeys import Passkey
from tests.lms.openapi.recorder import Recorder

NEW_PASSWORD = "a river that runs uphill"


class SignInTour:
    """Takes an account from its making to the removal of its last passkey."""

    def __init__(self, recorder: Recorder, user: User, password: str, mails: list[Any]) -> None:
        self.call = recorder.call
        self.user = user
        self.password = password
        self.mails = mails
        self.token = ""

    def run(self, settings: Any) -> None:
        self.without_an_account(settings)
        self.with_a_password()
        self.with_a_code()
        self.with_a_passkey()
        self.with_a_new_password()

    def sign_in(self, expect: int = 200) -> str:
        body = {"email": self.user.email, "password": self.password}
        return str(self.call("sign_in", expect=expect, body=body)["meta"]["session_token"])

    def key_in_mail(self, pattern: str) -> str:
        found = re.search(pattern, self.mails[-1].body)
        assert found
        return found[1]

    def without_an_account(self, settings: Any) -> None:
        call = self.call
        call("sign_in_configuration", expect=200)
        body = {"email": "haneul@example.com", "password": "seven quiet lighthouses", "name": "Haneul Kim"}
        call("sign_up", expect=200, body=body)
        call("sign_up", expect=400, body={"email": "other@example.com", "password": "short"})
        call("email_confirm_resend", expect=409)
        call("email_confirm", expect=400, body={"key": "unknown"})
        call("email_key_read", expect=400, headers={"X-Email-Verification-Key": "unknown"})
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        body = {"email": "minji@example.com", "password": "seven quiet lighthouses"}
        call("sign_up", expect=401, body=body)
        key = self.key_in_mail(r"confirm-email/([^/\s]+)")
        call("email_key_read", expect=200, headers={"X-Email-Verification-Key": key})
        call("email_confirm", expect=401, body={"key": key})
        settings.ACCOUNT_EMAIL_VERIFICATION = "none"
        settings.SIGNUP = "closed"
        call("sign_up", expect=403, body={**body, "email": "seojun@example.com"})
        settings.SIGNUP = "open"

    def with_a_password(self) -> None:
        call = self.call
        call("sign_in", expect=400, body={"email": self.user.email, "password": "wrong"})
        self.token = self.sign_in()
        call("sign_in", expect=409, body={"email": self.user.email, "password": self.password}, token=self.token)
        call("session_read", expect=200, token=self.token)
        call("session_read", expect=401)
        call("session_read", expect=410, token="ended")
        call("email_addresses_list", expect=200, token=self.token)
        call("email_addresses_list", expect=401)

    def with_a_code(self) -> None:
        call, token = self.call, self.token
        secret = call("authenticator_app_read", expect=404, token=token)["meta"]["secret"]
        call("recovery_codes_read", expect=404, token=token)
        call("recovery_codes_renew", expect=400, token=token)
        call("authenticator_app_add", expect=400, body={"code": "123456"}, token=token)
        call("authenticator_app_add", expect=401, body={"code": "123456"})
        call("reauthenticate", expect=400, body={"password": "wrong"}, token=token)
        call("reauthenticate", expect=200, body={"password": self.password}, token=token)
        call("authenticator_app_add", expect=200, body={"code": _code(secret)}, token=token)
        call("authenticator_app_read", expect=200, token=token)
        call("recovery_codes_read", expect=200, token=token)
        call("recovery_codes_renew", expect=200, token=token)
        call("authenticators_list", expect=200, token=token)
        call("authenticators_list", expect=401)
        codes = iter(RecoveryCodes(_recovery(self.user)).get_unused_codes())
        call("code_reauthenticate", expect=400, body={"code": "123456"}, token=token)
        call("code_reauthenticate", expect=200, body={"code": next(codes)}, token=token)
        waiting = self.sign_in(expect=401)
        call("code_sign_in", expect=401, body={"code": "123456"})
        call("code_sign_in", expect=400, body={"code": "123456"}, token=waiting)
        call("code_sign_in", expect=200, body={"code": next(codes)}, token=waiting)

    def with_a_passkey(self) -> None:
        call, token, passkey = self.call, self.token, Passkey()
        call("passkey_options", expect=401)
        options = call("passkey_options", expect=200, token=token)["data"]["creation_options"]
        call("passkey_add", expect=400, body={"name": "Phone", "credential": {}}, token=token)
        body = {"name": "Phone", "credential": passkey.create(options)}
        made = call("passkey_add", expect=200, body=body, token=token)["data"]["id"]
        call("passkey_rename", expect=400, body={"id": 999999, "name": "My phone"}, token=token)
        call("passkey_rename", expect=200, body={"id": made, "name": "My phone"}, token=token)
        options = call("passkey_reauthentication_options", expect=200, token=token)["data"]["request_options"]
        call("passkey_reauthentication_options", expect=401)
        call("passkey_reauthenticate", expect=400, body={"credential": {}}, token=token)
        call("passkey_reauthenticate", expect=200, body={"credential": passkey.use(options)}, token=token)
        waiting = self.sign_in(expect=401)
        call("passkey_step_options", expect=401)
        options = call("passkey_step_options", expect=200, token=waiting)["data"]["request_options"]
        call("passkey_step", expect=400, body={"credential": {}}, token=waiting)
        call("passkey_step", expect=200, body={"credential": passkey.use(options)}, token=waiting)
        begun = call("passkey_sign_in_options", expect=200)
        call("passkey_sign_in", expect=400, body={"credential": {}}, token=begun["meta"]["session_token"])
        body = {"credential": passkey.use(begun["data"]["request_options"])}
        call("passkey_sign_in", expect=200, body=body, token=begun["meta"]["session_token"])
        call("passkey_remove", expect=400, body={"authenticators": [999999]}, token=token)
        call("passkey_remove", expect=200, body={"authenticators": [made]}, token=token)
        call("authenticator_app_remove", expect=401)
        call("authenticator_app_remove", expect=200, token=token)

    def with_a_new_password(self) -> None:
        call, token = self.call, self.token
        call("password_reset_mail", expect=400, body={"email": "nobody"})
        call("password_reset_mail", expect=200, body={"email": self.user.email})
        key = self.key_in_mail(r"reset/key/([^/\s]+)")
        call("password_key_read", expect=400, headers={"X-Password-Reset-Key": "unknown"})
        call("password_key_read", expect=200, headers={"X-Password-Reset-Key": key})
        call("password_reset", expect=400, body={"key": "unknown", "password": NEW_PASSWORD})
        call("password_reset", expect=401, body={"key": key, "password": NEW_PASSWORD})
        self.password = NEW_PASSWORD
        token = self.sign_in()
        body = {"current_password": "wrong", "new_password": "nine patient herons"}
        call("password_change", expect=400, body=body, token=token)
        body["current_password"] = self.password
        token = call("password_change", expect=200, body=body, token=token)["meta"]["session_token"]
        call("session_sign_out", expect=401, token=token)
        call("session_sign_out", expect=410, token=token)


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def _recovery(user: User) -> Any:
    return user.authenticator_set.get(type="recovery_codes")  # type: ignore[attr-defined]
