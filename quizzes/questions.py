"""Owns the kinds of questions: pure Python, no Django, no database.

Each kind has four functions, found through `KINDS`:

- `parse(spec)` checks a full spec and raises SpecError;
- `public_view(spec)` is what a student may see, built from an allow-list, never a word of the key;
- `read_response(view, raw)` brings a student's answer into its one stored shape, or raises ResponseError;
- `grade(spec, response)` gives the Score.

A full spec is a dict: {"uuid", "kind", "points" (decimal string), "text": {language: Markdown}, "html": {language: …},
"lesson": "slug#heading"} and, by kind, "choices": [{"uuid", "text", "html", "correct", "feedback", "lesson"}] or
"accept": [str], "known_wrong": [{"answers": [str], "feedback"}], "feedback": {"correct", "incorrect"}. Feedbacks are
{language: HTML}.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal, TypedDict

from quizzes.short_answers import decide, normalise

Spec = dict[str, Any]
Response = dict[str, Any]

# Characters. A short answer is a term or a sentence; an essay is another kind of question.
SHORT_ANSWER_LIMIT = 500

Outcome = Literal["correct", "incorrect", "unanswered"]


SpecFault = Literal[
    "no-text",
    "no-points",
    "too-few-choices",
    "choice-without-text",
    "not-one-correct",
    "none-correct",
    "empty-accepted",
    "accepted-and-wrong",
]


class SpecError(ValueError):
    """A question that its author must mend. `code` is stable; `quizzes.publishing` has the sentence for each."""

    def __init__(self, code: SpecFault) -> None:
        super().__init__(code)
        self.code: SpecFault = code


class ResponseError(ValueError):
    """An answer that cannot be one to this question. `code` is stable: shape, unknown-choice, too-long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer is worth, and why: `rule` names what decided, `matched` what it was compared with.

    `points` and `max_points` are decimal strings, so that the score can be stored as JSON and read back exactly.
    """

    points: str
    max_points: str
    outcome: Outcome
    rule: str
    matched: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Kind:
    parse: Callable[[Spec], None]
    public_view: Callable[[Spec], Spec]
    read_response: Callable[[Spec, Any], Response]
    grade: Callable[[Spec, Response], Score]


def _score(spec: Spec, outcome: Outcome, rule: str, matched: str = "") -> Score:
    top = f"{Decimal(spec['points']):.2f}"
    return Score(top if outcome == "correct" else "0.00", top, outcome, rule, matched)


def _common_view(spec: Spec) -> Spec:
    return {name: spec[name] for name in ("uuid", "kind", "points", "text", "html")}


def _check_common(spec: Spec) -> None:
    if not any(spec["text"].values()):
        raise SpecError("no-text")
    if Decimal(spec["points"]) <= 0:
        raise SpecError("no-points")


# --- single and multiple choice --------------------------------------------------------------------------------


def _correct(spec: Spec) -> set[str]:
    return {choice["uuid"] for choice in spec["choices"] if choice["correct"]}


def _parse_choices(spec: Spec) -> None:
    _check_common(spec)
    if len(spec["choices"]) < 2:
        raise SpecError("too-few-choices")
    if not all(any(choice["text"].values()) for choice in spec["choices"]):
        raise SpecError("choice-without-text")


def _parse_single_choice(spec: Spec) -> None:
    _parse_choices(spec)
    if len(_correct(spec)) != 1:
        raise SpecError("not-one-correct")


def _parse_multiple_choice(spec: Spec) -> None:
    _parse_choices(spec)
    if not _correct(spec):
        raise SpecError("none-correct")


def _choice_view(spec: Spec) -> Spec:
    choices = [{name: choice[name] for name in ("uuid", "text", "html")} for choice in spec["choices"]]
    return {**_common_view(spec), "choices": choices}


def _known(view: Spec, choice: Any) -> str:
    if not isinstance(choice, str):
        raise ResponseError("shape")
    choice = str(choice).lower()
    if choice not in {known["uuid"] for known in view["choices"]}:
        raise ResponseError("unknown-choice")
    return str(choice)


def _read_single_choice(view: Spec, raw: Any) -> Response:
    if not isinstance(raw, Mapping) or set(raw) != {"choice"}:
        raise ResponseError("shape")
    if raw["choice"] in (None, ""):
        return {"choice": None}
    return {"choice": _known(view, raw["choice"])}


def _read_multiple_choice(view: Spec, raw: Any) -> Response:
    if not isinstance(raw, Mapping) or set(raw) != {"choices"} or not isinstance(raw["choices"], list):
        raise ResponseError("shape")
    return {"choices": sorted({_known(view, choice) for choice in raw["choices"]})}


def _grade_single_choice(spec: Spec, response: Response) -> Score:
    choice = response.get("choice")
    if not choice:
        return _score(spec, "unanswered", "unanswered")
    return _score(spec, "correct" if choice in _correct(spec) else "incorrect", "choice", choice)


def _grade_multiple_choice(spec: Spec, response: Response) -> Score:
    """All or nothing: full points for exactly the right set."""
    chosen = set(response.get("choices") or [])
    if not chosen:
        return _score(spec, "unanswered", "unanswered")
    return _score(spec, "correct" if chosen == _correct(spec) else "incorrect", "choices")


# --- short answer ----------------------------------------------------------------------------------------------


class KnownWrong(TypedDict):
    answers: list[str]
    feedback: dict[str, str]


def _parse_short_answer(spec: Spec) -> None:
    _check_common(spec)
    accepted = {normalise(text) for text in spec["accept"]}
    if not accepted or "" in accepted:
        raise SpecError("empty-accepted")
    wrong = {normalise(text) for known in spec["known_wrong"] for text in known["answers"]}
    if accepted & wrong:
        raise SpecError("accepted-and-wrong")


def _read_short_answer(view: Spec, raw: Any) -> Response:
    if not isinstance(raw, Mapping) or set(raw) != {"text"} or not isinstance(raw["text"], str):
        raise ResponseError("shape")
    if len(raw["text"]) > SHORT_ANSWER_LIMIT:
        raise ResponseError("too-long")
    # PostgreSQL's text cannot hold NUL: an answer with one is not text.
    if "\x00" in raw["text"]:
        raise ResponseError("shape")
    return {"text": raw["text"]}


def _grade_short_answer(spec: Spec, response: Response) -> Score:
    text = response.get("text") or ""
    if not normalise(text):
        return _score(spec, "unanswered", "unanswered")
    wrong = [answer for known in spec["known_wrong"] for answer in known["answers"]]
    decision = decide(text, spec["accept"], wrong)
    return _score(spec, "correct" if decision.verdict == "accept" else "incorrect", decision.rule, decision.matched)


KINDS: dict[str, Kind] = {
    "single_choice": Kind(_parse_single_choice, _choice_view, _read_single_choice, _grade_single_choice),
    "multiple_choice": Kind(_parse_multiple_choice, _choice_view, _read_multiple_choice, _grade_multiple_choice),
    "short_answer": Kind(_parse_short_answer, _common_view, _read_short_answer, _grade_short_answer),
}


def feedback_for(spec: Spec, response: Response, score: Mapping[str, str]) -> list[dict[str, Any]]:
    """What to say about an answer, from the key: [{"html": {language: …}, "lesson": "slug#heading"}].

    For choices one entry for each chosen one, for a short answer the entry of the rule that matched.
    """
    if spec["kind"] == "short_answer":
        if score["outcome"] == "correct":
            texts = spec["feedback"]["correct"]
        else:
            texts = next(
                (known["feedback"] for known in spec["known_wrong"] if score["matched"] in known["answers"]),
                spec["feedback"]["incorrect"],
            )
        return [{"html": texts, "lesson": spec["lesson"]}] if any(texts.values()) else []
    chosen = response.get("choices") or [response.get("choice")]
    return [
        {"html": choice["feedback"], "lesson": choice["lesson"] or spec["lesson"]}
        for choice in spec["choices"]
        if choice["uuid"] in chosen and any(choice["feedback"].values())
    ]
