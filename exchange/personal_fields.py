"""Classify the fields of imports of questions: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "exchange.QuestionImport",
    name=_("import of questions"),
    personal={STAFF_WORK: "created_by created_at"},
    other=(
        "id uuid course slug quiz language format category reader_language status content plan error done total "
        "queued_at lease_until claims"
    ),
    person="created_by",
    labels={"created_by": _("by"), "created_at": _("made")},
)
