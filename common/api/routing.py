"""Owns what an address of the API looks like."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path


def route(address: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """`address` without a slash at its end, which is the one to write, and the same with one."""
    return [path(address, view, name=name), path(f"{address}/", view)]
