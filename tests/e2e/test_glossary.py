"""The glossary in a browser: the filter, and the cards of terms in a lesson."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import COURSE, PASSWORD, Visitor, sign_up
from tests.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
LESSON = f"{COURSE}lessons/what-is-machine-learning/"


def shown(page: Page) -> list[str]:
    return [text.split("\n")[0].strip() for text in page.locator("dl > div:visible dt").all_inner_texts()]


def test_the_glossary_is_filtered_while_its_reader_types(visit: Visit) -> None:
    visitor = visit("ko")
    sign_up(visitor)
    page = visitor.go(f"{COURSE}glossary/")
    everything = len(shown(page))
    field = page.get_by_role("searchbox")
    status = page.locator("main [role=status]")
    field.fill("ㅁㅅㄹㄴ")
    expect(page.locator("#term-machine-learning")).to_be_visible()
    found = len(shown(page))
    assert 0 < found < everything
    expect(status).to_contain_text(str(found))
    expect(page.locator(".letters li:visible")).to_have_count(page.locator(".letter:visible").count())
    field.fill("DRIFT")
    assert shown(page)
    # After a reload, and without script, the server finds the same terms.
    by_script = shown(page)
    page.reload()
    assert shown(page) == by_script
    page.get_by_role("searchbox").fill("그런 말은 없어요")
    page.keyboard.press("Enter")
    expect(page.locator("[data-nothing]")).to_be_visible()
    page.locator("[data-all]").click()
    expect(page.locator("dl > div:visible")).to_have_count(everything)
    assert visitor.complaints == []


def test_the_glossary_is_filtered_without_script(visit: Visit) -> None:
    visitor = visit("en", javascript=False)
    sign_up(visitor)
    page = visitor.go(f"{COURSE}glossary/")
    everything = len(shown(page))
    page.get_by_role("searchbox", name="Find a term").fill("drift")
    page.get_by_role("button", name="Find").click()
    assert 0 < len(shown(page)) < everything


def test_a_term_explains_itself_to_the_keyboard_and_escape_hides_it(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = visitor.go(LESSON)
    term = page.locator("a.term").first
    definition = str(term.get_attribute("data-definition"))
    page.keyboard.press("Tab")
    term.focus()
    card = page.get_by_role("tooltip")
    expect(card).to_have_text(definition)
    expect(term).to_have_accessible_description(definition)
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(term).to_be_focused()
    expect(term).to_have_accessible_description("")
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#term-*")


def test_a_definition_stays_while_the_pointer_is_on_it(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = visitor.go(LESSON)
    page.locator("a.term").first.hover()
    card = page.get_by_role("tooltip")
    card.hover()
    box = card.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
    expect(card).to_be_visible()
    page.locator("h1").hover()
    expect(card).to_have_count(0)


def test_a_tap_on_a_term_opens_a_card_with_a_link_into_the_glossary(
    visit: Visit, chromium: Browser, running_product: Product
) -> None:
    member = visit("en")
    sign_up(member)
    context = chromium.new_context(
        locale="en-GB", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    context.set_default_timeout(30_000)
    visitor = Visitor(context, running_product)
    visitor.sign_in(member.email, PASSWORD)
    page = visitor.go(LESSON)
    term = page.locator("a.term").first
    for _round in range(2):
        term.tap()
        card = page.get_by_role("dialog", name=term.inner_text())
        expect(card).to_contain_text(str(term.get_attribute("data-definition")))
        expect(card).to_be_focused()
        assert Axe().run(page).response["violations"] == []
        page.locator("h1").tap()
        expect(card).to_have_count(0)
    term.tap()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(term).to_be_focused()
    term.tap()
    page.get_by_role("dialog").get_by_role("link", name="In the glossary").tap()
    page.wait_for_url("**/glossary/#term-*")
    assert visitor.complaints == []
    context.close()
