"""The kind for tests, registered, and messages of it."""

from pathlib import Path
from typing import Any

import pytest

from common.messages.kinds import KINDS
from tests.accounts.messages.kinds import AtOnce, CourseNews, write_templates


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> CourseNews:
    """The kind, which waits for others of it and for the morning."""
    write_templates(tmp_path, settings)
    kind = CourseNews()
    monkeypatch.setitem(KINDS, kind.name, kind)
    monkeypatch.setitem(KINDS, AtOnce.name, AtOnce())
    return kind
