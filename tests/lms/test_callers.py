"""Each operation of the API and the page for the same thing call the same domain functions."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.api.base import AuthenticatedAPIView
from tests.lms.caller_row import Row
from tests.lms.caller_rows import ROWS
from tests.lms.calls import Sources, read_module

HTTP_METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> Iterator[str]:
    """The view and method of every operation of the API, as the resolver has them."""
    for callback in callbacks(get_resolver("lms.api_urls")):
        view = getattr(callback, "cls", None)
        if view is not None and issubclass(view, AuthenticatedAPIView):
            yield from (
                f"{view.__module__}.{view.__name__}.{method}" for method in HTTP_METHODS if hasattr(view, method)
            )


def callbacks(resolver: URLResolver) -> Iterator[Callable[..., object]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from callbacks(entry)
        elif isinstance(entry, URLPattern):
            yield entry.callback


def called_by(row: Row) -> dict[str, set[str]]:
    """What the operation and the page call: {caller: functions}."""
    sources = Sources(read_module)
    rules = {name.rpartition(".")[0] for name in row.functions}
    return {caller: sources.find_calls(caller, row.through, rules) for caller in (row.operation, row.page) if caller}


def test_every_operation_has_a_row_and_no_row_is_stale() -> None:
    assert sorted(row.operation for row in ROWS) == sorted(set(operations()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_page_and_api_call_the_same_functions(row: Row) -> None:
    for caller, called in called_by(row).items():
        assert set(row.functions) <= called, f"{caller} goes its own way"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_a_row_names_a_page_and_functions_that_exist_or_says_why_it_names_none(row: Row) -> None:
    sources = Sources(read_module)
    routed = {f"{each.__module__}.{each.__qualname__}" for each in callbacks(get_resolver())}

    assert [name for name in row.functions if sources.find(name) is None] == []
    assert set(row.through) <= set().union(*called_by(row).values())
    if row.page:
        assert row.functions
        assert row.page in routed
    assert bool(row.page) != bool(row.reason)
