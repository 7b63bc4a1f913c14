"""The steps of `.ci/run` that collect some folders only find every test of theirs there."""

import re

import pytest

from tests.product import ROOT

STEPS = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize(("report", "marks"), [("browser", "e2e|node"), ("clients", "clients")])
def test_a_step_collects_every_test_with_its_marks(report: str, marks: str) -> None:
    arguments = re.search(rf"{report}\.xml\"(?: \\\n)?([^)]*)\)", STEPS)
    assert arguments
    folders = [ROOT / name for name in arguments[1].split()]
    assert folders
    marked = [path for path in (ROOT / "tests").rglob("*.py") if re.search(rf"mark\.(?:{marks})\b", path.read_text())]
    assert marked
    assert [path for path in marked if not any(path.is_relative_to(folder) for folder in folders)] == []
