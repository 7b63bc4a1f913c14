"""Define the base class of refusals: the expected errors that a rule raises."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django_stubs_ext import StrOrPromise


class DomainError(Exception):
    """A rule refused a request. `message` is for the reader, in the reader's language.

    A subclass says once what the API documents about it: `slug` (the end of the problem's `type`, which never changes),
    `status` (the HTTP status) and `help` (what it means and what to do, a lazy translation). Other modules only read them.
    """

    slug: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400
    help: ClassVar[StrOrPromise] = ""

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


def refusals(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """All subclasses of `base` that have been imported, in no particular order."""
    for subclass in base.__subclasses__():
        yield subclass
        yield from refusals(subclass)
