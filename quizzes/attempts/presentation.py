"""Present the questions of an attempt in the reader's language, with shuffled choices.

Page and API show the same order: it is drawn from the attempt's uuid, so it is stable within an attempt and differs
between attempts.
"""

import random
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from common import languages
from questions import KINDS, Kind, Response, Spec
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt


@dataclass(frozen=True, slots=True)
class PresentedQuestion:
    """A question in one language, `language`: the reader's, or another language if the translation is missing.

    `body` is the part of the question below its text, as returned by `questions.base.Kind.body`.
    """

    uuid: str
    kind: str
    number: int
    points: str
    text: str
    html: str
    language: str
    body: dict[str, Any] = field(default_factory=dict)
    response: Response = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"quizzes/kinds/_{self.kind}.html"

    @property
    def can_check(self) -> bool:
        """Whether the answer can be confirmed for immediate feedback: not for questions that only a person grades."""
        return not KINDS[self.kind].by_person

    @property
    def is_whole_text(self) -> bool:
        """Whether the body contains the question's text, with input fields in it."""
        return "pieces" in self.body


def present(
    questions: list[Spec], *, seed: UUID | None, shuffle: bool, responses: dict[str, Response] | None = None
) -> list[PresentedQuestion]:
    """Return public questions in the active language. If `shuffle`, `seed` decides the order of the choices. No query."""
    given, reader = responses or {}, languages.active()
    return [
        _question(public, number, seed if shuffle else None, given.get(public["uuid"], {}), reader)
        for number, public in enumerate(questions, 1)
    ]


def present_one(public: Spec, *, number: int, seed: UUID | None, response: Response) -> PresentedQuestion:
    """Return one question in the active language. `seed` decides the order of its choices; None: the author's order."""
    return _question(public, number, seed, response, languages.active())


def present_attempt(attempt: Attempt, responses: dict[str, Response] | None = None) -> list[PresentedQuestion]:
    """Return the questions of an attempt with the responses; without `responses`, the stored ones (one query)."""
    if responses is None:
        responses = {str(answer.question): answer.response for answer in queries.get_answers(attempt)}
    return present(
        attempt.public_questions, seed=attempt.uuid, shuffle=attempt.quiz.shuffle_choices, responses=responses
    )


def unanswered_questions(questions: list[PresentedQuestion], with_files: Container[str]) -> list[PresentedQuestion]:
    """Return the questions without an answer. `with_files` are the uuids of those with uploaded files."""
    return [
        question
        for question in questions
        if not KINDS[question.kind].is_answered(question.response) and question.uuid not in with_files
    ]


def _question(public: Spec, number: int, seed: UUID | None, response: Response, reader: str) -> PresentedQuestion:
    language = languages.language_of(public["text"], reader)
    kind = KINDS[public["kind"]]
    if seed and type(kind).shuffled is not Kind.shuffled:
        # Not a secret: the order only has to be the same at each request.
        public = kind.shuffled(public, random.Random(f"{seed}{public['uuid']}"))  # noqa: S311
    return PresentedQuestion(
        uuid=public["uuid"],
        kind=public["kind"],
        number=number,
        points=public["points"],
        text=languages.choose(public["text"], reader),
        html=languages.choose(public["html"], reader),
        language=language,
        body=kind.body(public, response, lambda texts: languages.choose(texts, language)),
        response=response,
    )
