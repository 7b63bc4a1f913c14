"""Define the refusals of the exchange. They are loaded at the start, so that the list of problems names them."""

from typing import Any

from django.utils.translation import gettext_lazy

from common.errors import DomainError


class ExchangeError(DomainError):
    """Raised if a file or an import is refused as a whole. Nothing was changed."""

    slug = "question-file-refused"
    help = gettext_lazy("The file of questions cannot be used. Nothing was imported.")


CHANGED = gettext_lazy("The quiz has changed since you looked. Nothing was imported; this is what would happen now.")


class ChangedMeanwhile(ExchangeError):
    """Raised if the quiz has changed since the plan was shown. `plan` is the current plan."""

    slug = "quiz-changed-meanwhile"
    status = 409
    help = gettext_lazy("The quiz has changed since the plan of an import was shown. Look again.")

    def __init__(self, message: str, plan: Any) -> None:
        super().__init__(message)
        self.plan = plan
