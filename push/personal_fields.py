"""Classify the fields of notifications: see `accounts.personal_data`."""

from accounts.personal_data.policies import MESSAGES, SECRETS, SESSIONS
from accounts.personal_data.registry import describe

describe(
    "push.Subscription",
    person="user",
    personal={SESSIONS: "user device transport endpoint created_at", SECRETS: "public_key secret"},
    other="id uuid server_key",
)
describe(
    "push.Delivery",
    person="subscription__user",
    personal={MESSAGES: "about subscription status due_at finished_at answer error"},
    other="id uuid claimed_at send_attempts message_id",
)
describe("push.PushSwitch", person="user", personal={MESSAGES: "user kind is_on"}, other="id")
describe("push.ServerKey", other="id public private created_at")
