"""Classify the fields of mails: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "mails.Mailing",
    name=_("mails sent by hand"),
    personal={STAFF_WORK: "created_by created_at"},
    other="id uuid course enrolments status done total position plan outcome queued_at lease_until claims",
    person="created_by",
    labels={"created_by": _("by"), "created_at": _("made")},
)
# A mailbox of the site.
describe("mails.BounceMailbox", other="id name uid_validity last_uid read_at failed_at error")
