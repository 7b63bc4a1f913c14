"""Grade numeric answers: a number within a tolerance, with an optional unit.

Accepted notations: 1,234.5 · −0.7 · 1.2e-3 · １２ (full width) · 35 ms. A comma groups three digits and is never
a decimal point. Other units are converted into the author's unit by their factor. A number
without a unit is in the author's unit, unless the unit is required.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
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
from questions.schemas import FLAG, TEXT, answer_of, described, limit_of, shape

LIMIT = 100
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(.*)", re.DOTALL)
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
    )
    solution_schema = shape(value=TEXT, tolerance=TEXT, unit=TEXT)

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {
            "value": str(definition["value"]),
            "tolerance": str(definition.get("tolerance", 0)),
            "unit": definition.get("unit", ""),
            "units": {unit: str(factor) for unit, factor in definition.get("units", {}).items()},
            "unit_required": definition.get("unit_required", False),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        if (spec["units"] or spec["unit_required"]) and not spec["unit"]:
            raise SpecError("no-unit", gettext_noop("Other units, or a required one, need the unit of the value."))
        if _folded(spec["unit"]) in {_folded(unit) for unit in spec["units"]}:
            raise SpecError("unit-twice", gettext_noop("The unit of the value is among the other units."))

    def public_form(self, spec: Spec) -> Spec:
        # The unit is part of the question: it says in which unit the number is expected.
        return {**super().public_form(spec), "unit": spec["unit"], "unit_required": spec["unit_required"]}

    def read_response(self, public: Spec, raw: Any) -> Response:
        return {"text": text_answer(mapping(raw, "text")["text"], LIMIT)}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"text": form.get(public["uuid"]) or ""}

    def grade(self, spec: Spec, response: Response) -> Score:
        text = str(response.get("text") or "").strip()
        if not text:
            return score(spec, "unanswered", "unanswered")
        number, unit = read_number(text)
        if number is None:
            return score(spec, "incorrect", "not-a-number")
        factors = {_folded(name): Decimal(factor) for name, factor in spec["units"].items()}
        factors[_folded(spec["unit"])] = Decimal(1)
        if not unit and spec["unit_required"]:
            return score(spec, "incorrect", "unit-missing")
        if unit and unit not in factors:
            return score(spec, "incorrect", "unit-unknown")
        value = number * factors[unit] if unit else number
        within = abs(value - Decimal(spec["value"])) <= Decimal(spec["tolerance"])
        outcome: Outcome = "correct" if within else "incorrect"
        return score(spec, outcome, "within-tolerance" if within else "outside-tolerance", str(value))

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {name: spec[name] for name in ("value", "tolerance", "unit")}

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        around = f" ± {spec['tolerance']}" if Decimal(spec["tolerance"]) else ""
        return f"{spec['value']}{around} {spec['unit']}".strip()

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        return {"limit": LIMIT, "unit": public["unit"], "unit_required": public["unit_required"]}


def _folded(unit: str) -> str:
    # % and ％, µ and μ, ㎳ and ms are equal; case matters: mW is not MW.
    return "".join(unicodedata.normalize("NFKC", unit).split())


def read_number(text: str) -> tuple[Decimal | None, str]:
    """Return the number at the beginning of `text` (None if there is none) and the unit after it."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    match = _NUMBER.match(plain)
    # The pattern always matches, because each of its parts may be empty.
    assert match is not None
    try:
        return Decimal(match[1].replace(",", "")), _folded(match[2])
    except InvalidOperation:
        return None, ""


KIND = Numeric()
