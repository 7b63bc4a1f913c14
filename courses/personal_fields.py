"""Classify the fields of courses: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import ACCOUNT, GRADES, LEARNING, MESSAGES, STAFF_WORK
from accounts.personal_data.registry import describe

# Content: it names nobody.
describe(
    "courses.Course",
    other=(
        "id uuid slug title title_ko title_en summary summary_ko summary_en languages enrolment_mode enrolment_code "
        "is_published is_presented source_digest grading_digest revision"
    ),
)
describe("courses.Module", other="id course slug number title title_ko title_en position source_digest")
describe(
    "courses.Activity",
    other=(
        "id uuid course module slug kind code title title_ko title_en position is_required version archived_at "
        "source_digest"
    ),
)
describe("courses.Lesson", other="id activity kind")
describe("courses.LessonEdition", other="id lesson language minutes objectives rubric body html source_digest")
describe(
    "courses.GlossaryTerm",
    other="id course key activity term term_ko term_en definition definition_ko definition_en source_digest",
)
describe("courses.CourseAsset", other="id course name content source_digest")
describe("courses.Cohort", other="id course name starts_on ends_on")
describe("courses.GradeItem", other="id activity grading_method pass_mark weight category is_held release_at")
describe("courses.GradeCategory", other="id course name weight drop_lowest")

# People in courses.
describe(
    "courses.CourseRole",
    person="user",
    personal={ACCOUNT: "user course role"},
    other="id",
)
describe(
    "courses.Enrolment",
    person="user",
    personal={
        LEARNING: "user course status source cohort created_at last_activity last_seen_at progress_percent",
    },
    other="id uuid",
    labels={"last_activity": _("last visited")},
)
describe(
    "courses.ProgressEvent",
    person="enrolment__user",
    personal={LEARNING: "enrolment activity kind percent at"},
    other="id content_version",
    labels={
        "enrolment": _("student"),
        "activity": _("activity"),
        "kind": _("what happened"),
        "percent": _("progress"),
        "at": _("time"),
    },
)
describe(
    "courses.ActivityCompletion",
    person="enrolment__user",
    personal={LEARNING: "enrolment activity done_at"},
    other="id content_version",
    labels={"enrolment": _("student"), "activity": _("activity"), "done_at": _("done")},
)
describe(
    "courses.ReadingPosition",
    person="enrolment__user",
    personal={LEARNING: "enrolment activity anchor read_at"},
    other="id",
    labels={
        "enrolment": _("student"),
        "activity": _("activity"),
        "anchor": _("place in the text"),
        "read_at": _("time"),
    },
)
describe(
    "courses.GradeChange",
    person="enrolment__user",
    personal={GRADES: "item enrolment points max_points reason at note", STAFF_WORK: "actor"},
    other="id source source_number revision",
)
describe(
    "courses.RosterImport",
    name=_("import of a roster"),
    person="created_by",
    personal={STAFF_WORK: "created_by created_at file_name"},
    # The rows of a file name people who may have no account yet. They are deleted with the import, at the latest after a week.
    other=(
        "id uuid course reader_language status content table layout cohort invites withdrawing changes counts error done "
        "total finished_at queued_at lease_until claims"
    ),
    labels={"created_by": _("by"), "created_at": _("made"), "file_name": _("file")},
)
describe(
    "courses.SummaryDelivery",
    person="user",
    personal={MESSAGES: "user kind iso_year iso_week status due_at period_start period_end edition finished_at error"},
    other="id uuid claimed_at send_attempts message_id",
)
