"""The name of a figure is made from the name of its file, and is free."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.uploads.names import base_name, free_name

# As in course_files.course.parsing; the end is added later.
ASSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,110}\Z")


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Flow Chart (1).PNG", "flow-chart-1"),
        ("C:\\Users\\me\\flow.ko.svg", "flow"),
        ("/home/me/flow.drawio.svg", "flow"),
        ("étude.jpg", "etude"),
        ("그림.png", "geurim"),
        (unicodedata.normalize("NFD", "표 1.png"), "pyo-1"),
        ("★.png", "figure"),
        ("흐름도 2.png", "heureumdo-2"),
        ("2026-11.png", "figure-2026-11"),
        (".png", "png"),
        ("", "figure"),
        ("../../etc/passwd", "passwd"),
        ("x" * 300 + ".png", "x" * 60),
    ],
)
def test_names(file_name: str, name: str) -> None:
    assert base_name(file_name) == name


@given(st.text(max_size=80))
def test_every_name_is_valid(file_name: str) -> None:
    name = base_name(file_name)
    assert ASSET.match(name)
    assert re.match(r"[a-z][a-z0-9-]*\Z", name)


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("cup", "png", taken=[]) == "cup"
    assert free_name("cup", "png", taken=["cup.png", "CUP-2.png", "cup.jpg"]) == "cup-3"
    assert free_name("cup", "en.svg", taken=["cup.ko.svg"]) == "cup"
