"""Drawings on the page of files have the colours that students see."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from common.markup.figure_rules import CLASSES
from common.uploads import thumbnails

DRAWINGS = sorted(Path("content/data-analytics-week-2/assets").glob("*.svg"))


def test_every_class_of_a_figure_has_a_colour() -> None:
    assert thumbnails.PAINT.keys() == CLASSES


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_of_the_course_stays_well_formed_and_nothing_is_black(drawing: Path) -> None:
    painted = ElementTree.fromstring(thumbnails.paint(drawing.read_text()))
    classed = [element for element in painted.iter() if element.get("class") in thumbnails.PAINT]
    assert classed
    assert all(element.get("fill") for element in classed)


def test_an_attribute_of_the_drawing_stays() -> None:
    tag = '<rect class="fig-box" fill="none"/>'
    assert thumbnails.paint(tag) == '<rect class="fig-box" fill="none" stroke="#7f8783"/>'
