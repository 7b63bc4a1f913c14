"""Carry out several operations by one function, each with its own outcome or refusal."""

from collections.abc import Callable, Iterable

from sync.outcomes import REFUSALS, Outcome, Refusal
from sync.reading import Operation


def outcome_of_each(
    operations: Iterable[Operation], carry_out: Callable[[Operation], Outcome]
) -> list[Outcome | Refusal]:
    """Return what became of each operation. `carry_out` must have written nothing when it refuses one."""
    found: list[Outcome | Refusal] = []
    for operation in operations:
        try:
            found.append(carry_out(operation))
        except REFUSALS as refusal:
            found.append(refusal)
    return found
