"""A pytest plug-in for the order of the tests, their distribution over processes, and garbage collection."""

import gc
from typing import Any

import pytest

# Allocations between two collections of the youngest objects, and how often the older ones follow.
GARBAGE = (50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that start processes first.

    One of the processes of pytest-xdist then runs them while the other is busy with the rest: most of their time they wait. And
    no long test begins when nothing else is left.
    """
    items.sort(key=lambda item: "processes" not in item.keywords)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a process that is done take tests over from another, so that both end at the same time."""
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]  # mutation tests run without it

    return WorkStealingScheduling(config, log) if config.option.dist == "load" else None


def pytest_collection_finish() -> None:
    """Exclude the imported modules and the collected tests from garbage collection, and collect less often.

    The collections took a tenth of the time of the tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
