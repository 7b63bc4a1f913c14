"""Redocly and Spectral have nothing to say about the committed description of the API: no error and no warning."""

import pytest

from tests.clients import tools
from tests.contract import SCHEMA

pytestmark = pytest.mark.clients
HERE = tools.HERE


def test_redocly_is_silent() -> None:
    said = tools.run(
        tools.node_program("redocly"), "lint", SCHEMA, "--config", HERE / "redocly.yaml", "--format", "json",
        folder=tools.ROOT,
    )  # fmt: skip
    assert '"totals": {\n    "errors": 0,\n    "warnings": 0,' in said, said


def test_spectral_is_silent() -> None:
    said = tools.run(
        tools.node_program("spectral"), "lint", SCHEMA, "--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint",
        folder=tools.ROOT,
    )  # fmt: skip
    assert "No results with a severity of 'hint' or higher found!" in said, said
