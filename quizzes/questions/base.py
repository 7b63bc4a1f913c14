"""Owns what a kind of question is, and what every kind has in common.

A full spec is a dict: {"uuid", "kind", "points" (decimal string), "text": {language: Markdown}, "html": {language: …},
"lesson": "slug#heading", "feedback": {"correct", "incorrect"}} and what the kind's `build` adds. Feedbacks are
{language: HTML}. What a student meets is the kind's `public_form` of it, an allow-list without a word of the key.
"""

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Literal, Protocol

Spec = dict[str, Any]
Response = dict[str, Any]
Texts = dict[str, str]

Outcome = Literal["correct", "partial", "incorrect", "unanswered", "pending"]
PENDING: Outcome = "pending"


def gettext_noop(message: str) -> str:
    """Mark a sentence for the catalogues; whoever shows it translates it. Django's own would need Django."""
    return message


# What is said of such a question in a lesson's check.
WAITS_IN_CHECK = gettext_noop("A lesson's check answers at once, so none of its questions may wait for a person.")


class SpecError(ValueError):
    """A question that its author must mend: a stable code, and an English sentence that the catalogues know."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ResponseError(ValueError):
    """An answer that cannot be one to this question. `code` is stable: shape, unknown-choice, too-long.

    `limit` is the length allowed, in characters, where the answer is too long.
    """

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer is worth, and why: `rule` names what decided, `matched` what it was compared with.

    `points` and `max_points` are decimal strings, so that the score can be stored as JSON and read back exactly.
    `parts` says the same of each part of a question that has several: {"of", "outcome", "rule", "matched"}.
    """

    points: str
    max_points: str
    outcome: Outcome
    rule: str
    matched: str = ""
    parts: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        stored = asdict(self)
        if not stored["parts"]:
            del stored["parts"]
        return stored


class Form(Protocol):
    """A form as a browser sends it."""

    def get(self, key: str, /) -> str | None: ...

    def getlist(self, key: str, /) -> Sequence[str]: ...


Html = Callable[[Texts], Texts]
Identify = Callable[[str], str]


class Kind(ABC):
    """One kind of question. Its template is `templates/quizzes/kinds/_<name>.html`, for answering and for the result."""

    name: ClassVar[str]
    # English and marked for the catalogues.
    label: ClassVar[str]
    # Where it stands in a list of kinds.
    position: ClassVar[int] = 100
    # Which of the course format's own names the kind needs: "choices", or "accept" with "known_wrong".
    rows: ClassVar[Literal["choices", "answers", ""]] = ""
    # JSON Schema of the `definition` that an author writes.
    schema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}, "additionalProperties": False}
    # A definition to begin with, in YAML.
    example: ClassVar[str] = ""
    # The names of the answer's JSON, for the API's documentation.
    response_shape: ClassVar[str] = ""
    # Whether only a person grades it, and whether files belong to an answer.
    by_person: ClassVar[bool] = False
    with_files: ClassVar[bool] = False

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        """The part of the spec that comes from `definition`, which is valid by the schema.

        `identify` turns an author's key into the name by which students meet it, from which nothing can be guessed.
        """
        return {}

    def parse(self, spec: Spec) -> None:
        """Check a full spec. Raises SpecError."""
        if not any(spec["text"].values()):
            raise SpecError("no-text", gettext_noop("The question has no text."))
        if Decimal(spec["points"]) <= 0:
            raise SpecError("no-points", gettext_noop("The points must be more than 0."))

    def may_wait(self, definition: Mapping[str, Any]) -> bool:
        """Whether some answer to it is for a person to decide, by its definition or its spec."""
        return self.by_person

    def public_form(self, spec: Spec) -> Spec:
        """What a student may see."""
        return {name: spec[name] for name in ("uuid", "kind", "points", "text", "html")}

    @abstractmethod
    def read_response(self, public: Spec, raw: Any) -> Response:
        """Bring a student's answer into its one stored shape. Raises ResponseError."""

    def is_answered(self, response: Response) -> bool:
        """Whether an answer in its stored shape says anything, be it only in part. Files are told elsewhere."""
        return _says_something(response)

    @abstractmethod
    def grade(self, spec: Spec, response: Response) -> Score:
        """Grade an answer in its stored shape; {} is none."""

    @abstractmethod
    def from_form(self, public: Spec, form: Form) -> Any:
        """What `read_response` is given for a form; its fields are named after the question's uuid."""

    @abstractmethod
    def solution(self, spec: Spec) -> dict[str, Any]:
        """What would have been right, once the answers may be shown."""

    def question_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        """The question as a person reads it in a list."""
        return choose(spec["text"])

    def answer_text(self, spec: Spec, response: Response, choose: Callable[[Texts], str]) -> str:
        """What was answered, as a person reads it in a list; "" for nothing."""
        return str(response.get("text") or "")

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        """What is right, as a person reads it in a list; "" where only a person can say."""
        return ""

    def feedback(self, spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the author says about this answer: [{"html": {language: …}, "lesson": "slug#heading"}]."""
        if score["outcome"] == PENDING:
            return []
        texts = spec["feedback"]["correct" if score["outcome"] == "correct" else "incorrect"]
        return [{"html": texts, "lesson": spec["lesson"]}] if any(texts.values()) else []

    def shuffled(self, public: Spec, order: random.Random) -> Spec:
        """Return the public form with its choices in another order. Kinds without an order return it unchanged."""
        return public

    @abstractmethod
    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        """What the template and the API show below the question's text, in one language, with what was answered."""


def _says_something(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_says_something, value.values()))
    if isinstance(value, list):
        return any(map(_says_something, value))
    return value is not None and bool(str(value).strip())


