"""Classify the fields of manual grading: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "review.AnswerLease",
    name=_("answer that you are grading"),
    person="grader",
    personal={STAFF_WORK: "grader until"},
    other="id attempt question",
    labels={"grader": _("by"), "until": _("lease until")},
)
describe(
    "review.SavedComment",
    name=_("comment that you use again"),
    person="owner",
    personal={STAFF_WORK: "owner created_at"},
    other="id uuid course is_shared text",
)
