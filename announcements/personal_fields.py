"""Classify the fields of announcements: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import MESSAGES, STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "announcements.Announcement",
    personal={STAFF_WORK: "created_by created_at"},
    other="id uuid course cohort title text at sent_at",
    person="created_by",
)
describe(
    "announcements.Announcement_people",
    name=_("student who was chosen for an announcement"),
    person="enrolment__user",
    personal={MESSAGES: "enrolment"},
    other="id announcement",
    labels={"enrolment": _("student")},
)
describe(
    "announcements.Recipient",
    name=_("announcement that was sent to you"),
    person="enrolment__user",
    personal={MESSAGES: "enrolment sent_at"},
    other="id announcement",
    labels={"enrolment": _("student"), "sent_at": _("sent")},
)
