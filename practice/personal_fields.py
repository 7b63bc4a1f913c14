"""Classify the fields of practice: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import PRACTICE
from accounts.personal_data.registry import describe

describe(
    "quizzes.PracticeCard",
    person="enrolment__user",
    personal={PRACTICE: "enrolment quiz turns stability difficulty due_on reviewed_on created_at"},
    other="id uuid question",
)
describe(
    "quizzes.PracticeAnswer",
    person="card__enrolment__user",
    personal={PRACTICE: "card turn attempt response score rating before after at on"},
    other="id version",
)
describe(
    "quizzes.CollectedGrade",
    name=_("grading whose mistakes are practised"),
    person="grade__attempt__enrolment__user",
    personal={PRACTICE: "grade at"},
    other="id",
    labels={"grade": _("grading"), "at": _("time")},
)
