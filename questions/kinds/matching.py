"""Grade matching questions: each left item belongs to one right item; distractors belong to none.

Credit "partial": points × right pairs / pairs. A right item may be chosen more than once.
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
from questions.schemas import LABELLED, UUID, list_of, map_of, or_null, shape


class Matching(Kind):
    name = "matching"
    label = gettext_noop("matching")
    position = 60
    schema = {
        "type": "object",
        "properties": {
            "pairs": {
                "type": "array",
                "minItems": 2,
                "maxItems": 20,
                "items": {
                    "type": "object",
                    "properties": {"key": KEY_SCHEMA, "left": texts_schema(), "right": texts_schema()},
                    "required": ["key", "left", "right"],
                    "additionalProperties": False,
                },
            },
            "distractors": {
                "type": "array",
                "maxItems": 10,
                "items": {
                    "type": "object",
                    "properties": {"key": KEY_SCHEMA, "text": texts_schema()},
                    "required": ["key", "text"],
                    "additionalProperties": False,
                },
            },
            "credit": CREDIT_SCHEMA,
        },
        "required": ["pairs"],
        "additionalProperties": False,
    }
    response_schema = shape(matches=map_of(UUID, "Left uuid: right uuid."))
    body_schema = shape(
        lefts=list_of(shape("MatchingLeft", **LABELLED, match=or_null(UUID, "The right side in the response."))),
        rights=list_of(shape("MatchingRight", **LABELLED)),
    )
    solution_schema = shape(matches=map_of(UUID, "Left uuid: right uuid."))

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        def side(key: str, texts: Texts) -> dict[str, Any]:
            return {"uuid": identify(key), "text": texts, "html": html(texts)}

        pairs = definition["pairs"]
        return {
            "pairs": [
                {"left": side(f"left/{p['key']}", p["left"]), "right": side(f"right/{p['key']}", p["right"])}
                for p in pairs
            ],
            "distractors": [side(f"distractor/{d['key']}", d["text"]) for d in definition.get("distractors", [])],
            "credit": definition.get("credit", "all"),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        unique_keys([*_lefts(spec), *_rights(spec)])

    def public_form(self, spec: Spec) -> Spec:
        # Sort by uuid: in the spec, right items are in the order of the left items, which would show the solution.
        rights = sorted(_rights(spec), key=lambda right: right["uuid"])
        return {**super().public_form(spec), "lefts": _lefts(spec), "rights": rights}

    def read_response(self, public: Spec, raw: Any) -> Response:
        matches = mapping(raw, "matches")["matches"]
        if not isinstance(matches, Mapping):
            raise ResponseError("shape")
        lefts = {left["uuid"] for left in public["lefts"]}
        rights = {right["uuid"] for right in public["rights"]}
        read = {known(left, lefts): known(right, rights) for left, right in matches.items() if right not in (None, "")}
        return {"matches": dict(sorted(read.items()))}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"matches": {left["uuid"]: form.get(f"{public['uuid']}:{left['uuid']}") for left in public["lefts"]}}

    def grade(self, spec: Spec, response: Response) -> Score:
        matches = response.get("matches") or {}
        if not matches:
            return score(spec, "unanswered", "unanswered")
        # Right items with the same text are interchangeable: a student cannot tell them apart.
        same = {right["uuid"]: right["text"] for right in _rights(spec)}
        right = [same.get(matches.get(pair["left"]["uuid"], "")) == pair["right"]["text"] for pair in spec["pairs"]]
        parts = [
            {
                "of": pair["left"]["uuid"],
                "outcome": "correct" if is_right else "incorrect",
                "rule": "match",
                "matched": "",
            }
            for pair, is_right in zip(spec["pairs"], right, strict=True)
        ]
        return share(spec, sum(right), len(right), "matches", parts)

    def solution(self, spec: Spec) -> dict[str, Any]:
        option_of = _options(_rights(spec))
        return {"matches": {pair["left"]["uuid"]: option_of[pair["right"]["uuid"]] for pair in spec["pairs"]}}

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        return _join_pairs(spec, response.get("matches") or {}, choose)

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return _join_pairs(spec, self.solution(spec)["matches"], choose)

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        rights = list(public["rights"])
        order.shuffle(rights)
        return {**public, "rights": rights}

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        matches = response.get("matches") or {}

        def shown(side: Mapping[str, Any]) -> dict[str, Any]:
            return {"uuid": side["uuid"], "text": choose(side["text"]), "html": choose(side["html"])}

        option_of = _options(public["rights"])
        return {
            "lefts": [
                {**shown(left), "match": option_of.get(matches.get(left["uuid"], ""))} for left in public["lefts"]
            ],
            "rights": [shown(right) for right in public["rights"] if option_of[right["uuid"]] == right["uuid"]],
        }


def _join_pairs(spec: Spec, matches: Mapping[str, str], choose: Callable[[Texts], str]) -> str:
    rights = {right["uuid"]: choose(right["text"]) for right in _rights(spec)}
    return "; ".join(
        f"{choose(left['text'])} – {rights.get(matches[left['uuid']], '–')}"
        for left in _lefts(spec)
        if left["uuid"] in matches
    )


def _options(rights: list[Spec]) -> dict[str, str]:
    """Return {right uuid: the uuid that is offered for it}. Of right items with the same text one is offered."""
    offered: dict[tuple[tuple[str, str], ...], str] = {}
    for right in sorted(rights, key=lambda right: str(right["uuid"])):
        offered.setdefault(tuple(sorted(right["text"].items())), right["uuid"])
    return {right["uuid"]: offered[tuple(sorted(right["text"].items()))] for right in rights}


def _lefts(spec: Spec) -> list[Spec]:
    return [pair["left"] for pair in spec["pairs"]]


def _rights(spec: Spec) -> list[Spec]:
    return [*(pair["right"] for pair in spec["pairs"]), *spec["distractors"]]


KIND = Matching()
