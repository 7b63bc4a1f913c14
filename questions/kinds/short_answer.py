"""Grade short answers: a term or a sentence, compared by the rules of `questions.comparing.short_answers`.

With `near_misses: review` an answer that is similar to an accepted one, or contains it in a sentence, waits for manual
grading; without it such an answer gets no points.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from questions.base import (
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
)
from questions.comparing.short_answers import decide, normalise
from questions.schemas import TEXT, answer_of, limit_of, list_of, shape

# Maximum length in characters. A short answer is a term or a sentence; an essay is another kind of question.
LIMIT = 500


class ShortAnswer(Kind):
    name = "short_answer"
    label = gettext_noop("short answer")
    position = 30
    rows: ClassVar[Literal["choices", "answers", ""]] = "answers"
    schema = {
        "type": "object",
        "properties": {"near_misses": {"type": "string", "enum": ["review", "reject"]}},
        "additionalProperties": False,
    }
    response_schema = shape(text=answer_of(LIMIT))
    body_schema = shape(limit=limit_of(LIMIT))
    solution_schema = shape(accept=list_of(TEXT, "Accepted answers."))

    def build(self, definition: Mapping[str, Any], *, identify: Identify, html: Html) -> Spec:
        return {"near_misses": "review"} if self.may_wait(definition) else {}

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        accepted = {normalise(text) for text in spec["accept"]}
        if not accepted or "" in accepted:
            raise SpecError(
                "empty-accepted", gettext_noop("A short answer question needs accepted answers, none of them empty.")
            )
        wrong = {normalise(text) for group in spec["known_wrong"] for text in group["answers"]}
        if accepted & wrong:
            raise SpecError("accepted-and-wrong", gettext_noop("A text is listed as accepted and as wrong."))

    def may_wait(self, definition: Mapping[str, Any]) -> bool:
        return definition.get("near_misses") == "review"

    def read_response(self, public: Spec, raw: Any) -> Response:
        return {"text": text_answer(mapping(raw, "text")["text"], LIMIT)}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"text": form.get(public["uuid"]) or ""}

    def grade(self, spec: Spec, response: Response) -> Score:
        text = response.get("text") or ""
        if not normalise(text):
            return score(spec, "unanswered", "unanswered")
        wrong = [answer for group in spec["known_wrong"] for answer in group["answers"]]
        decision = decide(text, spec["accept"], wrong)
        if decision.verdict == "review" and self.may_wait(spec):
            return score(spec, "pending", decision.rule, decision.matched)
        outcome: Literal["correct", "incorrect"] = "correct" if decision.verdict == "accept" else "incorrect"
        return score(spec, outcome, decision.rule, decision.matched)

    def solution(self, spec: Spec) -> dict[str, Any]:
        return {"accept": spec["accept"]}

    def solution_text(self, spec: Spec, choose: Callable[[Texts], str]) -> str:
        return ", ".join(spec["accept"])

    def feedback(self, spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the feedback of the known wrong answer that matched, or the feedback for the outcome if none did."""
        groups = spec["known_wrong"] if score["outcome"] != "correct" else []
        matching_feedback = next((group["feedback"] for group in groups if score["matched"] in group["answers"]), None)
        if matching_feedback is None:
            return super().feedback(spec, response, score)
        return [{"html": matching_feedback, "lesson": spec["lesson"]}] if any(matching_feedback.values()) else []

    def body(self, public: Spec, response: Response, choose: Callable[[Texts], str]) -> dict[str, Any]:
        return {"limit": LIMIT}


KIND = ShortAnswer()
