"""Classify the fields of people, sign-in and the libraries' tables: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import (
    ACCOUNT,
    ADMIN_HISTORY,
    AUDIT,
    LINKS,
    MESSAGES,
    PRACTICE,
    REPEATS,
    SECRETS,
    SESSIONS,
    STAFF_WORK,
)
from accounts.personal_data.registry import describe

describe(
    "accounts.User",
    person="pk",
    personal={
        ACCOUNT: "email name language time_zone is_active is_staff is_superuser date_joined last_login",
        MESSAGES: "wants_weekly_summary summary_day summary_time bounced_address",
        PRACTICE: "weekly_goal review_count review_day",
        SECRETS: "password",
    },
    other="id uuid",
    labels={"is_superuser": _("administrator"), "last_login": _("last sign-in"), "password": _("password (hash)")},
)
describe(
    "accounts.AuditEvent",
    person="actor",
    personal={AUDIT: "at actor action channel address origin"},
    other="id",
)
describe("accounts.AuditOrigin", person="person", personal={AUDIT: "person digest address"}, other="id")
describe("accounts.AuditEntry", person="subject", personal={AUDIT: "event subject model object_id changes"}, other="id")
describe(
    "accounts.AuditKey", person="user", personal={SECRETS: "user key"}, labels={"user": _("person"), "key": _("key")}
)
describe(
    "accounts.Message",
    person="user",
    personal={MESSAGES: "user kind about created_at read_at status due_at finished_at error"},
    other="id uuid is_in_bell claimed_at send_attempts message_id",
)
describe(
    "accounts.IdempotentRequest",
    person="user",
    personal={REPEATS: "user digest created_at status headers body"},
    other="id key",
)
describe(
    "accounts.DeviceSession",
    person="user",
    personal={SESSIONS: "user session_key kind name description signed_in_at last_used_at"},
    other="id uuid",
)
describe(
    "accounts.Handover",
    name=_("session"),
    person="user",
    personal={SESSIONS: "user session_key path created_at used_at"},
    other="id digest",
)
describe("accounts.MailSwitch", person="user", personal={MESSAGES: "user kind is_on"}, other="id")
describe(
    "accounts.User_groups",
    name=_("group of a person (not used)"),
    personal={ACCOUNT: "user"},
    other="id group",
    labels={"user": _("person")},
)
describe(
    "accounts.User_user_permissions",
    name=_("permission of a person (not used)"),
    personal={ACCOUNT: "user"},
    other="id permission",
    labels={"user": _("person")},
)
describe(
    "account.EmailAddress",
    name=_("address for sign-in"),
    person="user",
    personal={ACCOUNT: "user email verified primary"},
    other="id",
    labels={
        "user": _("person"),
        "email": _("e-mail address"),
        "verified": _("address confirmed"),
        "primary": _("main address"),
    },
)
describe(
    "account.EmailConfirmation",
    name=_("confirmation of an address"),
    person="email_address__user",
    personal={LINKS: "email_address created sent key"},
    other="id",
    labels={"email_address": _("e-mail address"), "created": _("made"), "sent": _("sent"), "key": _("key of the link")},
)
describe(
    "mfa.Authenticator",
    name=_("second step of sign-in"),
    person="user",
    personal={SECRETS: "user type data created_at last_used_at"},
    other="id",
    labels={
        "user": _("person"),
        "type": _("kind of the second step"),
        "data": _("secret of the second step"),
        "created_at": _("set up"),
        "last_used_at": _("last used"),
    },
)
describe(
    "sessions.Session",
    name=_("session"),
    is_encoded=True,
    personal={SESSIONS: "session_key session_data expire_date"},
    labels={
        "session_key": _("key of the session"),
        "session_data": _("data of the session"),
        "expire_date": _("end of the session"),
    },
)
describe(
    "admin.LogEntry",
    name=_("entry of the admin's history"),
    is_encoded=True,
    personal={STAFF_WORK: "user", ADMIN_HISTORY: "object_id object_repr change_message"},
    other="id action_time content_type action_flag",
    labels={
        "user": _("person"),
        "object_id": _("number of the row"),
        "object_repr": _("name of the row"),
        "change_message": _("what was changed"),
    },
)
describe("auth.Permission", other="id name content_type codename")
describe("auth.Group", other="id name")
describe("auth.Group_permissions", other="id group permission")
describe("contenttypes.ContentType", other="id app_label model")
