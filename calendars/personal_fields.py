"""Classify the fields of calendars: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import CALENDAR
from accounts.personal_data.registry import describe

describe(
    "calendars.Feed",
    person="user",
    personal={CALENDAR: "user key created_at"},
    other="id",
    labels={"user": _("person"), "key": _("key")},
)
describe(
    "calendars.SentDate",
    person="feed__user",
    personal={CALENDAR: "feed uid at modified_at"},
    other="id digest sequence",
    labels={
        "feed": _("calendar address"),
        "uid": _("which date"),
        "at": _("date and time"),
        "modified_at": _("changed"),
    },
)
