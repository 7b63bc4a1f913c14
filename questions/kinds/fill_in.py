"""Grade fill-in questions: a text with blanks, marked {{key}}. `questions.short_answers` compares each blank.

Credit "partial": points × right blanks / blanks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
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
    SpecError,
    Texts,
    gettext_noop,
    known,
    mapping,
    score,
    share,
    text_answer,
    unique_keys,
)
from questions.schemas import COUNT, TEXT, UUID, answer_of, described, limit_of, list_of, map_of, shape, shape_of_some
from questions.short_answers import decide, normalise

LIMIT = 200
MARK = re.compile(r"\{\{([a-z0-9][a-z0-9-]{0,99})\}\}")


class FillIn(Kind):
    name = "fill_in"
    label = gettext_noop("fill in the blanks")
    position = 70
    schema = {
        "type": "object",
        "properties": {
            "blanks": {
                "type": "array",
                "minItems": 1,
                "maxItems": 20,
                "items": {
                    "type": "object",
                    "properties": {
                        "key": KEY_SCHEMA,
                        "accept": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 100,
                            "items": {"type": "string", "minLength": 1, "maxLength": LIMIT},
                        },
                    },
                    "required": ["key", "accept"],
                    "additionalProperties": False,
                },
            },
            "credit": CREDIT_SCHEMA,
        },
        "required": ["blanks"],
        "additionalProperties": False,
    }
    response_schema = shape(blanks=map_of(answer_of(LIMIT), "The text of each blank."))
    body_schema = shape(
        limit=limit_of(LIMIT),
        blanks=list_of(UUID),
        pieces=list_of(
            shape_of_some(
                "FillInPiece",
                html=described(TEXT, "Only of a piece of the question's text."),
                uuid=described(UUID, "Only of a blank, as are `number` and `text`."),
                number={**COUNT, "minimum": 1},
                text=described(TEXT, "The text in the response. May be empty."),
            ),
            "The question's text in order: HTML, and the blanks in it.",
        ),
    )
    solution_schema = shape(blanks=map_of(list_of(TEXT), "What each blank accepts."))

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {
            "blanks": [
                {"uuid": identify(f"blank/{blank['key']}"), "key": blank["key"], "accept": blank["accept"]}
                for blank in definition["blanks"]
            ],
            "credit": definition.get("credit", "all"),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        unique_keys(spec["blanks"])
        keys = sorted(blank["key"] for blank in spec["blanks"])
        if any(sorted(MARK.findall(text)) != keys for text in (*spec["text"].values(), *spec["html"].values()) if text):
            raise SpecError(
                "blanks-and-marks", gettext_noop("Each blank stands in the text once as {{key}}, in every language.")
            )
        if any(not normalise(text) for blank in spec["blanks"] for text in blank["accept"]):
            raise SpecError("empty-blank", gettext_noop("An accepted answer of a blank is empty."))

    def public_form(self, spec: Spec) -> Spec:
        names = {blank["key"]: blank["uuid"] for blank in spec["blanks"]}

        def marked(texts: Texts) -> Texts:
            # The marks get uuids, because an author's key may be the answer itself.
            return {code: MARK.sub(lambda mark: f"{{{{{names[mark[1]]}}}}}", text) for code, text in texts.items()}

        public = super().public_form(spec)
        return {
            **public,
            "text": marked(public["text"]),
            "html": marked(public["html"]),
            "blanks": [{"uuid": blank["uuid"]} for blank in spec["blanks"]],
        }

    def read_response(self, public: Spec, raw: Any) -> Response:
        blanks = mapping(raw, "blanks")["blanks"]
        if not isinstance(blanks, Mapping):
            raise ResponseError("shape")
        names = {blank["uuid"] for blank in public["blanks"]}
        read = {known(name, names): text_answer(text, LIMIT) for name, text in blanks.items() if text != ""}
        return {"blanks": dict(sorted(read.items()))}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {
            "blanks": {blank["uuid"]: form.get(f"{public['uuid']}:{blank['uuid']}") or "" for blank in public["blanks"]}
        }

    def grade(self, spec: Spec, response: Response) -> Score:
        given = response.get("blanks") or {}
        if not any(normalise(text) for text in given.values()):
            return score(spec, "unanswered", "unanswered")
        parts, right = [], 0
        for blank in spec["blanks"]:
            decision = decide(given.get(blank["uuid"], ""), blank["accept"])
            is_right = decision.verdict == "accept"
            right += is_right
            parts.append(
                {
                    "of": blank["uuid"],
                    "outcome": "correct" if is_right else "incorrect",
                    "rule": decision.rule,
                    "matched": decision.matched,
                }
            )
        return share(spec, right, len(parts), "blanks", parts)

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {"blanks": {blank["uuid"]: blank["accept"] for blank in spec["blanks"]}}

    def question_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        numbers = {blank["key"]: number for number, blank in _numbered(spec)}
        return MARK.sub(lambda mark: f"[{numbers[mark[1]]}]", choose(spec["text"]))

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        given = response.get("blanks") or {}
        return (
            "; ".join(f"{number}. {given.get(blank['uuid'], '–')}" for number, blank in _numbered(spec))
            if given
            else ""
        )

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return "; ".join(f"{number}. {', '.join(blank['accept'])}" for number, blank in _numbered(spec))

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """Return the parts of the body; `pieces` are the blanks and the HTML between them, in order."""
        given = response.get("blanks") or {}
        pieces: list[dict[str, Any]] = []
        names = [blank["uuid"] for blank in public["blanks"]]
        for index, piece in enumerate(MARK.split(choose(public["html"]))):
            if index % 2:
                pieces.append({"uuid": piece, "number": names.index(piece) + 1, "text": given.get(piece, "")})
            else:
                pieces.append({"html": piece})
        return {"limit": LIMIT, "blanks": names, "pieces": pieces}


def _numbered(spec: Spec) -> Iterator[tuple[int, Spec]]:
    return enumerate(spec["blanks"], 1)


KIND = FillIn()
