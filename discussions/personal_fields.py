"""Classify the fields of questions and replies: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import FOLLOWING, POSTS, STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "discussions.Post",
    person="author",
    personal={
        POSTS: "author activity question anchor quote prefix suffix body folded accepted created_at edited_at deleted_at "
        "hidden_at hidden_reason",
        STAFF_WORK: "hidden_by",
    },
    other="id uuid language revision by_staff",
    labels={
        "prefix": _("what stands before the quotation"),
        "suffix": _("what stands behind the quotation"),
        "folded": _("text, as the search compares it"),
    },
)
describe(
    "discussions.Follower",
    person="user",
    personal={FOLLOWING: "question user is_muted created_at"},
    other="id",
    labels={"question": _("question")},
)
describe(
    "discussions.Report",
    person="reporter",
    personal={FOLLOWING: "post reporter reason created_at settled_at", STAFF_WORK: "settled_by"},
    other="id",
)
