"""Classify the fields of reports: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import STAFF_WORK
from accounts.personal_data.registry import describe

describe("reports.CompletionRule", other="id course progress grade hand_ins")
describe(
    "reports.Export",
    name=_("export of grades"),
    personal={STAFF_WORK: "created_by created_at"},
    other=("id uuid course kind format cohort language status done total content lost_characters lease_until claims"),
    person="created_by",
    labels={"created_by": _("by"), "created_at": _("made")},
)
