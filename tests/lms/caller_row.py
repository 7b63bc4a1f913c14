"""One row of the tables of `tests.lms.test_callers`: an operation, and what it and its page call."""

from typing import NamedTuple


class Row(NamedTuple):
    """One operation. `page` is the view of the page that calls the `functions` too; without one, `reason` says why."""

    operation: str
    functions: tuple[str, ...]
    page: str = ""
    reason: str = ""
    # Functions outside the callers' packages that call the domain function for one of them.
    through: tuple[str, ...] = ()


def discussed(operation: str, function: str, page: str, *through: str) -> Row:
    names = tuple(f"discussions.{name}" for name in through)
    return Row(
        f"discussions.api.{operation}", (f"discussions.{function}",), f"discussions.pages.student.{page}", "", names
    )


def own(operation: str, function: str, page: str) -> Row:
    return Row(
        f"accounts.own_account.api.{operation}", (f"accounts.own_account.{function}",), f"accounts.own_account.{page}"
    )
