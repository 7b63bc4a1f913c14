"""Practice in a browser: a mistake in a lesson check, and the card on the next day."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_student import COURSE, UNMARKED_HANGUL, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
CHECK = f"{COURSE}lessons/what-is-data-driven-improvement/check/"
CHOICE = "input[type=radio], input[type=checkbox]"
# Two zones exactly 24 hours apart: moving from one to the other is the next day.
YESTERDAY, TODAY = "Pacific/Honolulu", "Pacific/Kiritimati"


def live_in(visitor: Visitor, zone: str) -> None:
    page = visitor.go("/accounts/settings/")
    page.locator("select[name=time_zone]").select_option(zone)
    page.locator("main form:has(select[name=time_zone]) button:not([name=language])").first.click()
    expect(page.locator("select[name=time_zone]")).to_have_value(zone)


def make_mistakes(visitor: Visitor) -> int:
    """Answer the lesson check, mostly wrong, and open the practice page. Return the number of mistakes."""
    live_in(visitor, YESTERDAY)
    page = visitor.go(CHECK)
    for field in page.locator("fieldset[data-question]").all():
        if field.locator(CHOICE).count():
            field.locator(CHOICE).last.check()
        elif field.locator("input[type=text]").count():
            field.locator("input[type=text]").fill("something else")
        # Items to be put in order keep the order in which they are shown.
    page.locator("main form button.button").click()
    page.wait_for_url("**/result/")
    # Wrong ones, and those that lack a right choice.
    mistakes = page.locator(".question .badge.bad, .question .badge.wait").count()
    assert mistakes
    visitor.go("/review/")
    expect(page.locator("main .card.empty")).to_be_visible()
    live_in(visitor, TODAY)
    return mistakes


def look(page: Page, faults: list[str]) -> None:
    violations = Axe().run(page).response["violations"]
    faults += [f"{page.url} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in violations]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        faults.append(f"{page.url}: {wide} px too wide")
    if page.locator("html").get_attribute("lang") == "en":
        faults += [f"{page.url}: Korean without lang: {text}" for text in page.evaluate(UNMARKED_HANGUL)]


def answer_by_keyboard(page: Page) -> None:
    field = page.locator("fieldset[data-question]").locator("input:not([type=hidden]), select").first
    field.focus()
    if field.get_attribute("type") == "text":
        page.keyboard.type("something else")
        page.keyboard.press("Enter")
        return
    # An order has selects; they may stay as they are.
    if field.get_attribute("type"):
        page.keyboard.press("Space")
    for _ in range(40):
        if not page.locator("main form button.button:focus").count():
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("language", "width", "scheme", "javascript"),
    [("ko", 390, "light", True), ("en", 1440, "dark", True), ("en", 390, "dark", False), ("ko", 1440, "light", False)],
)
def test_mistakes_are_due_on_the_next_day(
    visit: Visit, language: str, width: int, scheme: str, javascript: bool
) -> None:
    """By keyboard alone, with script and without."""
    visitor = visit(language, width=width, scheme=scheme, javascript=javascript)
    faults: list[str] = []
    sign_up(visitor)
    page = visitor.go("/review/")
    if javascript:
        look(page, faults)
    total = min(make_mistakes(visitor), 5)
    page = visitor.go(COURSE)
    entry = page.locator(".review-entry")
    expect(entry).to_contain_text(str(total))
    if javascript:
        look(page, faults)
    entry.locator("a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    for done in range(total):
        expect(page.locator(".progress b")).to_have_text(f"{done}/{total}")
        if javascript:
            look(page, faults)
        answer_by_keyboard(page)
        page.wait_for_url(re.compile("/review/cards/"))
        if javascript:
            look(page, faults)
        expect(page.locator("main .badge").first).to_be_visible()
        page.locator("main a.button").focus()
        page.keyboard.press("Enter")
        # Wait for the page after the answer before opening the next address.
        page.wait_for_url(lambda address: "/review/cards/" not in address)
    page = visitor.go("/review/")
    expect(page.locator(".progress b")).to_have_text(f"{total}/{total}")
    expect(page.locator("main .card.empty")).to_be_visible()
    if javascript:
        look(page, faults)
    assert faults == []
    assert visitor.complaints == []


def test_the_back_button_asks_no_answered_question_again(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    total = make_mistakes(visitor)
    page = visitor.go("/review/")
    page.locator("button[name=unknown]").click()
    page.wait_for_url(re.compile("/review/cards/"))
    page.go_back()
    expect(page.locator(".progress b")).to_have_text(f"1/{min(total, 5)}")


def test_a_double_click_on_the_check_is_one_attempt(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = visitor.go(CHECK)
    for field in page.locator("fieldset[data-question]").all():
        if field.locator(CHOICE).count():
            field.locator(CHOICE).first.check()
    button = page.locator("main form button.button")
    button.dblclick()
    # The second press aborts the navigation of the first.
    expect(page).to_have_url(re.compile(r"/result/$"))
    page.goto(visitor.product.address + CHECK)
    expect(page.locator("main input[name=number]")).to_have_value("2")
