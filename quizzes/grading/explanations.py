"""Explain the score of an answer: a short answer by the rule that decided, other kinds by the solution."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import languages
from questions import KINDS, Response, Spec
from questions.comparing.short_answers import Decision, decide
from questions.points import format_points

EXPLANATIONS: dict[str, Promise] = {
    "exact": gettext_lazy(
        "Accepted: compared as “%(compared)s”, the same as “%(matched)s”. Case, width, spaces and hyphens do not count."
    ),
    "ending": gettext_lazy(
        "Accepted: without the words and particles around it, it is “%(compared)s”, the same as “%(matched)s”."
    ),
    "number": gettext_lazy("Accepted: “%(compared)s” is the same number as “%(matched)s”."),
    "number-form": gettext_lazy(
        "For a person: “%(compared)s” has the value of “%(matched)s”, but in another form or with another unit."
    ),
    "both-names": gettext_lazy("Accepted: it gives several names (%(compared)s), and each is accepted."),
    "known-wrong": gettext_lazy("Rejected: compared as “%(compared)s”, it is listed as wrong: “%(matched)s”."),
    "contains": gettext_lazy("For a person: the answer contains the words of “%(matched)s”, but it is not the same."),
    "near-miss": gettext_lazy(
        "For a person: “%(compared)s” is almost “%(matched)s”. One letter, mark or ending differs, which may make another word."
    ),
    "no-match": gettext_lazy("Rejected: compared as “%(compared)s”, it matches none of the accepted answers."),
}


def explain(decision: Decision) -> str:
    """Return the decision as a sentence in the reader's language."""
    values = {"matched": decision.matched, "compared": decision.compared}
    return str(EXPLANATIONS[decision.rule]) % values


def question_text(spec: Spec) -> str:
    """Return the question's text in the reader's language."""
    return KINDS[spec["kind"]].question_text(spec, languages.choose)


def answer_text(spec: Spec, response: Response) -> str:
    """Return the response as a sentence in the reader's language."""
    text = KINDS[spec["kind"]].answer_text(spec, response, languages.choose)
    return _("Answered: %s") % text if text else _("Not answered.")


def solution_text(spec: Spec) -> str:
    """Return the solution as a sentence; "" if a person grades the question."""
    text = KINDS[spec["kind"]].solution_text(spec, languages.choose)
    return _("Right is: %s") % text if text else ""


def explain_change(spec: Spec, response: Response, change: dict[str, Any], *, by_person: bool) -> list[str]:
    """Return sentences that explain one item of a regrade's `changes`: why `spec` gives the answer another score."""
    if by_person:
        why = [_("A person has decided on this answer. That decision replaces the key.")]
    elif KINDS[spec["kind"]].by_person:
        why = [_("A person decides.")]
    else:
        why = [explain_by_rule(spec, response) or solution_text(spec)]
    sentences = [answer_text(spec, response), *why]
    if change["old_max"] != change["new_max"]:
        sentences.append(
            _("The question is worth %(new)s points; before, %(old)s.")
            % {"new": format_points(change["new_max"]), "old": format_points(change["old_max"])}
        )
    return sentences


def explain_by_rule(spec: Spec, response: Response) -> str:
    """Return which rule decides on a short answer, as a sentence; "" for other kinds and empty answers."""
    if KINDS[spec["kind"]].rows != "answers" or not response.get("text"):
        return ""
    wrong = [answer for group in spec["known_wrong"] for answer in group["answers"]]
    return explain(decide(response["text"], spec["accept"], wrong))
