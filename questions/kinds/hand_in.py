"""Define hand-in questions: a text, files, or both, graded by a person with a rubric.

Students see the rubric, but not the notes for graders. The files are `HandInFile` rows of the attempt; the graded
response lists them under "files".
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from questions.base import (
    KEY_SCHEMA,
    Form,
    Html,
    Identify,
    Kind,
    Response,
    Score,
    Spec,
    SpecError,
    Texts,
    gettext_noop,
    mapping,
    score,
    text_answer,
    texts_schema,
    unique_keys,
)
from questions.schemas import COUNT, FLAG, LABELLED, POINTS, TEXT, answer_of, limit_of, list_of, shape

LIMIT = 20_000
# Allowed file types. A browser executes none of them when it opens one.
FILE_TYPES = ("pdf", "txt", "md", "csv", "ipynb", "json", "png", "jpg", "docx", "xlsx", "pptx", "zip")
MAX_FILES = 10


class HandIn(Kind):
    name = "hand_in"
    label = gettext_noop("hand-in")
    position = 80
    by_person = True
    with_files = True
    schema = {
        "type": "object",
        "properties": {
            "rubric": {
                "type": "array",
                "minItems": 1,
                "maxItems": 20,
                "items": {
                    "type": "object",
                    "properties": {
                        "key": KEY_SCHEMA,
                        "text": texts_schema(),
                        "points": {"type": "number", "exclusiveMinimum": 0, "maximum": 9999.99},
                    },
                    "required": ["key", "text", "points"],
                    "additionalProperties": False,
                },
            },
            "text": {"type": "boolean"},
            "files": {
                "type": "object",
                "properties": {
                    "max": {"type": "integer", "minimum": 0, "maximum": MAX_FILES},
                    "types": {"type": "array", "items": {"type": "string", "enum": list(FILE_TYPES)}},
                },
                "required": ["max"],
                "additionalProperties": False,
            },
            "notes": texts_schema(),
        },
        "required": ["rubric"],
        "additionalProperties": False,
    }
    response_schema = shape(text=answer_of(LIMIT, "Files are sent by themselves."))
    body_schema = shape(
        limit=limit_of(LIMIT),
        takes_text=FLAG,
        files=shape(
            "HandInLimits", max={**COUNT, "maximum": MAX_FILES}, types=list_of(TEXT, "Endings of names, such as `pdf`.")
        ),
        rubric=list_of(shape("HandInCriterion", **LABELLED, points=POINTS)),
    )
    solution_schema = shape()

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        files = definition.get("files", {"max": 0})
        return {
            "rubric": [
                {
                    "uuid": identify(f"criterion/{criterion['key']}"),
                    "text": criterion["text"],
                    "html": html(criterion["text"]),
                    "points": f"{Decimal(str(criterion['points'])):.2f}",
                }
                for criterion in definition["rubric"]
            ],
            "takes_text": definition.get("text", True),
            "files": {"max": files["max"], "types": list(files.get("types") or FILE_TYPES)},
            "notes": html(definition.get("notes", {})),
        }

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        unique_keys(spec["rubric"])
        if sum(Decimal(criterion["points"]) for criterion in spec["rubric"]) != Decimal(spec["points"]):
            raise SpecError("rubric-sum", gettext_noop("The points of the rubric add up to those of the question."))
        if not spec["takes_text"] and not spec["files"]["max"]:
            raise SpecError("nothing-to-hand-in", gettext_noop("A hand-in takes a text, files, or both."))

    def public_form(self, spec: Spec) -> Spec:
        return {**super().public_form(spec), **{name: spec[name] for name in ("rubric", "takes_text", "files")}}

    def read_response(self, public: Spec, raw: Any) -> Response:
        return {"text": text_answer(mapping(raw, "text")["text"], LIMIT if public["takes_text"] else 0)}

    def from_form(self, public: Spec, form: Form) -> Any:
        # A browser sends a line end as two characters. The length limit counts it as one.
        return {"text": (form.get(public["uuid"]) or "").replace("\r\n", "\n")}

    def grade(self, spec: Spec, response: Response) -> Score:
        if not str(response.get("text") or "").strip() and not response.get("files"):
            return score(spec, "unanswered", "unanswered")
        return score(spec, "pending", "by-person")

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {}

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        return {
            "limit": LIMIT,
            "takes_text": public["takes_text"],
            "files": public["files"],
            "rubric": [
                {
                    "uuid": criterion["uuid"],
                    "text": choose(criterion["text"]),
                    "html": choose(criterion["html"]),
                    "points": criterion["points"],
                }
                for criterion in public["rubric"]
            ],
        }


KIND = HandIn()
