"""The memory of Python's frames: no depth of calls asks the system for memory again and again."""

import resource

from operations.web.__main__ import with_large_stack

CALLS = 1000


def _nothing() -> None:
    pass


def _page_faults(depth: int) -> int:
    """Return the page faults of CALLS calls that are made `depth` calls further in."""
    if depth:
        return _page_faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        _nothing()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_no_depth_of_calls_has_a_page_fault_with_each_call() -> None:
    found: list[int] = []

    def measure() -> None:
        found.extend(_page_faults(depth) for depth in range(300))

    with_large_stack(measure)()
    assert len(found) == 300
    assert max(found) < CALLS / 10
