"""Classify the fields of uploads: see `accounts.personal_data`."""

from accounts.personal_data.policies import UPLOADING
from accounts.personal_data.registry import describe

describe(
    "uploads.Upload",
    person="attempt__enrolment__user",
    personal={UPLOADING: "attempt name size received metadata status file created_at expires_at"},
    other="id uuid question",
)
