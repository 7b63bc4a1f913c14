"""Grade ordering questions: items are put into the right order.

Credit "partial": points × items in the right position / items.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from questions.base import (
    CREDIT_SCHEMA,
    KEY_SCHEMA,
    Form,
    Html,
    Identify,
    Kind,
    Response,
    ResponseError,
    Score,
    Spec,
    Texts,
    gettext_noop,
    known,
    mapping,
    score,
    share,
    texts_schema,
    unique_keys,
)
from questions.schemas import LABELLED, UUID, Schema, list_of, map_of, or_null, shape

MOST_ITEMS = 20
PLACE: Schema = {"type": "integer", "format": "int32", "minimum": 1, "maximum": MOST_ITEMS}


class Ordering(Kind):
    name = "ordering"
    label = gettext_noop("ordering")
    position = 50
    schema = {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "minItems": 2,
                "maxItems": MOST_ITEMS,
                "items": {
                    "type": "object",
                    "properties": {"key": KEY_SCHEMA, "text": texts_schema()},
                    "required": ["key", "text"],
                    "additionalProperties": False,
                },
            },
            "credit": CREDIT_SCHEMA,
        },
        "required": ["items"],
        "additionalProperties": False,
    }
    response_schema = shape(positions=map_of(PLACE, "The place of each item, from 1."))
    body_schema = shape(
        items=list_of(shape("OrderingItem", **LABELLED, position=or_null(PLACE, "In the response. Null: no place.")))
    )
    solution_schema = shape(items=list_of(UUID, "The items in their right order."))

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {
            "items": [
                {"uuid": identify(f"item/{item['key']}"), "text": item["text"], "html": html(item["text"])}
                for item in definition["items"]
            ],
            "credit": definition.get("credit", "all"),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        unique_keys(spec["items"])

    def public_form(self, spec: Spec) -> Spec:
        # Sort by uuid, because the order in the spec is the solution.
        items = sorted(spec["items"], key=lambda item: item["uuid"])
        return {**super().public_form(spec), "items": items}

    def read_response(self, public: Spec, raw: Any) -> Response:
        positions = mapping(raw, "positions")["positions"]
        if not isinstance(positions, Mapping):
            raise ResponseError("shape")
        names = {item["uuid"] for item in public["items"]}
        read: dict[str, int] = {}
        for name, position in positions.items():
            item = known(name, names)
            if position in (None, ""):
                continue
            if isinstance(position, bool) or not isinstance(position, int) or not 1 <= position <= len(names):
                raise ResponseError("shape")
            read[item] = position
        return {"positions": dict(sorted(read.items()))}

    def from_form(self, public: Spec, form: Form) -> Any:
        given = {item["uuid"]: form.get(f"{public['uuid']}:{item['uuid']}") or "" for item in public["items"]}
        return {
            "positions": {
                # A longer number cannot be a position. It stays a text, and `read_response` refuses it.
                uuid: int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else text
                for uuid, text in given.items()
            }
        }

    def grade(self, spec: Spec, response: Response) -> Score:
        positions = response.get("positions") or {}
        if not positions:
            return score(spec, "unanswered", "unanswered")
        # If two items have the same position, both are wrong. Items with the same text are interchangeable: a student cannot
        # tell them apart.
        places = list(positions.values())
        texts = dict(enumerate((item["text"] for item in spec["items"]), 1))
        right = [
            places.count(place := positions.get(item["uuid"], 0)) == 1 and texts.get(place) == item["text"]
            for item in spec["items"]
        ]
        parts = [
            {"of": item["uuid"], "outcome": "correct" if is_right else "incorrect", "rule": "position", "matched": ""}
            for item, is_right in zip(spec["items"], right, strict=True)
        ]
        return share(spec, sum(right), len(right), "positions", parts)

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {"items": [item["uuid"] for item in spec["items"]]}

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        positions = response.get("positions") or {}
        if not positions:
            return ""
        # Two items may have the same position, and one may have none: only the numbers tell this from the right order.
        placed = sorted(spec["items"], key=lambda item: positions.get(item["uuid"], MOST_ITEMS + 1))
        return " → ".join(f"{positions.get(item['uuid'], '–')}. {choose(item['text'])}" for item in placed)

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return " → ".join(f"{place}. {choose(item['text'])}" for place, item in enumerate(spec["items"], 1))

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        items = list(public["items"])
        order.shuffle(items)
        return {**public, "items": items}

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        positions = response.get("positions") or {}
        return {
            "items": [
                {
                    "uuid": item["uuid"],
                    "text": choose(item["text"]),
                    "html": choose(item["html"]),
                    "position": positions.get(item["uuid"]),
                }
                for item in public["items"]
            ]
        }


KIND = Ordering()
