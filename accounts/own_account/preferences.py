"""Change what people decide about their own account: name, language, time zone, weekly goal, when the summary comes."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User

FIELDS = ("name", "language", "time_zone", "wants_weekly_summary", "summary_day", "summary_time", "weekly_goal")


def change_preferences(user: User, changes: Mapping[str, Any]) -> None:
    """Store the values of `changes`, {name in FIELDS: valid value}. Other fields stay as they are."""
    for name in changes:
        assert name in FIELDS, f"{name} is not for its owner to change"
        setattr(user, name, changes[name])
    if changes:
        # Saved and not updated, so that the audit log sees it.
        user.save(update_fields=list(changes))


def start_mails(user: User) -> None:
    """Send mails to the address of the account again, after some came back. Idempotent."""
    if user.bounced_address:
        user.bounced_address = ""
        user.save(update_fields=["bounced_address"])
