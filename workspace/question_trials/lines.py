"""Try many short answers at once, one a line."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from questions import KINDS, Spec
from questions.comparing.short_answers import Decision, decide, normalise
from quizzes.grading.explanations import explain
from workspace.question_forms.controls import Data, storable

# The longest text of all answers together, and the most answers, that are tried at once.
LIMIT, MOST = 5000, 100


@dataclass(frozen=True, slots=True)
class Tried:
    """An answer, its outcome, and the rule that decided as a sentence."""

    answer: str
    outcome: str
    reason: str


@dataclass(slots=True)
class TriedLines:
    """What was asked, and the answers to it. `blanks` are (uuid, number) of the blanks that an answer may be for."""

    asked: str
    tried: list[Tried] = field(default_factory=list)
    blanks: list[tuple[str, int]] = field(default_factory=list)
    blank: str = ""


def try_lines(spec: Spec, form: Data) -> TriedLines | None:
    """Return the outcome of each line; None if the question's kind does not compare short answers."""
    blanks = [(blank["uuid"], number) for number, blank in enumerate(spec.get("blanks", []), 1) if "accept" in blank]
    if KINDS[spec["kind"]].rows != "answers" and not blanks:
        return None
    lines = TriedLines(storable(str(form.get("try-lines") or ""))[:LIMIT], blanks=blanks)
    wrong = [answer for group in spec.get("known_wrong", []) for answer in group["answers"]]
    accept = spec.get("accept", [])
    if blanks:
        wanted = str(form.get("try-blank") or "")
        lines.blank = wanted if wanted in dict(blanks) else blanks[0][0]
        accept = next(blank["accept"] for blank in spec["blanks"] if blank["uuid"] == lines.blank)
    answers = [line for line in lines.asked.splitlines() if normalise(line)][:MOST]
    may_wait = not blanks and KINDS[spec["kind"]].may_wait(spec)
    lines.tried = [_tried(answer, decide(answer, accept, wrong), may_wait=may_wait) for answer in answers]
    return lines


def _tried(answer: str, decision: Decision, *, may_wait: bool) -> Tried:
    if decision.verdict != "review":
        return Tried(answer, "correct" if decision.verdict == "accept" else "incorrect", explain(decision))
    if may_wait:
        return Tried(answer, "pending", explain(decision))
    refused = _("Nobody decides on such answers in this question, so it earns nothing.")
    return Tried(answer, "incorrect", f"{explain(decision)} {refused}")
