"""Owns the sentence that says how a short answer was decided on."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from quizzes.short_answers import Decision

EXPLANATIONS: dict[str, Promise] = {
    "exact": gettext_lazy(
        "Accepted: compared as “%(compared)s”, the same as “%(matched)s”. Case, width, spaces and hyphens do not count."
    ),
    "ending": gettext_lazy(
        "Accepted: without the words and particles around it, it is “%(compared)s”, the same as “%(matched)s”."
    ),
    "both-names": gettext_lazy("Accepted: it gives several names (%(compared)s), and each is accepted."),
    "known-wrong": gettext_lazy("Rejected: compared as “%(compared)s”, it is listed as wrong: “%(matched)s”."),
    "contains": gettext_lazy("For a person: “%(matched)s” stands in the answer, but not alone."),
    "near-miss": gettext_lazy(
        "For a person: “%(compared)s” is one slip away from “%(matched)s”. Likeness neither awards credit nor denies it."
    ),
    "no-match": gettext_lazy("Rejected: compared as “%(compared)s”, it is none of the accepted answers."),
}


def explain(decision: Decision) -> str:
    """The decision as a sentence in the reader's language."""
    values = {"matched": decision.matched, "compared": decision.compared}
    return str(EXPLANATIONS[decision.rule]) % values
