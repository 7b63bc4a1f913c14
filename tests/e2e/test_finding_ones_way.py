"""The list of questions, flags, and ordering and matching by pointer, thumb and keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.attempt_pages import question, state, student, written
from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.usefixtures("every_kind")]

Visit = Callable[..., Visitor]


def entry(page: Page, number: int) -> Locator:
    return page.locator(".navigator li").nth(number - 1).locator("a")


def flag(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"Look again later ({number})")


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def items(page: Page) -> list[str]:
    return question(page, "ordering").locator("[data-item]").all_inner_texts()


def places(page: Page) -> list[str]:
    return [select.input_value() for select in question(page, "ordering").locator("select").all()]


def test_the_list_says_what_is_answered_flagged_and_not_saved(visit: Visit) -> None:
    visitor, page = student(visit)
    expect(entry(page, 3)).to_have_accessible_name(re.compile(r"^3\s*$"))
    written(page).fill("data drift")
    flag(page, 3).click()
    expect(entry(page, 3)).to_have_accessible_name(re.compile(r"^3\s+answered, to look at again\s*$"))
    question(page, "numeric").locator("input").fill("1" * 101)
    expect(entry(page, 4)).to_have_accessible_name(re.compile(r"^4\s+answered, not saved\s*$"))
    assert visitor.complaints == []


@pytest.mark.parametrize("javascript", [True, False])
def test_flags_are_there_on_another_device_and_asked_about(visit: Visit, javascript: bool) -> None:
    visitor, page = student(visit, javascript=javascript)
    written(page).fill("data drift")
    flag(page, 3).click()
    expect(flag(page, 3)).to_have_attribute("aria-pressed", "true")
    # Pressed at once; there when the server has it.
    other = visitor.new_page()
    for _look in range(30):
        other.goto(page.url)
        if flag(other, 3).get_attribute("aria-pressed") == "true":
            break
    expect(flag(other, 3)).to_have_attribute("aria-pressed", "true")
    expect(written(other)).to_have_value("data drift")
    other.locator(".attempt-bar button[name=submit]").click()
    expect(other.locator("[data-flagged]")).to_contain_text("You wanted to look at these again:")
    expect(other.locator("[data-flagged] a")).to_have_text("Question 3")
    flag(other, 3).click()
    expect(flag(other, 3)).to_have_attribute("aria-pressed", "false")


def test_a_phone_jumps_to_a_question_that_is_not_hidden_behind_the_bar(visit: Visit) -> None:
    _visitor, page = student(visit, width=390)
    expect(entry(page, 8)).to_be_hidden()
    page.locator(".navigator summary").click()
    entry(page, 8).click()
    expect(entry(page, 8)).to_be_hidden()
    expect(question(page, "hand_in").locator("legend")).to_be_in_viewport()
    top = question(page, "hand_in").locator("legend").bounding_box()
    header = page.locator(".site-header").bounding_box()
    assert top
    assert header
    assert top["y"] >= header["y"] + header["height"]


def test_the_list_stands_open_beside_the_questions(visit: Visit) -> None:
    _visitor, page = student(visit, width=1440)
    for number in (1, 8):
        expect(entry(page, number)).to_be_visible()
    expect(page.locator(".attempt-bar")).to_be_in_viewport(ratio=1)


def test_items_are_ordered_by_dragging(visit: Visit) -> None:
    visitor, page = student(visit)
    before = items(page)
    grips = question(page, "ordering").locator("[data-grip]")
    grips.first.scroll_into_view_if_needed()
    page.mouse.move(*middle(grips.nth(0)))
    page.mouse.down()
    x, y = middle(grips.nth(1))
    page.mouse.move(x, y + 30, steps=5)
    page.mouse.up()
    expect(state(page, "ordering")).to_have_text("Saved")
    assert items(page) == before[::-1]
    assert places(page) == ["1", "2"]
    page.reload()
    assert items(page) == before[::-1]
    assert visitor.complaints == []


def test_escape_cancels_dragging(visit: Visit) -> None:
    _visitor, page = student(visit)
    before = items(page)
    grips = question(page, "ordering").locator("[data-grip]")
    grips.first.scroll_into_view_if_needed()
    page.mouse.move(*middle(grips.nth(0)))
    page.mouse.down()
    x, y = middle(grips.nth(1))
    page.mouse.move(x, y + 30, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert items(page) == before
    assert places(page) == ["", ""]


def test_items_are_ordered_by_keyboard(visit: Visit) -> None:
    _visitor, page = student(visit)
    before = items(page)
    down = question(page, "ordering").get_by_role("button", name=f"Move down: {before[0]}")
    down.focus()
    page.keyboard.press("Enter")
    expect(state(page, "ordering")).to_have_text("Saved")
    assert items(page) == before[::-1]
    expect(down).to_be_focused()
    expect(question(page, "ordering").get_by_role("status").first).to_have_text(f"{before[0]}: place 2 of 2")


def test_an_order_that_is_right_as_it_stands_is_an_answer(visit: Visit) -> None:
    _visitor, page = student(visit)
    question(page, "ordering").get_by_role("button", name="This order is my answer").click()
    expect(state(page, "ordering")).to_have_text("Saved")
    assert places(page) == ["1", "2"]


def test_the_selects_order_the_items_too(visit: Visit) -> None:
    _visitor, page = student(visit)
    before = items(page)
    for item, place in zip(before, ("2", "1"), strict=True):
        question(page, "ordering").get_by_role("combobox", name=item).select_option(place)
    assert items(page) == before[::-1]
    expect(state(page, "ordering")).to_have_text("Saved")


def test_sides_are_matched_by_dragging(visit: Visit) -> None:
    _visitor, page = student(visit)
    matching = question(page, "matching")
    chip = matching.locator(".chip", has_text="TP / (TP + FN)")
    row = matching.locator("li").nth(1)
    chip.scroll_into_view_if_needed()
    page.mouse.move(*middle(chip))
    page.mouse.down()
    page.mouse.move(*middle(row), steps=5)
    page.mouse.up()
    expect(row.locator("select option:checked")).to_have_text("TP / (TP + FN)")
    expect(state(page, "matching")).to_have_text("Saved")


def test_a_thumb_drags_without_scrolling_the_page(visit: Visit) -> None:
    visitor, page = student(visit, width=390)
    before = items(page)
    grips = question(page, "ordering").locator("[data-grip]")
    grips.nth(1).scroll_into_view_if_needed()
    (x, y), (_x, target) = middle(grips.nth(1)), middle(grips.nth(0))
    scrolled = page.evaluate("scrollY")
    touch = visitor.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        point = {"x": x, "y": y + (target - 30 - y) * step / 5}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(state(page, "ordering")).to_have_text("Saved")
    assert items(page) == before[::-1]
    assert page.evaluate("scrollY") == scrolled


def test_without_script_the_list_and_the_selects_do_the_same(visit: Visit) -> None:
    _visitor, page = student(visit, javascript=False)
    for place, select in enumerate(question(page, "ordering").locator("select").all(), 1):
        select.select_option(str(place))
    expect(page.locator("[data-grip], .chip")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(entry(page, 5)).to_have_accessible_name(re.compile(r"^5\s+answered\s*$"))
