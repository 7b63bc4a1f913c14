"""The slides in a browser: keys turn them, and each is one page of a PDF."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from course_files import course_folder
from course_files.teaching.material import write_material
from course_files.teaching.pdf import PdfError, find_browser, print_page
from tests.course_files.sample import SAMPLE

pytestmark = pytest.mark.e2e


def test_chromium_prints_one_page_for_each_slide(tmp_path: Path) -> None:
    write_material(course_folder.parse(SAMPLE), tmp_path, only=["1-1"])
    page = tmp_path / "slides" / "1-1.ko.html"
    pdf = print_page(find_browser(), page)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == page.read_text().count('<section class="slide')


def test_a_page_that_chromium_cannot_print(tmp_path: Path) -> None:
    with pytest.raises(PdfError, match="could not print"):
        print_page("false", tmp_path / "page.html")


def test_keys_turn_the_slides(tmp_path: Path, chromium: Browser) -> None:
    write_material(course_folder.parse(SAMPLE), tmp_path, only=["1-1"])
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "slides" / "1-1.en.html").as_uri())
    last = page.locator(".slide").count() - 1
    for key, number in (("ArrowRight", 1), ("Space", 2), ("ArrowLeft", 1), ("End", last), ("Home", 0), ("ArrowUp", 0)):
        page.keyboard.press(key)
        expect(page.locator(".slide").nth(number)).to_be_focused()
        expect(page.locator(".slide").nth(number)).to_be_in_viewport()
    assert page.locator(".notes[open]").count() == 0
    page.keyboard.press("n")
    assert page.locator(".notes[open]").count() == page.locator(".notes").count() > 0
    assert all(address.startswith(("file:", "data:")) for address in asked)
    page.close()
