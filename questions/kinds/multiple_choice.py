"""Grade multiple choice questions: one or more choices are correct.

Credit "all": full points for exactly the right set. Credit "partial": points × (right ones chosen / right ones −
wrong ones chosen / wrong ones), never below 0. If there are wrong choices, choosing everything earns nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from questions import choices
from questions.base import (
    CREDIT_SCHEMA,
    Form,
    Html,
    Identify,
    Response,
    ResponseError,
    Score,
    Spec,
    SpecError,
    gettext_noop,
    known,
    mapping,
    partial,
    score,
)
from questions.schemas import UUID, list_of, shape


class MultipleChoice(choices.ChoiceKind):
    name = "multiple_choice"
    label = gettext_noop("multiple choice")
    position = 20
    schema = {"type": "object", "properties": {"credit": CREDIT_SCHEMA}, "additionalProperties": False}
    response_schema = shape(choices=list_of(UUID))

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        # The default is not written into the spec: versions older than this setting must keep their digest.
        return {"credit": "partial"} if definition.get("credit") == "partial" else {}

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        if not choices.correct(spec):
            raise SpecError("none-correct", gettext_noop("A multiple choice question has at least one correct choice."))

    def read_response(self, public: Spec, raw: Any) -> Response:
        chosen = mapping(raw, "choices")["choices"]
        if not isinstance(chosen, list):
            raise ResponseError("shape")
        return {"choices": sorted({known(choice, choices.names(public)) for choice in chosen})}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"choices": list(form.getlist(public["uuid"]))}

    def grade(self, spec: Spec, response: Response) -> Score:
        chosen, right = set(response.get("choices") or []), choices.correct(spec)
        if not chosen:
            return score(spec, "unanswered", "unanswered")
        if chosen == right:
            return score(spec, "correct", "choices")
        if spec.get("credit") != "partial":
            return score(spec, "incorrect", "choices")
        wrong = choices.names(spec) - right
        # Without wrong choices nothing is deducted.
        deducted = Fraction(len(chosen & wrong), len(wrong)) if wrong else Fraction(0)
        top = Decimal(spec["points"])
        earned = partial(top, Fraction(len(chosen & right), len(right)) - deducted)
        return Score(f"{earned:.2f}", f"{top:.2f}", "partial" if earned else "incorrect", "choices-partial")


KIND = MultipleChoice()
