"""Classify the fields of item statistics: see `accounts.personal_data`."""

from django.utils.translation import gettext_lazy as _

from accounts.personal_data.policies import ANSWERS
from accounts.personal_data.registry import describe

describe(
    "analysis.CountedAttempt",
    name=_("attempt counted for item statistics"),
    person="attempt__enrolment__user",
    personal={ANSWERS: "attempt cohort"},
    other="grade",
    labels={"attempt": _("attempt"), "cohort": _("number of the cohort")},
)
describe(
    "analysis.ItemResponse",
    name=_("answer counted for item statistics"),
    person="counted__attempt__enrolment__user",
    personal={ANSWERS: "counted share rest points given time_class"},
    other="id quiz question",
    labels={
        "counted": _("attempt"),
        "share": _("share of the points, in millionths"),
        "rest": _("share of the points of the other questions, in millionths"),
        "points": _("points, in hundredths"),
        "given": _("chosen choices, or the outcome"),
        "time_class": _("class of the time that the answer took"),
    },
)
# Sums: they name nobody.
describe("analysis.ItemTally", other="id quiz cohort question given rest_class n x y xx yy xy")
describe("analysis.PairTally", other="id quiz first second n x y xy")
describe("analysis.PointsTally", other="id quiz question time_class n x xx")
describe("analysis.CountingState", other="id last_grade")
describe("analysis.QuizSummary", other="quiz version n questions warnings named alpha is_outdated")
