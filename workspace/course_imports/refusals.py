"""Define why an uploaded course cannot be imported."""

from collections.abc import Sequence


class CourseRefused(Exception):
    """The folder cannot be imported. `reasons` are sentences for the person who uploaded it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
