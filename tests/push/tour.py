"""Use every operation of notifications, for the examples of the API."""

from collections.abc import Callable
from typing import Any

from django.test import override_settings

from tests.push.service import Browser


def switch_on_and_off(call: Callable[..., Any]) -> None:
    """`call` is that of the tour of an app."""
    call("push_transports_list", expect=200)
    body = Browser("https://192.0.2.1/one").body
    call("push_subscription_create", expect=400, body=body)
    call("push_subscription_create", expect=409, body={"transport": "apns", "endpoint": "a-device-token"})
    with override_settings(PUSH_ORIGINS=["https://192.0.2.1"]):
        made = call("push_subscription_create", expect=201, body=body)
        call("push_subscription_create", expect=200, body=body)
    call("push_subscriptions_list", expect=200)
    call("push_subscription_delete", expect=204, uuid=made["uuid"])
    switches = call("push_switches_read", expect=200)["switches"]
    call("push_switch_read", expect=200, kind=switches[0]["kind"])
    call("push_switch_change", expect=200, body={"is_on": True}, kind=switches[0]["kind"])
    call("push_switch_change", expect=400, body={}, kind=switches[0]["kind"])
