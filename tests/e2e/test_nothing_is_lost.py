"""What was typed is never lost or cut unsaid: texts that are too long, other tabs, an attempt that was submitted elsewhere."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e.attempt_pages import question, state, student, submit, written
from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.usefixtures("every_kind")]

Visit = Callable[..., Visitor]
COME_BACK = "() => { const now = Date.now; Date.now = () => now() + 10000; dispatchEvent(new Event('focus')); }"


def paste(field: Locator, text: str) -> None:
    """As a paste does: with what the field's own limits leave of it."""
    field.focus()
    field.page.keyboard.insert_text(text)


def notice(page: Page, kind: str = "short_answer") -> Locator:
    return question(page, kind).locator("[data-changed]")


def test_a_text_that_is_too_long_is_neither_cut_nor_called_saved(visit: Visit) -> None:
    visitor, page = student(visit)
    essay = question(page, "hand_in").locator("textarea")
    paste(essay, "x" * 12_345)
    expect(state(page, "hand_in")).to_have_text("Saved")
    expect(question(page, "hand_in").locator(".counter")).to_have_count(0)
    paste(essay, "y" * 27_655)
    expect(essay).to_have_value("x" * 12_345 + "y" * 27_655)
    expect(question(page, "hand_in").locator(".counter")).to_have_text("40,000 of 20,000 characters")
    expect(state(page, "hand_in")).to_contain_text("Not saved: 20,000 characters too many")
    # It does not leave this browser, and comes back with the page.
    page.reload()
    expect(essay).to_have_value("x" * 12_345 + "y" * 27_655)
    expect(state(page, "hand_in")).to_contain_text("Not saved: 20,000 characters too many")
    page.locator(".attempt-bar button[name=submit]").click()
    expect(page.locator("[data-submit-state]")).to_contain_text("Look at these first: 8.")
    essay.fill("x" * 20_000)
    expect(state(page, "hand_in")).to_have_text("Saved")
    expect(question(page, "hand_in").locator(".counter")).to_have_text("20,000 of 20,000 characters")
    submit(page, asked=True)
    assert visitor.complaints == []


def two_tabs(visit: Visit, **how: object) -> tuple[Visitor, Page, Page]:
    visitor, first = student(visit, **how)  # type: ignore[arg-type]
    second = visitor.new_page()
    second.goto(first.url)
    return visitor, first, second


def test_a_stale_tab_is_told_and_may_keep_its_answer(visit: Visit) -> None:
    _visitor, first, second = two_tabs(visit)
    written(first).fill("of the first tab")
    expect(state(first)).to_have_text("Saved")
    written(second).fill("of the second tab")
    expect(notice(second)).to_contain_text("of the first tab")
    expect(written(second)).to_have_value("of the second tab")
    assert Axe().run(second).response["violations"] == []
    # Nothing is submitted until it is decided.
    second.locator(".attempt-bar button[name=submit]").click()
    expect(second.locator("[data-submit-state]")).to_contain_text("Nothing was submitted")
    notice(second).get_by_role("button", name="Keep mine").click()
    expect(state(second)).to_have_text("Saved")
    expect(notice(second)).to_have_count(0)
    # The first tab learns of it when its reader comes back to it.
    first.evaluate(COME_BACK)
    expect(notice(first)).to_contain_text("of the second tab")
    notice(first).get_by_role("button", name="Take it over").click()
    expect(written(first)).to_have_value("of the second tab")
    expect(written(first)).to_be_focused()
    for page in (first, second):
        page.reload()
        expect(written(page)).to_have_value("of the second tab")
        assert page.evaluate("Object.keys(localStorage)") == []


def test_an_answer_of_another_tab_appears_where_nothing_was_typed(visit: Visit) -> None:
    _visitor, first, second = two_tabs(visit)
    question(first, "single_choice").locator("input").nth(1).check()
    expect(state(first, "single_choice")).to_have_text("Saved")
    second.evaluate(COME_BACK)
    expect(question(second, "single_choice").locator("input").nth(1)).to_be_checked()
    expect(state(second, "single_choice")).to_contain_text("Another tab or device has changed this answer.")
    question(second, "single_choice").locator("input").nth(2).check()
    expect(state(second, "single_choice")).to_have_text("Saved")
    expect(notice(second, "single_choice")).to_have_count(0)


def test_a_save_whose_answer_was_lost_is_no_conflict(visit: Visit) -> None:
    visitor, page = student(visit)
    arrived = []

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]
        arrived.append(1)
        visitor.context.unroute("**/answers/")

    visitor.context.route("**/answers/", lose)
    written(page).fill("first")
    expect(state(page)).to_contain_text("Not saved yet")
    written(page).fill("second")
    expect(state(page)).to_have_text("Saved")
    expect(notice(page)).to_have_count(0)
    assert arrived == [1]
    page.reload()
    expect(written(page)).to_have_value("second")


def test_a_conflict_without_script_is_decided_by_two_buttons(visit: Visit) -> None:
    _visitor, first, second = two_tabs(visit, javascript=False)
    for page, text in ((first, "of the first tab"), (second, "of the second tab")):
        written(page).fill(text)
        question(page, "matching").locator("select").first.select_option(index=1 if page is first else 2)
        page.get_by_role("button", name="Save", exact=True).click()
    expect(notice(second)).to_contain_text("of the first tab")
    expect(written(second)).to_have_value("of the second tab")
    expect(notice(second, "matching")).to_be_visible()
    notice(second).get_by_role("button", name="Take it over").click()
    # The other question is still to be decided.
    expect(written(second)).to_have_value("of the first tab")
    expect(notice(second, "matching")).to_be_visible()
    notice(second, "matching").get_by_role("button", name="Keep mine").click()
    expect(second.locator(".messages")).to_contain_text("Your answers are saved.")


def test_what_was_typed_after_a_submit_elsewhere_is_kept_and_shown(visit: Visit) -> None:
    _visitor, first, second = two_tabs(visit)
    submit(second, asked=True)
    written(first).fill("typed too late")
    expect(first.locator("[data-closed]")).to_contain_text("What you typed here came too late.")
    expect(written(first)).to_have_value("typed too late")
    first.locator("[data-closed] a").click()
    lost = first.locator("[data-late-lost]")
    expect(lost).to_contain_text("typed too late")
    assert Axe().run(first).response["violations"] == []
    lost.get_by_role("button", name="Delete it here").click()
    expect(lost).to_be_hidden()
    assert first.evaluate("Object.keys(localStorage)") == []


def test_a_tab_learns_that_the_attempt_was_submitted_elsewhere(visit: Visit) -> None:
    _visitor, first, second = two_tabs(visit)
    submit(second, asked=True)
    first.evaluate(COME_BACK)
    expect(first.locator("[data-closed]")).to_contain_text("submitted in another tab or on another device")
    expect(first.locator("[data-closed-lost]")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_going_back_to_a_refused_form_works(visit: Visit, javascript: bool) -> None:
    _visitor, page = student(visit, javascript=javascript)
    question(page, "hand_in").locator("input[type=file]").set_input_files(
        {"name": "work.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    )
    if not javascript:
        written(page).fill("x" * 501)
        question(page, "hand_in").locator("button").first.click()
        expect(written(page)).to_have_value("x" * 501)
        page.locator(".breadcrumbs a").first.click()
        page.go_back()
        expect(written(page)).to_have_value("x" * 501)
        return
    question(page, "hand_in").locator("button").first.click()
    expect(question(page, "hand_in")).to_contain_text("This type of file is not accepted here.")
    page.locator(".breadcrumbs a").first.click()
    page.go_back()
    expect(question(page, "hand_in")).to_be_visible()
