"""Check an error that a student or instructor reads."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from common.errors import DomainError


def assert_refused(
    call: Callable[[], object], *, error: type[DomainError], message: str, extra: dict[str, Any] | None = None
) -> None:
    """`call` raises exactly this error with this English message, a Korean translation, and `extra` for the app."""
    with pytest.raises(error) as refused:
        call()
    assert type(refused.value) is error
    assert str(refused.value) == message
    assert refused.value.extra == (extra or {})
    with translation.override("ko"), pytest.raises(error) as refused:
        call()
    assert re.search("[가-힣]", str(refused.value))
