"""Define what may stand in a blank of a fill-in question: words that are typed, a menu of choices, or a number.

A blank of a spec has `accept`; or `choices`, each {"uuid", "key", "text", "correct"}; or `value`, `tolerance` and `unit`.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal

from questions.base import (
    KEY_SCHEMA,
    Identify,
    Spec,
    SpecError,
    Texts,
    gettext_noop,
    known,
    text_answer,
)
from questions.comparing.numbers import COUNTERS, fold, how_read, read_answer
from questions.comparing.short_answers import decide, normalise

LIMIT = 200
BLANK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "key": KEY_SCHEMA,
        "accept": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {"type": "string", "minLength": 1, "maxLength": LIMIT},
        },
        "choices": {
            "type": "array",
            "minItems": 2,
            "maxItems": 20,
            "items": {
                "type": "object",
                "properties": {
                    "key": KEY_SCHEMA,
                    "correct": {"type": "boolean"},
                    # Plain text: a menu has no formatting.
                    "text": {
                        "type": "object",
                        "properties": {
                            code: {"type": "string", "minLength": 1, "maxLength": LIMIT, "pattern": r"^[^\n]*$"}
                            for code in ("ko", "en")
                        },
                        "minProperties": 1,
                        "additionalProperties": False,
                    },
                },
                "required": ["key", "text"],
                "additionalProperties": False,
            },
        },
        "value": {"type": "number"},
        "tolerance": {"type": "number", "minimum": 0},
        "unit": {"type": "string", "minLength": 1, "maxLength": 30},
    },
    "required": ["key"],
    "dependentRequired": {"tolerance": ["value"], "unit": ["value"]},
    "additionalProperties": False,
}
# The names of which a blank has exactly one.
CONTENTS = ("accept", "choices", "value")


@dataclass(frozen=True, slots=True)
class BlankScore:
    """Whether a blank is right, the rule that decided, and the author's text that the answer matched."""

    is_right: bool
    rule: str
    matched: str = ""


