"""Explain to an author why an answer earns what it earns."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import languages
from questions import Response, Spec
from questions.blanks import WORDS, type_of
from questions.comparing.short_answers import decide
from quizzes.grading.explanations import explain, explain_by_rule
from workspace.question_trials.lines import Tried

_REASONS: dict[str, Promise] = {
    "unanswered": gettext_lazy("Nothing was answered."),
    "right-choice": gettext_lazy("Accepted: it is a right choice."),
    "wrong-choice": gettext_lazy("Rejected: it is a wrong choice."),
    "by-person": gettext_lazy("A person decides."),
    "not-a-number": gettext_lazy("Rejected: the answer does not begin with a number."),
    "unclear-comma": gettext_lazy("Rejected: a comma groups three digits, so it is not clear which number this is."),
    "several-numbers": gettext_lazy("Rejected: the answer has several numbers."),
    "unit-missing": gettext_lazy("Rejected: the answer has no unit."),
    "unit-unknown": gettext_lazy("Rejected: the unit of the answer is none of the question's."),
    "within-tolerance": gettext_lazy("Accepted: compared as %(matched)s, which is within the tolerance."),
    "outside-tolerance": gettext_lazy("Rejected: compared as %(matched)s, which is outside of the tolerance."),
    "choices-partial": gettext_lazy("The part of the right choices, less the part of the wrong ones."),
}


def reasons_for(spec: Spec, response: Response, score: dict[str, Any]) -> list[str]:
    """Return sentences that explain a score by the rule that decided. The solution stands below them in the page."""
    rule = score["rule"]
    reason = str(_REASONS[rule]) % {"matched": score["matched"]} if rule in _REASONS else ""
    if "parts" in score:
        right = sum(part["outcome"] == "correct" for part in score["parts"])
        reason = _("Right parts: %(right)d of %(all)d.") % {"right": right, "all": len(score["parts"])}
    by_rule = explain_by_rule(spec, response)
    is_refused = rule in ("contains", "near-miss", "number-form") and score["outcome"] == "incorrect"
    refused = _("Nobody decides on such answers in this question, so it earns nothing.") if is_refused else ""
    return [sentence for sentence in (reason, by_rule, refused) if sentence]


def parts_of(spec: Spec, response: Response, score: dict[str, Any]) -> list[Tried]:
    """Return the blanks of an answer with the rule that decided on each. The other kinds show their parts themselves."""
    if spec["kind"] != "fill_in" or "parts" not in score:
        return []
    given = response.get("blanks") or {}
    return [
        Tried(
            type_of(blank).answer_text(blank, given.get(blank["uuid"], ""), languages.choose) or "–",
            part["outcome"],
            _reason_of(blank, given.get(blank["uuid"], ""), part),
        )
        for blank, part in zip(spec["blanks"], score["parts"], strict=True)
    ]


def _reason_of(blank: Spec, given: str, part: dict[str, str]) -> str:
    if type_of(blank) is WORDS:
        return explain(decide(given, blank["accept"]))
    return str(_REASONS[part["rule"]]) % {"matched": part["matched"]}
