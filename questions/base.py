"""Define what a kind of question is, and what all kinds share.

A full spec is a dict: {"uuid", "kind", "points" (decimal string), "text": {language: Markdown}, "html": {language: …},
"lesson": "slug#heading", "feedback": {"correct", "incorrect"}} and the fields that the kind's `build` adds. Feedbacks
are {language: HTML}. Students get the kind's `public_form` of it: an allow-list of fields without the answer key.
"""

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Literal, Protocol

from questions.schemas import Schema

Spec = dict[str, Any]
Response = dict[str, Any]
Texts = dict[str, str]

Outcome = Literal["correct", "partial", "incorrect", "unanswered", "pending"]
PENDING: Outcome = "pending"


def gettext_noop(message: str) -> str:
    """Mark a message for translation and return it unchanged. This module does not import Django."""
    return message


# The fault if a question of a lesson check may need manual grading.
WAITS_IN_CHECK = gettext_noop("A lesson's check answers at once, so none of its questions may wait for a person.")


class SpecError(ValueError):
    """A fault that the question's author must correct. `code` is stable; `message` is English and translatable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ResponseError(ValueError):
    """A response that does not fit its question. `code` is stable: shape, unknown-choice, too-long.

    `limit` is the allowed length in characters and `length` that of the text, for too-long only.
    """

    def __init__(self, code: str, limit: int = 0, length: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit
        self.length = length


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one response, the `rule` that decided, and the author's text that the response `matched`.

    `points` and `max_points` are decimal strings, so that the score can be stored as JSON and read back exactly.
    `parts` has one entry for each part of a question with several parts: {"of", "outcome", "rule", "matched"}.
    """

    points: str
    max_points: str
    outcome: Outcome
    rule: str
    matched: str = ""
    parts: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        # Not by dataclasses.asdict, which copies each text and takes a twentieth of a grading.
        stored: dict[str, Any] = {
            "points": self.points,
            "max_points": self.max_points,
            "outcome": self.outcome,
            "rule": self.rule,
            "matched": self.matched,
        }
        return {**stored, "parts": [dict(part) for part in self.parts]} if self.parts else stored


class Form(Protocol):
    """A form as a browser sends it."""

    def get(self, key: str, /) -> str | None: ...

    def getlist(self, key: str, /) -> Sequence[str]: ...


Html = Callable[[Texts], Texts]
Identify = Callable[[str], str]


class Kind(ABC):
    """One kind of question. `templates/quizzes/kinds/_<name>.html` shows it for answering and in results."""

    name: ClassVar[str]
    # The kind's English name, marked for translation.
    label: ClassVar[str]
    # The order in lists of kinds.
    position: ClassVar[int] = 100
    # The rows of the course format that the kind needs: "choices", or "answers" ("accept" with "known_wrong").
    rows: ClassVar[Literal["choices", "answers", ""]] = ""
    # JSON Schema of the `definition` that an author writes.
    schema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}, "additionalProperties": False}
    # JSON Schemas for the API's description: of a response, of what `body` returns, and of what `solution` returns.
    response_schema: ClassVar[Schema]
    body_schema: ClassVar[Schema]
    solution_schema: ClassVar[Schema]
    # `by_person`: only a person grades it. `with_files`: students upload files with their answer.
    by_person: ClassVar[bool] = False
    with_files: ClassVar[bool] = False

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        """Return the part of the spec that comes from `definition`. The definition is already valid by the schema.

        `identify` turns an author's key into a public name that does not reveal the key.
        """
        return {}

    def parse(self, spec: Spec) -> None:
        """Check a full spec. Raises SpecError."""
        if not any(spec["text"].values()):
            raise SpecError("no-text", gettext_noop("The question has no text."))
        if Decimal(spec["points"]) <= 0:
            raise SpecError("no-points", gettext_noop("The points must be more than 0."))

    def may_wait(self, definition: Mapping[str, Any]) -> bool:
        """Whether some answers need manual grading. `definition` may also be the question's spec."""
        return self.by_person

    def public_form(self, spec: Spec) -> Spec:
        """Return the public form: the fields that a student may see."""
        return {name: spec[name] for name in ("uuid", "kind", "points", "text", "html")}

    @abstractmethod
    def read_response(self, public: Spec, raw: Any) -> Response:
        """Return a student's answer in the form in which it is stored. Raises ResponseError."""

    def is_answered(self, response: Response) -> bool:
        """Whether a stored response has content, at least in one part. Uploaded files are not considered."""
        return _has_content(response)

    @abstractmethod
    def grade(self, spec: Spec, response: Response) -> Score:
        """Return the score of a stored response; {} means no answer."""

    @abstractmethod
    def from_form(self, public: Spec, form: Form) -> Any:
        """Return the raw answer of an HTML form, as `read_response` takes it. Fields are named after the question's uuid."""

    @abstractmethod
    def solution(self, spec: Spec) -> dict[str, Any]:
        """Return the solution, for students who may see the answers."""

    def question_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        """Return the question as plain text, for lists."""
        return choose(spec["text"])

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        """Return the response as plain text, for lists; "" if there is none."""
        return str(response.get("text") or "")

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        """Return the solution as plain text, for lists; "" for kinds that only a person grades."""
        return ""

    def feedback(self, spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the author's feedback on a response: [{"html": {language: …}, "lesson": "slug#heading"}]."""
        if score["outcome"] == PENDING:
            return []
        texts = spec["feedback"]["correct" if score["outcome"] == "correct" else "incorrect"]
        return [{"html": texts, "lesson": spec["lesson"]}] if any(texts.values()) else []

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        """Return the public form with its choices in another order. Kinds without an order return it unchanged."""
        return public

    @abstractmethod
    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """Return the data that templates and the API show below the text: in one language, with the response."""


def _has_content(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_content, value.values()))
    if isinstance(value, list):
        return any(map(_has_content, value))
    return value is not None and bool(str(value).strip())


