"""The base class of refusals."""

from typing import Any

from rest_framework import status


class DomainError(Exception):
    """A rule said no. `slug` ends the problem's `type` and never changes; the message is for the reader."""

    slug = "invalid"
    status: int = status.HTTP_400_BAD_REQUEST

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra
