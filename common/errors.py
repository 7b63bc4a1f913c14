"""Define the base class of refusals: the expected errors that a rule raises."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django_stubs_ext import StrOrPromise


class DomainError(Exception):
    """Raised when a rule refuses a request. `message` is in the reader's language. `extra` is added to the problem document.

    Each subclass defines `slug` (the end of the problem's `type`; it must never change), `status` (the HTTP status) and `help`
    (a lazy translation: what the refusal means and what to do). The API and its documentation read them from there.
    """

    slug: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400
    help: ClassVar[StrOrPromise] = ""

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


def refusals(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield all subclasses of `base` that have been imported, in no particular order."""
    for subclass in base.__subclasses__():
        yield subclass
        yield from refusals(subclass)
