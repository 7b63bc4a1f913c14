"""The attempt's form as a browser sends it."""

from uuid import UUID

from quizzes.authoring.models import Quiz
from tests.factories import right_answers

EN = {"Accept-Language": "en"}


# Fixed: processes that test side by side must collect the same names.
NOBODYS = UUID(int=7)


def form(quiz: Quiz) -> dict[str, str]:
    """Right answers as the page sends them."""
    return {str(question): next(iter(answer.values())) for question, answer in right_answers(quiz).items()}
