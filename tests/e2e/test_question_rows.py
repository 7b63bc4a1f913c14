"""The script of the question forms in a browser: rows without loading the page, and the same record as without script."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from playwright.sync_api import Browser, Page

from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from tests.workspace.question_forms.test_faults import base

pytestmark = pytest.mark.e2e
SCRIPT = settings.BASE_DIR / "static/baeum/workspace/rows.js"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 1400})
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    context.close()


def shown(page: Page, kind: str, fields: dict[str, Any] | None) -> None:
    """Show the form as a page that has nothing else, so no press of a button can leave it."""
    form = page_of(form_of(kind, fields))
    styles = "<style>.qf-row { padding: 8px } .qf-handle { touch-action: none }</style>"
    page.set_content(f"<!doctype html>{styles}<form onsubmit='return false'>{form}</form>")
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"), type="module")
    page.wait_for_selector(".qf-handle, [data-make-blank]:not([hidden])")


def sent(page: Page) -> QueryDict:
    """Return what the browser would send now."""
    entries = page.evaluate("[...new FormData(document.querySelector('form'))]")
    data = QueryDict(mutable=True)
    for name, value in entries:
        data.appendlist(name, value)
    return data


def keys(page: Page, fields: dict[str, Any]) -> list[str]:
    record = form_of("ordering", fields, data=sent(page)).fields_of_record()
    return [item["key"] for item in record["definition"]["items"]]


@pytest.fixture
def ordering() -> dict[str, Any]:
    items = [{"key": key, "text": {"ko": f"{key} 글", "en": key}} for key in "abc"]
    return {**base("ordering"), "definition": {"items": items}}


def test_an_untouched_page_sends_what_it_sends_without_script(page: Page, ordering: dict[str, Any]) -> None:
    shown(page, "ordering", ordering)
    assert dict(sent(page)) == dict(sent_by(form_of("ordering", ordering)))


def test_rows_are_moved_added_and_removed_in_the_page(page: Page, ordering: dict[str, Any]) -> None:
    shown(page, "ordering", ordering)
    page.get_by_role("button", name="Item 3: move up").click()
    assert keys(page, ordering) == ["a", "c", "b"]
    # The button that was pressed keeps the focus and says the row's new number, so the next press moves it on.
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Item 2: move up"
    page.keyboard.press("Enter")
    assert keys(page, ordering) == ["c", "a", "b"]
    page.get_by_role("button", name="Add an item").press("Enter")
    page.keyboard.type("Fourth")
    assert page.evaluate("document.activeElement.name") == "items-3-text-ko"
    assert keys(page, ordering) == ["c", "a", "b", "fourth"]
    page.get_by_role("button", name="Item 2: remove").click()
    assert keys(page, ordering) == ["c", "b", "fourth"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Item 2: remove"


def test_a_row_is_dragged_by_its_handle(page: Page, ordering: dict[str, Any]) -> None:
    shown(page, "ordering", ordering)
    box = page.locator(".qf-handle").nth(0).bounding_box()
    last = page.locator(".qf-row").nth(2).bounding_box()
    assert box
    assert last
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, last["y"] + last["height"] - 2, steps=5)
    page.mouse.up()
    assert keys(page, ordering) == ["b", "c", "a"]
    assert page.locator("[data-said]").nth(0).text_content() == "Item 3"


def test_no_more_rows_than_the_limit(page: Page, ordering: dict[str, Any]) -> None:
    shown(page, "ordering", ordering)
    add = page.get_by_role("button", name="Add an item")
    for _time in range(17):
        add.click()
    assert add.is_disabled()
    assert len(sent(page).getlist("rows-items")) == 20


def test_a_new_row_offers_the_lessons_by_their_names(page: Page) -> None:
    options = {"lessons": [("a-new-model", "Model"), ("what-is-new", "News"), ("new", "New")]}
    form = page_of(form_of("single_choice", base("single_choice"), **options))
    page.set_content(f"<!doctype html><form onsubmit='return false'>{form}</form>")
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"), type="module")
    page.wait_for_selector(".qf-handle")
    page.get_by_role("button", name="Add a choice").click()
    lessons = page.locator("[name=choices-2-lesson] option").evaluate_all("all => all.map((one) => one.value)")
    assert {"a-new-model", "what-is-new", "new"} <= set(lessons)
    assert page.locator("[name=rows-choices]").last.get_attribute("value") == "2"


def test_the_right_choice_stays_right_when_it_moves(page: Page) -> None:
    fields = base("single_choice")
    shown(page, "single_choice", fields)
    page.get_by_role("button", name="Add a choice").click()
    page.keyboard.type("New")
    page.locator("[name=choices-correct]").nth(2).check()
    page.get_by_role("button", name="Choice 3: move up").click()
    record = form_of("single_choice", fields, data=sent(page)).fields_of_record()
    assert [(choice["key"], choice["correct"]) for choice in record["choices"]] == [
        ("a", False),
        ("new", True),
        ("b", False),
    ]


def test_the_selected_words_become_a_blank(page: Page) -> None:
    shown(page, "fill_in", None)
    for code, text in (("ko", "이것은 과적합이다"), ("en", "This is overfitting.")):
        area = page.locator(f"[name=text-{code}]")
        area.fill(text)
        word = {"ko": "과적합", "en": "overfitting"}[code]
        area.evaluate(
            "(area, word) => area.setSelectionRange(area.value.indexOf(word), area.value.indexOf(word) + word.length)",
            word,
        )
        page.locator(f"[data-make-blank=id-text-{code}]").click()
    record = form_of("fill_in", data=sent(page)).fields_of_record()
    assert record["text"] == {"ko": "이것은 {{overfitting}}이다", "en": "This is {{overfitting}}."}
    assert record["definition"]["blanks"] == [{"key": "overfitting", "accept": ["과적합", "overfitting"]}]
