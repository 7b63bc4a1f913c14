"""Switch mails, and read what the site stores about a person, as a step of `tests.lms.openapi.app_tour`."""

from collections.abc import Callable
from typing import Any


def switch_mails_and_read_what_is_stored(call: Callable[..., Any]) -> None:
    """Call each operation once, and some in a way in which they are refused. `call`: see `tests.lms.openapi.recorder`."""
    switches = call("mail_switches_read", expect=200)["switches"]
    call("mail_switch_read", expect=200, kind=switches[0]["kind"])
    call("mail_switch_change", expect=200, body={"is_on": True}, kind=switches[0]["kind"])
    call("mail_switch_change", expect=400, body={}, kind=switches[0]["kind"])
    call("personal_data_read", expect=200)
    call("audit_list", expect=200)
    call("audit_list", expect=400, query="?cursor=unknown")
    call("mails_start", expect=204)
