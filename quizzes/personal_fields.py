"""Classify the fields of quizzes: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import ANSWERS, GRADES, LEARNING, MESSAGES, STAFF_WORK
from accounts.personal_data.registry import describe

# Content: it names nobody.
describe(
    "quizzes.Quiz",
    other=(
        "id activity title title_ko title_en intro intro_ko intro_en intro_html attempts_allowed grading_method pass_mark "
        "show_answers shuffle_choices shuffle_questions pools time_limit grace opens_at due_at closes_at late_rule "
        "late_deduction access_code current_version source_digest"
    ),
)
describe(
    "quizzes.Question",
    other=(
        "id salt uuid quiz key kind pool position points text text_ko text_en definition lesson objective level "
        "correct_feedback correct_feedback_ko correct_feedback_en incorrect_feedback incorrect_feedback_ko "
        "incorrect_feedback_en archived_at source_digest"
    ),
)
describe(
    "quizzes.Choice",
    other="id uuid question key position is_correct text text_ko text_en feedback feedback_ko feedback_en lesson",
)
describe("quizzes.AcceptedAnswer", other="id question text is_correct feedback feedback_ko feedback_en position")
describe("quizzes.QuizDates", other="id quiz cohort opens_at due_at closes_at")
describe("quizzes.QuizVersion", other="id quiz number digest content max_points created_at")
describe("quizzes.AnswerKey", other="id version content")

# People's attempts and grades.
describe(
    "quizzes.QuizOverride",
    person="enrolment__user",
    personal={
        LEARNING: "enrolment extra_minutes extra_attempts opens_at due_at closes_at reason",
        STAFF_WORK: "granted_by granted_at",
    },
    other="id quiz",
)
describe(
    "quizzes.Attempt",
    person="enrolment__user",
    personal={
        ANSWERS: "enrolment number status started_at submitted_at answers_revealed_at deadline due_at is_expired flagged",
        GRADES: "graded_at points max_points late_deduction",
    },
    other="id uuid quiz version lease_until grading_attempts drawn",
)
describe(
    "quizzes.Answer",
    person="attempt__enrolment__user",
    personal={ANSWERS: "attempt response saved_at confirmed_at"},
    other="id question sequence",
)
describe(
    "quizzes.LateAnswer",
    person="attempt__enrolment__user",
    personal={ANSWERS: "attempt response received_at typed_at verdict decided_at", STAFF_WORK: "decided_by"},
    other="id question",
)
describe(
    "quizzes.HandInFile",
    person="attempt__enrolment__user",
    personal={ANSWERS: "attempt name size sha256 file uploaded_at removed_at"},
    other="id uuid question late_answer",
    labels={"sha256": _("checksum"), "file": _("file")},
)
describe(
    "quizzes.AttemptGrade",
    person="attempt__enrolment__user",
    personal={GRADES: "attempt points max_points details late_deduction reason at", STAFF_WORK: "actor"},
    other="id revision version last_review",
)
describe(
    "quizzes.Review",
    person="attempt__enrolment__user",
    personal={GRADES: "attempt points criteria comment is_withdrawn at", STAFF_WORK: "reviewer"},
    other="id question",
)
describe(
    "quizzes.Regrade",
    personal={STAFF_WORK: "created_by approved_by"},
    other="id uuid quiz version status reason created_at approved_at finished_at",
)
describe(
    "quizzes.RegradeLine",
    person="attempt__enrolment__user",
    personal={
        GRADES: "attempt old_points new_points old_max_points new_max_points changes old_percent new_percent applied_at",
    },
    other="id regrade revision was_pending is_pending is_overtaken",
    labels={"old_max_points": _("most points before"), "new_max_points": _("most points after")},
)
describe(
    "quizzes.GradeNotice",
    person="attempt__enrolment__user",
    personal={MESSAGES: "attempt grade old_points old_max_points status created_at finished_at error"},
    other="id uuid send_attempts claimed_at message_id",
    labels={"old_max_points": _("most points before")},
)
