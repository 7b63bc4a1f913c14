"""Contain the code that single choice and multiple choice questions share."""

import random
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from questions.base import Kind, Response, Spec, SpecError, Texts, gettext_noop
from questions.schemas import FLAG, LABELLED, UUID, described, list_of, shape


class ChoiceKind(Kind):
    rows: ClassVar[Literal["choices", "answers", ""]] = "choices"
    body_schema = shape(choices=list_of(shape("ShownChoice", **LABELLED, is_chosen=FLAG)))
    solution_schema = shape(choices=list_of(described(UUID, "A right choice.")))

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        if len(spec["choices"]) < 2:
            raise SpecError("too-few-choices", gettext_noop("A choice question needs at least two choices."))
        if not all(any(choice["text"].values()) for choice in spec["choices"]):
            raise SpecError("choice-without-text", gettext_noop("A choice has no text."))

    def public_form(self, spec: Spec) -> Spec:
        choices = [{name: choice[name] for name in ("uuid", "text", "html")} for choice in spec["choices"]]
        return {**super().public_form(spec), "choices": choices}

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {"choices": sorted(correct(spec), key=[choice["uuid"] for choice in spec["choices"]].index)}

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        return _join_texts(spec, chosen_in(response), choose)

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return _join_texts(spec, correct(spec), choose)

    def feedback(self, spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return one entry for each chosen choice that has feedback."""
        chosen = chosen_in(response)
        return [
            {"html": choice["feedback"], "lesson": choice["lesson"] or spec["lesson"]}
            for choice in spec["choices"]
            if choice["uuid"] in chosen and any(choice["feedback"].values())
        ]

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        choices = list(public["choices"])
        order.shuffle(choices)
        return {**public, "choices": choices}

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        chosen = chosen_in(response)
        return {
            "choices": [
                {
                    "uuid": choice["uuid"],
                    "text": choose(choice["text"]),
                    "html": choose(choice["html"]),
                    "is_chosen": choice["uuid"] in chosen,
                }
                for choice in public["choices"]
            ]
        }


def _join_texts(spec: Spec, chosen: set[str], choose: Callable[[Texts], str]) -> str:
    return ", ".join(choose(choice["text"]) for choice in spec["choices"] if choice["uuid"] in chosen)


def correct(spec: Spec) -> set[str]:
    """Return the uuids of the correct choices."""
    return {choice["uuid"] for choice in spec["choices"] if choice["correct"]}


def names(public: Spec) -> set[str]:
    """Return the uuids of all choices."""
    return {choice["uuid"] for choice in public["choices"]}


def chosen_in(response: Response) -> set[str]:
    """Return the uuids of the chosen choices; a single choice has at most one."""
    return {choice for choice in (response.get("choice"), *(response.get("choices") or [])) if choice}