def score(spec: Spec, outcome: Outcome, rule: str, matched: str = "") -> Score:
    """Return a score with all points for "correct", else with none."""
    top = f"{Decimal(spec['points']):.2f}"
    return Score(top if outcome == "correct" else "0.00", top, outcome, rule, matched)


def share(spec: Spec, right: int, of: int, rule: str, parts: list[dict[str, str]]) -> Score:
    """Return the score of a question with `of` parts if `right` parts are correct.

    Credit "partial": points × right / of, rounded down to 0.01. Credit "all": all points or none.
    """
    top = Decimal(spec["points"])
    if right == of:
        return Score(f"{top:.2f}", f"{top:.2f}", "correct", rule, parts=parts)
    earned = partial(top, Fraction(right, of)) if spec["credit"] == "partial" else Decimal(0)
    return Score(f"{earned:.2f}", f"{top:.2f}", "partial" if earned else "incorrect", rule, parts=parts)


def partial(points: Decimal, fraction: Fraction) -> Decimal:
    """Return a fraction of the points, rounded down to 0.01, at least 0. It is exact: a third of 3 points is 1."""
    return max(Decimal(0), Decimal(math.floor(Fraction(points) * fraction * 100)) / 100)


def mapping(raw: Any, *names: str) -> Mapping[str, Any]:
    """Return `raw` if it is a mapping with exactly these names. Raises ResponseError."""
    if not isinstance(raw, Mapping) or set(raw) != set(names):
        raise ResponseError("shape")
    return raw


def text_answer(raw: Any, limit: int) -> str:
    """Return `raw` if it is a text of at most `limit` characters. Raises ResponseError."""
    # PostgreSQL's text type can store neither NUL nor a lone surrogate.
    if not isinstance(raw, str) or "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise ResponseError("shape")
    if len(raw) > limit:
        raise ResponseError("too-long", limit, len(raw))
    return raw


def known(raw: Any, names: set[str]) -> str:
    """Return `raw` in lower case if it is one of `names`. Raises ResponseError."""
    if not isinstance(raw, str):
        raise ResponseError("shape")
    if raw.lower() not in names:
        raise ResponseError("unknown-choice")
    return raw.lower()


def texts_schema() -> dict[str, Any]:
    """Return the JSON Schema of {language: text}."""
    return {
        "type": "object",
        "properties": {code: {"type": "string", "minLength": 1, "maxLength": 4000} for code in ("ko", "en")},
        "minProperties": 1,
        "additionalProperties": False,
    }


KEY_SCHEMA: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$"}
CREDIT_SCHEMA: dict[str, Any] = {"type": "string", "enum": ["all", "partial"]}


def unique_keys(entries: Sequence[Mapping[str, Any]]) -> None:
    """Raise SpecError if two parts of a question have the same uuid."""
    if len({entry["uuid"] for entry in entries}) != len(entries):
        raise SpecError("key-twice", gettext_noop("Two parts of the question have the same key."))