def score(spec: Spec, outcome: Outcome, rule: str, matched: str = "") -> Score:
    """All the points for a correct answer, else none."""
    top = f"{Decimal(spec['points']):.2f}"
    return Score(top if outcome == "correct" else "0.00", top, outcome, rule, matched)


def share(spec: Spec, right: int, of: int, rule: str, parts: list[dict[str, str]]) -> Score:
    """The score of a question of `of` parts. Credit "partial": points × right / of, rounded down to 0.01; else all of
    them or nothing."""
    top = Decimal(spec["points"])
    if right == of:
        return Score(f"{top:.2f}", f"{top:.2f}", "correct", rule, parts=parts)
    earned = partial(top, Fraction(right, of)) if spec["credit"] == "partial" else Decimal(0)
    return Score(f"{earned:.2f}", f"{top:.2f}", "partial" if earned else "incorrect", rule, parts=parts)


def partial(points: Decimal, fraction: Fraction) -> Decimal:
    """A fraction of the points, rounded down to 0.01 and never below 0. Exact: a third of 3 points is 1."""
    return max(Decimal(0), Decimal(math.floor(Fraction(points) * fraction * 100)) / 100)


def mapping(raw: Any, *names: str) -> Mapping[str, Any]:
    """`raw` as the mapping of exactly these names. Raises ResponseError."""
    if not isinstance(raw, Mapping) or set(raw) != set(names):
        raise ResponseError("shape")
    return raw


def text_answer(raw: Any, limit: int) -> str:
    """`raw` as a text of at most `limit` characters. Raises ResponseError."""
    # PostgreSQL's text holds neither NUL nor half a surrogate pair: an answer with one is not text.
    if not isinstance(raw, str) or "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise ResponseError("shape")
    if len(raw) > limit:
        raise ResponseError("too-long", limit)
    return raw


def known(raw: Any, names: set[str]) -> str:
    """`raw` as one of `names`. Raises ResponseError."""
    if not isinstance(raw, str):
        raise ResponseError("shape")
    if raw.lower() not in names:
        raise ResponseError("unknown-choice")
    return raw.lower()


def texts_schema() -> dict[str, Any]:
    """A text by language."""
    return {
        "type": "object",
        "properties": {code: {"type": "string", "minLength": 1, "maxLength": 4000} for code in ("ko", "en")},
        "minProperties": 1,
        "additionalProperties": False,
    }


KEY_SCHEMA: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$"}
CREDIT_SCHEMA: dict[str, Any] = {"type": "string", "enum": ["all", "partial"]}


def unique_keys(entries: Sequence[Mapping[str, Any]]) -> None:
    """Raises SpecError where two parts of a question have one name."""
    if len({entry["uuid"] for entry in entries}) != len(entries):
        raise SpecError("key-twice", gettext_noop("Two parts of the question have the same key."))
