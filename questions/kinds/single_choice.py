"""Grade single choice questions: exactly one choice is correct."""

from typing import Any

from questions import choices
from questions.base import Form, Response, Score, Spec, SpecError, gettext_noop, known, mapping, score
from questions.schemas import UUID, or_null, shape


class SingleChoice(choices.ChoiceKind):
    name = "single_choice"
    label = gettext_noop("single choice")
    position = 10
    response_schema = shape(choice=or_null(UUID, "Null: none is chosen."))

    def parse(self, spec: Spec) -> None:
        super().parse(spec)
        if len(choices.correct(spec)) != 1:
            raise SpecError("not-one-correct", gettext_noop("A single choice question has exactly one correct choice."))

    def read_response(self, public: Spec, raw: Any) -> Response:
        choice = mapping(raw, "choice")["choice"]
        return {"choice": None if choice in (None, "") else known(choice, choices.names(public))}

    def from_form(self, public: Spec, form: Form) -> Any:
        return {"choice": form.get(public["uuid"])}

    def grade(self, spec: Spec, response: Response) -> Score:
        choice = response.get("choice")
        if not choice:
            return score(spec, "unanswered", "unanswered")
        return score(spec, "correct" if choice in choices.correct(spec) else "incorrect", "choice", choice)


KIND = SingleChoice()
