"""Classify the fields of notes: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import NOTES
from accounts.personal_data.registry import describe

describe(
    "notes.Note",
    person="enrolment__user",
    personal={NOTES: "enrolment activity anchor quote prefix suffix body folded created_at updated_at deleted_at"},
    other="id uuid language revision",
    labels={
        "enrolment": _("enrolment"),
        "activity": _("lesson"),
        "prefix": _("what stands before the quotation"),
        "suffix": _("what stands behind the quotation"),
        "folded": _("note, as the search compares it"),
        "deleted_at": _("deleted"),
    },
)
