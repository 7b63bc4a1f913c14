"""Classify the fields of the workspace: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import STAFF_WORK
from accounts.personal_data.registry import describe

describe(
    "workspace.Draft",
    name=_("draft"),
    person="editor",
    personal={STAFF_WORK: "editor saved_at"},
    other="id course key fields base",
)
describe(
    "workspace.Edit",
    name=_("edit of a draft"),
    person="editor",
    personal={STAFF_WORK: "editor action subject at undone_at"},
    other="id course changes",
    labels={"undone_at": _("undone")},
)
describe(
    "workspace.Publication",
    name=_("publication"),
    person="editor",
    personal={STAFF_WORK: "editor note at"},
    other="id course number changes",
)
describe(
    "workspace.PublicationSchedule",
    name=_("scheduled publication"),
    person="editor",
    personal={STAFF_WORK: "editor at"},
    other="id course error",
)
describe("workspace.StoredFile", other="id course sha256 content")
describe(
    "workspace.CourseImport",
    name=_("import of a course"),
    person="created_by",
    personal={STAFF_WORK: "created_by created_at"},
    other="id uuid course reader_language is_copy status content plan error queued_at lease_until claims",
    labels={"created_by": _("by"), "created_at": _("made")},
)
