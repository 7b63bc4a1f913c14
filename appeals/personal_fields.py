"""Classify the fields of appeals: see `accounts.personal_data`."""

from accounts.personal_data.policies import GRADES, STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "appeals.Appeal",
    person="attempt__enrolment__user",
    personal={GRADES: "attempt text status created_at answer decided_at", STAFF_WORK: "decided_by"},
    other="id uuid question",
)
