"""Owns how a frozen question looks to one reader of one attempt: in their language, its choices in their order.

Page and API show the same: the order of the choices is drawn from the attempt's uuid, so that it is stable within an
attempt and differs between attempts.
"""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from common import languages
from quizzes.models import Attempt
from quizzes.questions import Response, Spec


@dataclass(frozen=True, slots=True)
class PresentedChoice:
    uuid: str
    text: str
    html: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class PresentedQuestion:
    """A question in the reader's language. `language` differs from it where a translation is missing."""

    uuid: str
    kind: str
    number: int
    points: str
    text: str
    html: str
    language: str
    choices: list[PresentedChoice] = field(default_factory=list)
    response: Response = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"quizzes/kinds/_{self.kind}.html"


def present(
    views: list[Spec], *, seed: UUID | None, shuffle: bool, responses: dict[str, Response] | None = None
) -> list[PresentedQuestion]:
    """The questions of a version for the active language. `seed` orders the choices where `shuffle` asks for it."""
    return [
        _question(view, number, seed if shuffle else None, (responses or {}).get(view["uuid"], {}))
        for number, view in enumerate(views, 1)
    ]


def present_attempt(attempt: Attempt, responses: dict[str, Response] | None = None) -> list[PresentedQuestion]:
    """The questions of an attempt with what was answered so far."""
    if responses is None:
        responses = {str(answer.question): answer.response for answer in attempt.answers.all()}
    return present(
        attempt.version.content["questions"],
        seed=attempt.uuid,
        shuffle=attempt.quiz.shuffle_choices,
        responses=responses,
    )


def _question(view: Spec, number: int, seed: UUID | None, response: Response) -> PresentedQuestion:
    language = languages.written_in(view["text"])
    chosen = {response.get("choice"), *(response.get("choices") or [])}
    choices: list[dict[str, Any]] = list(view.get("choices", []))
    if seed:
        # Not a secret: the order only has to be the same at every look at this attempt.
        random.Random(f"{seed}{view['uuid']}").shuffle(choices)  # noqa: S311
    return PresentedQuestion(
        uuid=view["uuid"],
        kind=view["kind"],
        number=number,
        points=view["points"],
        text=languages.choose(view["text"]),
        html=languages.choose(view["html"]),
        language=language,
        choices=[
            PresentedChoice(
                uuid=choice["uuid"],
                text=languages.choose(choice["text"], language),
                html=languages.choose(choice["html"], language),
                is_chosen=choice["uuid"] in chosen,
            )
            for choice in choices
        ],
        response=response,
    )
