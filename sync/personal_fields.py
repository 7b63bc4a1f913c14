"""Classify the fields of operations: see `accounts.personal_data`."""

from accounts.personal_data.policies import SYNCED
from accounts.personal_data.registry import describe

describe(
    "sync.SyncOperation",
    person="user",
    personal={SYNCED: "user kind digest status note sequence received_at"},
    other="id uuid",
)
