"""Grade numeric answers: a number within a tolerance, with an optional unit. `questions.comparing.numbers` reads the answer.

Other units are converted into the author's unit by their factor. A number without a unit is in the author's unit, unless the unit
is required. If the question has no unit, a counter may follow: 7개.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from questions.base import (
    Form,
    Html,
    Identify,
    Kind,
    Outcome,
    Response,
    Score,
    Spec,
    SpecError,
    Texts,
    gettext_noop,
    mapping,
    score,
    text_answer,
)
from questions.comparing.numbers import COUNTERS, UNREADABLE, fold, how_read, read_answer
from questions.schemas import FLAG, TEXT, answer_of, described, limit_of, shape

LIMIT = 100
_UNIT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 30}


class Numeric(Kind):
    name = "numeric"
    label = gettext_noop("numeric answer")
    position = 40
    schema = {
        "type": "object",
        "properties": {
            "value": {"type": "number"},
            "tolerance": {"type": "number", "minimum": 0},
            "unit": _UNIT,
            "unit_text": {
                "type": "object",
                "properties": {"ko": _UNIT, "en": _UNIT},
                "minProperties": 1,
                "additionalProperties": False,
            },
            "units": {
                "type": "object",
                "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
                "maxProperties": 20,
            },
            "unit_required": {"type": "boolean"},
        },
        "required": ["value"],
        "additionalProperties": False,
    }
    response_schema = shape(text=answer_of(LIMIT, "A number, with or without a unit: `0.25 s`."))
    body_schema = shape(
        limit=limit_of(LIMIT),
        unit=described(TEXT, "The unit of a number without one. May be empty."),
        unit_required=FLAG,
        read_as=described(
            TEXT, "The number in the response, if it is written in another way: 20000 for 2만. May be empty."
        ),
        # No enum: it would have an empty entry, for which generated clients have no name.
        fault=described(
            TEXT, f"Why no number can be read in the response: `{'`, `'.join(UNREADABLE)}`. Empty: one is read."
        ),
    )
    solution_schema = shape(value=TEXT, tolerance=TEXT, unit=TEXT)

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {
            "value": str(definition["value"]),
            "tolerance": str(definition.get("tolerance", 0)),
            "unit": definition.get("unit", ""),
            **({"unit_text": definition["unit_text"]} if "unit_text" in definition else {}),
            "units": {unit: str(factor) for unit, factor in definition.get("units", {}).items()},
            "unit_required": definition.get("unit_required", False),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        names = spec.get("unit_text", {}).values()
        if (spec["units"] or spec["unit_required"] or names) and not spec["unit"]:
            raise SpecError("no-unit", gettext_noop("Other units, or a required one, need the unit of the value."))
        factors = {fold(unit): Decimal(factor) for unit, factor in spec["units"].items()}
        if fold(spec["unit"]) in factors or any(factors.get(fold(name), 1) != 1 for name in names):
            raise SpecError("unit-twice", gettext_noop("The unit of the value is among the other units."))

    def public_form(self, spec: Spec) -> Spec:
        # The unit is part of the question: it says in which unit the number is expected.
        names = ("unit", "unit_text", "unit_required")
        return {**super().public_form(spec), **{name: spec[name] for name in names if name in spec}}

    def read_response(self, public: Spec, raw: Any) -> Response:
        return {"text": text_answer(mapping(raw, "text")["text"], LIMIT)}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"text": form.get(public["uuid"]) or ""}

    def grade(self, spec: Spec, response: Response) -> Score:
        text = str(response.get("text") or "").strip()
        if not text:
            return score(spec, "unanswered", "unanswered")
        factors = {fold(name): Decimal(factor) for name, factor in spec["units"].items()}
        names = [fold(name) for name in (spec["unit"], *spec.get("unit_text", {}).values())]
        factors |= dict.fromkeys(names if spec["unit"] else COUNTERS, Decimal(1))
        reading = read_answer(text, factors)
        if reading.number is None or reading.fault:
            return score(spec, "incorrect", reading.fault)
        if not reading.unit and spec["unit_required"]:
            return score(spec, "incorrect", "unit-missing")
        value = reading.number * factors[reading.unit] if reading.unit else reading.number
        within = abs(value - Decimal(spec["value"])) <= Decimal(spec["tolerance"])
        outcome: Outcome = "correct" if within else "incorrect"
        return score(spec, outcome, "within-tolerance" if within else "outside-tolerance", str(value))

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {name: spec[name] for name in ("value", "tolerance", "unit")}

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        around = f" ± {spec['tolerance']}" if Decimal(spec["tolerance"]) else ""
        return f"{spec['value']}{around} {_shown_unit(spec, choose)}".strip()

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """Return the parts of the body; `read_as` and `fault` tell the student how the number is read, before it is graded."""
        unit = _shown_unit(public, choose)
        # The other units are unknown here, and an answer with one of them is read by the same number.
        read_as, fault = how_read(str(response.get("text") or ""), {fold(unit), *COUNTERS})
        return {
            "limit": LIMIT,
            "unit": unit,
            "unit_required": public["unit_required"],
            "read_as": read_as,
            "fault": fault,
        }


def _shown_unit(spec: Spec, choose: Callable[[Texts], str]) -> str:
    """Return the unit in the reader's language."""
    return choose(spec["unit_text"]) if "unit_text" in spec else str(spec["unit"])


KIND = Numeric()