class BlankType(ABC):
    """What a student enters in a blank, and how it is graded. `name` is its name in the API."""

    name: ClassVar[Literal["words", "menu", "number"]]

    @abstractmethod
    def build(self, blank: Mapping[str, Any], identify: Identify) -> Spec:
        """Return the part of the spec that comes from the definition of the blank."""

    @abstractmethod
    def check(self, blank: Spec) -> None:
        """Check a blank of a spec. Raises SpecError."""

    def public_form(self, blank: Spec) -> Spec:
        """Return what a student may see of the blank, besides its uuid."""
        return {}

    def read(self, public: Spec, raw: Any) -> str:
        """Return an answer as it is stored. Raises ResponseError."""
        return text_answer(raw, LIMIT)

    @abstractmethod
    def grade(self, blank: Spec, given: str) -> BlankScore:
        """Return the score of a stored answer; "" means no answer."""

    @abstractmethod
    def solution(self, blank: Spec) -> list[str]:
        """Return what is right in the blank: texts, of a menu the uuids of choices."""

    def solution_text(self, blank: Spec, choose: Callable[[Texts], str]) -> str:
        return ", ".join(self.solution(blank))

    def answer_text(self, blank: Spec, given: str, choose: Callable[[Texts], str]) -> str:
        """Return a stored answer as a reader knows it."""
        return given

    def body(self, public: Spec, given: str, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """Return what templates and the API show of the blank, besides its uuid and its number."""
        return {"type": self.name, "text": given}

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        return public


class Words(BlankType):
    """Words that are typed and compared like a short answer."""

    name = "words"

    def build(self, blank: Mapping[str, Any], identify: Identify) -> Spec:
        return {"accept": blank["accept"]}

    def check(self, blank: Spec) -> None:
        if any(not normalise(text) for text in blank["accept"]):
            raise SpecError("empty-blank", gettext_noop("An accepted answer of a blank is empty."))

    def grade(self, blank: Spec, given: str) -> BlankScore:
        decision = decide(given, blank["accept"])
        return BlankScore(decision.verdict == "accept", decision.rule, decision.matched)

    def solution(self, blank: Spec) -> list[str]:
        accept: list[str] = blank["accept"]
        return accept


class Menu(BlankType):
    """A menu of choices, of which one is chosen. Several may be right."""

    name = "menu"

    def build(self, blank: Mapping[str, Any], identify: Identify) -> Spec:
        return {
            "choices": [
                {
                    "uuid": identify(f"blank/{blank['key']}/choice/{choice['key']}"),
                    "text": choice["text"],
                    "correct": choice.get("correct", False),
                }
                for choice in blank["choices"]
            ]
        }

    def check(self, blank: Spec) -> None:
        if len({choice["uuid"] for choice in blank["choices"]}) != len(blank["choices"]):
            raise SpecError("key-twice", gettext_noop("Two parts of the question have the same key."))
        right = sum(choice["correct"] for choice in blank["choices"])
        if not 0 < right < len(blank["choices"]):
            raise SpecError("menu-without-right", gettext_noop("A menu needs a right choice and a wrong one."))
        codes = set(blank["choices"][0]["text"])
        if any(set(choice["text"]) != codes for choice in blank["choices"]):
            raise SpecError(
                "menu-languages", gettext_noop("The choices of a menu are not written in the same languages.")
            )
        for code in codes:
            shown = [" ".join(choice["text"][code].split()) for choice in blank["choices"]]
            if "" in shown or len(set(shown)) != len(shown):
                raise SpecError("menu-twice", gettext_noop("Two choices of a menu are the same, or one is empty."))

    def public_form(self, blank: Spec) -> Spec:
        return {"choices": [{"uuid": choice["uuid"], "text": choice["text"]} for choice in blank["choices"]]}

    def read(self, public: Spec, raw: Any) -> str:
        return known(raw, {choice["uuid"] for choice in public["choices"]})

    def grade(self, blank: Spec, given: str) -> BlankScore:
        if not given:
            return BlankScore(False, "unanswered")
        is_right = given in self.solution(blank)
        return BlankScore(is_right, "right-choice" if is_right else "wrong-choice")

    def solution(self, blank: Spec) -> list[str]:
        return [choice["uuid"] for choice in blank["choices"] if choice["correct"]]

    def solution_text(self, blank: Spec, choose: Callable[[Texts], str]) -> str:
        return ", ".join(choose(choice["text"]) for choice in blank["choices"] if choice["correct"])

    def answer_text(self, blank: Spec, given: str, choose: Callable[[Texts], str]) -> str:
        return next((choose(choice["text"]) for choice in blank["choices"] if choice["uuid"] == given), "")

    def body(self, public: Spec, given: str, choose: Callable[[Texts], str]) -> dict[str, Any]:
        choices = [{"uuid": choice["uuid"], "text": choose(choice["text"])} for choice in public["choices"]]
        return {
            "type": self.name,
            "text": self.answer_text(public, given, choose),
            "choice": given or None,
            "choices": choices,
        }

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        choices = list(public["choices"])
        order.shuffle(choices)
        return {**public, "choices": choices}


class Number(BlankType):
    """A number within a tolerance. The author's unit or a counter may follow it."""

    name = "number"

    def build(self, blank: Mapping[str, Any], identify: Identify) -> Spec:
        return {
            "value": str(blank["value"]),
            "tolerance": str(blank.get("tolerance", 0)),
            "unit": blank.get("unit", ""),
        }

    def check(self, blank: Spec) -> None:
        """The schema has checked all of it."""

    def public_form(self, blank: Spec) -> Spec:
        return {"unit": blank["unit"]}

    def grade(self, blank: Spec, given: str) -> BlankScore:
        if not given.strip():
            return BlankScore(False, "unanswered")
        reading = read_answer(given.strip(), _units(blank))
        if reading.number is None or reading.fault:
            return BlankScore(False, reading.fault)
        is_within = abs(reading.number - Decimal(blank["value"])) <= Decimal(blank["tolerance"])
        return BlankScore(is_within, "within-tolerance" if is_within else "outside-tolerance", str(reading.number))

    def solution(self, blank: Spec) -> list[str]:
        around = f" ± {blank['tolerance']}" if Decimal(blank["tolerance"]) else ""
        return [f"{blank['value']}{around} {blank['unit']}".strip()]

    def body(self, public: Spec, given: str, choose: Callable[[Texts], str]) -> dict[str, Any]:
        read_as, fault = how_read(given, _units(public))
        return {**super().body(public, given, choose), "read_as": read_as, "fault": fault}


def _units(blank: Spec) -> set[str]:
    return {fold(blank["unit"])} if blank["unit"] else set(COUNTERS)


WORDS, MENU, NUMBER = Words(), Menu(), Number()


def type_of(blank: Mapping[str, Any]) -> BlankType:
    """Return the type of a blank of a definition, a spec or a public form."""
    if "choices" in blank:
        return MENU
    return NUMBER if "value" in blank or "unit" in blank else WORDS
