"""Grade fill-in questions: a text with blanks, marked {{key}}. `questions.blanks` has what may stand in a blank.

Credit "partial": points × right blanks / blanks.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from questions.base import (
    CREDIT_SCHEMA,
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
    unique_keys,
)
from questions.blanks import BLANK_SCHEMA, CONTENTS, LIMIT, type_of
from questions.comparing.numbers import UNREADABLE
from questions.comparing.short_answers import normalise
from questions.schemas import (
    COUNT,
    TEXT,
    UUID,
    answer_of,
    described,
    limit_of,
    list_of,
    map_of,
    or_null,
    shape,
    shape_of_some,
)

MARK = re.compile(r"\{\{([a-z0-9][a-z0-9-]{0,99})\}\}")


class FillIn(Kind):
    name = "fill_in"
    label = gettext_noop("fill in the blanks")
    position = 70
    schema = {
        "type": "object",
        "properties": {
            "blanks": {"type": "array", "minItems": 1, "maxItems": 20, "items": BLANK_SCHEMA},
            "credit": CREDIT_SCHEMA,
        },
        "required": ["blanks"],
        "additionalProperties": False,
    }
    response_schema = shape(
        blanks=map_of(answer_of(LIMIT), "The text of each blank; of a menu the uuid of the choice.")
    )
    body_schema = shape(
        limit=limit_of(LIMIT),
        blanks=list_of(UUID),
        pieces=list_of(
            shape_of_some(
                "FillInPiece",
                html=described(TEXT, "Only of a piece of the question's text."),
                uuid=described(UUID, "Only of a blank, as is all that follows."),
                number={**COUNT, "minimum": 1},
                type={"type": "string", "enum": ["words", "menu", "number"]},
                text=described(TEXT, "The text in the response; of a menu that of the choice. May be empty."),
                choice=or_null(UUID, "The choice in the response. Only of a menu."),
                choices=list_of(shape("FillInChoice", uuid=UUID, text=TEXT), "Only of a menu."),
                read_as=described(
                    TEXT, "Only of a number: the one in the response, if it is written in another way. May be empty."
                ),
                # No enum: it would have an empty entry, for which generated clients have no name.
                fault=described(
                    TEXT,
                    "Only of a number: why none can be read in the response: "
                    f"`{'`, `'.join(UNREADABLE)}`. Empty: one is read.",
                ),
            ),
            "The question's text in order: HTML, and the blanks in it.",
        ),
    )
    solution_schema = shape(
        blanks=map_of(list_of(TEXT), "What each blank accepts; of a menu the uuids of the right choices.")
    )

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {
            "blanks": [
                {"uuid": identify(f"blank/{blank['key']}"), "key": blank["key"], **_content(blank, identify)}
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
        for blank in spec["blanks"]:
            if sum(name in blank for name in CONTENTS) != 1:
                raise SpecError(
                    "blank-of-one-type", gettext_noop("A blank has accepted answers, choices or a number: one of them.")
                )
            type_of(blank).check(blank)

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
            "blanks": [{"uuid": blank["uuid"], **type_of(blank).public_form(blank)} for blank in spec["blanks"]],
        }

    def read_response(self, public: Spec, raw: Any) -> Response:
        blanks = mapping(raw, "blanks")["blanks"]
        if not isinstance(blanks, Mapping):
            raise ResponseError("shape")
        by_name = {blank["uuid"]: blank for blank in public["blanks"]}
        read = {}
        for raw_name, given in blanks.items():
            name = known(raw_name, set(by_name))
            if given != "":
                read[name] = type_of(by_name[name]).read(by_name[name], given)
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
            graded = type_of(blank).grade(blank, given.get(blank["uuid"], ""))
            right += graded.is_right
            parts.append(
                {
                    "of": blank["uuid"],
                    "outcome": "correct" if graded.is_right else "incorrect",
                    "rule": graded.rule,
                    "matched": graded.matched,
                }
            )
        return share(spec, right, len(parts), "blanks", parts)

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {"blanks": {blank["uuid"]: type_of(blank).solution(blank) for blank in spec["blanks"]}}

    def question_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        numbers = {blank["key"]: number for number, blank in _numbered(spec)}
        return MARK.sub(lambda mark: f"[{numbers[mark[1]]}]", choose(spec["text"]))

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        given = response.get("blanks") or {}

        def shown(blank: Spec) -> str:
            return type_of(blank).answer_text(blank, given.get(blank["uuid"], ""), choose) or "–"

        return "; ".join(f"{number}. {shown(blank)}" for number, blank in _numbered(spec)) if given else ""

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return "; ".join(
            f"{number}. {type_of(blank).solution_text(blank, choose)}" for number, blank in _numbered(spec)
        )

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        return {**public, "blanks": [type_of(blank).shuffled(blank, order) for blank in public["blanks"]]}

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """Return the parts of the body; `pieces` are the blanks and the HTML between them, in order."""
        given = response.get("blanks") or {}
        pieces: list[dict[str, Any]] = []
        by_name = {blank["uuid"]: (number, blank) for number, blank in _numbered(public)}
        for index, piece in enumerate(MARK.split(choose(public["html"]))):
            if index % 2:
                number, blank = by_name[piece]
                shown = type_of(blank).body(blank, given.get(piece, ""), choose)
                pieces.append({"uuid": piece, "number": number, **shown})
            else:
                pieces.append({"html": piece})
        return {"limit": LIMIT, "blanks": list(by_name), "pieces": pieces}


def _content(blank: Mapping[str, Any], identify: Identify) -> Spec:
    """Return what the spec has of a blank. A blank of two types has both, so that `parse` finds it."""
    return {
        name: value
        for content in CONTENTS
        if content in blank
        for name, value in type_of({content: None}).build(blank, identify).items()
    }


def _numbered(spec: Spec) -> Iterator[tuple[int, Spec]]:
    return enumerate(spec["blanks"], 1)


KIND = FillIn()
