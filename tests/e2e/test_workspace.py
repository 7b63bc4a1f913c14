"""An instructor writes in a real browser: preview while typing, keyboard, dragging, nothing lost, nothing for axe to find."""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visitor, sign_up
from tests.e2e.pages import ANNOUNCING, REPORTS
from tests.e2e.test_regrade import take_quiz

pytestmark = [pytest.mark.e2e, pytest.mark.processes]
Visit = Callable[..., Visitor]
HOME = "/admin/workspace/"
COURSE = f"{HOME}data-analytics-week-2/"
LESSON = f"{COURSE}lessons/what-is-machine-learning/"
QUIZ = f"{COURSE}quizzes/quiz-data-driven-improvement/"
MAILS = "/admin/mails/data-analytics-week-2/"
PAGES = [
    HOME, f"{HOME}+import/", COURSE, f"{COURSE}settings/", LESSON, QUIZ, f"{QUIZ}new/matching/", f"{QUIZ}new/single_choice/",
    f"{COURSE}glossary/", f"{COURSE}files/", f"{COURSE}publish/", f"{COURSE}history/",
    f"{COURSE}archive/what-is-machine-learning/",
    f"{REPORTS}gradebook/?sort=grade", f"{REPORTS}gradebook/weights/", f"{REPORTS}gradebook/release/",
    f"{REPORTS}stuck/", f"{REPORTS}completion/", f"{REPORTS}exports/",
    ANNOUNCING, f"{ANNOUNCING}new/", "/admin/certificates/data-analytics-week-2/",
    MAILS, f"{MAILS}send/",
    "/admin/", "/admin/overview/definitions/", "/admin/overview/jobs/",
    "/admin/overview/audit/", "/admin/overview/audit/data-analytics-week-2/",
    "/admin/analysis/data-analytics-week-2/quizzes/quiz-data-driven-improvement/",
]  # fmt: skip


@pytest.fixture
def ines(visit: Visit) -> Iterator[Callable[..., Visitor]]:
    """`ines("ko", width=390)` signs in as the demo instructor. Afterwards no draft is left."""
    visitors: list[Visitor] = []

    def sign_in(language: str, **options: object) -> Visitor:
        visitor = visit(language, **options)
        visitor.sign_in("instructor@example.com", "week2-demo")
        visitors.append(visitor)
        return visitor

    yield sign_in
    page = visitors[0].new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{visitors[0].product.address}{COURSE}publish/")
    discard = page.locator("form[action$='/discard/'] button[name=all]")
    if discard.count():
        discard.click()


@pytest.mark.parametrize(("language", "width", "scheme"), [("ko", 390, "light"), ("en", 1440, "dark")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    ines: Callable[..., Visitor], visit: Visit, language: str, width: int, scheme: str
) -> None:
    student = visit("en")
    sign_up(student)
    take_quiz(student)  # so that the tables about students have something to show
    visitor = ines(language, width=width, scheme=scheme)
    page = visitor.go(COURSE)
    page.locator("button[value=add-module]").first.wait_for(state="attached")
    for path in [*PAGES, *mail_pages(visitor)]:
        visitor.go(path)
        page.evaluate("document.querySelectorAll('.ws details').forEach((one) => { one.open = true; })")
        found = Axe().run(page, context=".ws, .hm")
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert visitor.complaints == []


def mail_pages(visitor: Visitor) -> list[str]:
    """Have a dry run of this week's mails worked out. Return its page, and that of the mail of one student."""
    page = visitor.go(f"{MAILS}send/")
    page.locator("form:has(input[name=whom]) button").click()
    student = page.locator(".mails-names a").first
    student.wait_for()
    path = student.get_attribute("href")
    assert path is not None
    return [urlsplit(page.url).path, path]


def body(page: Page, language: str = "en") -> str:
    return f"textarea[name=body_{language}]"


def test_the_text_is_shown_beside_the_form_while_it_is_written(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(LESSON)
    frame = page.frame_locator("iframe[name=text-en]")
    frame.locator(".prose").wait_for()
    page.fill(body(page), "## A new heading {#new}\n\nWith **bold** words and [a link](lesson:nowhere).")
    expect(frame.locator("h2#new")).to_have_text("A new heading")
    expect(frame.locator("strong")).to_have_text("bold")
    expect(frame.locator(".notice li")).to_contain_text("Line 3")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(visitor.product.address + COURSE)
    assert visitor.complaints == []


def test_what_was_typed_and_not_saved_is_offered_again(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(LESSON)
    before = page.input_value(body(page))
    page.fill(body(page), "Typed, and then the browser was closed.")
    page.wait_for_function("Object.keys(localStorage).some((name) => name.includes('/lessons/'))")
    page.close(run_before_unload=False)
    again = visitor.new_page()
    again.goto(visitor.product.address + LESSON)
    assert again.input_value(body(again)) == before
    again.get_by_role("button", name="Take it over").click()
    assert again.input_value(body(again)) == "Typed, and then the browser was closed."
    again.get_by_role("button", name="Save the draft").click()
    again.wait_for_load_state()
    assert again.input_value(body(again)) == "Typed, and then the browser was closed."
    again.goto(visitor.product.address + LESSON)
    assert again.get_by_role("button", name="Take it over").count() == 0


def test_an_entry_is_moved_by_keyboard_and_the_focus_stays(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(COURSE)
    down = page.locator("#at-what-is-machine-learning button[value=down]")
    down.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"at=what-is-machine-learning"))
    page.wait_for_function("document.activeElement.closest('#at-what-is-machine-learning')?.tagName === 'LI'")
    assert page.evaluate("document.activeElement.value") == "down"
    page.keyboard.press("Enter")
    expect(page.locator("[data-activity]").nth(4)).to_have_attribute("data-activity", "what-is-machine-learning")
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_load_state()


def test_an_entry_is_moved_by_dragging(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en", width=1440)
    page = visitor.go(COURSE)
    entries = page.locator("[data-activity]")
    third, first = entries.nth(2), entries.nth(0)
    slug = third.get_attribute("data-activity")
    third.drag_to(first, source_position={"x": 5, "y": 5}, target_position={"x": 5, "y": 3})
    page.wait_for_url(re.compile("do=move"))
    assert page.locator("[data-activity]").nth(0).get_attribute("data-activity") == slug
    assert visitor.complaints == []


DRAWING: FilePayload = {
    "name": "bar.svg",
    "mimeType": "image/svg+xml",
    "buffer": b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20'><rect x='1' y='1' width='30' height='9'/></svg>",
}


def test_a_figure_and_what_it_shows_are_given_by_keyboard(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en", width=390)
    page = visitor.go(LESSON)
    title = page.input_value("input[name=title_en]")
    page.get_by_text("Add a figure").last.focus()
    page.keyboard.press("Enter")
    page.locator("#figure-file-en").set_input_files(DRAWING)
    page.keyboard.press("Tab")
    page.locator("#figure-alt-en").focus()
    page.keyboard.press("Enter")
    # The browser asks for the words that are missing. Nothing was sent.
    assert "assets/bar" not in page.input_value(body(page))
    page.keyboard.type("A bar that grows")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('textarea[name=body_en]').value.includes('A bar that grows')")
    assert re.search(r"!\[A bar that grows\]\(assets/bar[^)]*\.svg\)", page.input_value(body(page)))
    expect(page.frame_locator("iframe[name=text-en]").locator("svg").last).to_be_visible()
    expect(page.locator("textarea[name=body_en]")).to_be_focused()
    assert page.locator("#figure-alt-en").input_value() == ""
    assert page.input_value("input[name=title_en]") == title
    assert visitor.complaints == []


def test_choosing_a_file_writes_into_no_other_field(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(f"{COURSE}files/")
    page.set_input_files("#file", DRAWING)
    assert page.input_value("#alt") == ""
    visitor.go(f"{HOME}+import/")
    page.set_input_files("#file", DRAWING)
    assert visitor.complaints == []


def test_a_pasted_figure_asks_what_it_shows_and_says_why_it_is_refused(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(LESSON)
    page.eval_on_selector(
        body(page),
        """(area) => {
            const files = new DataTransfer();
            files.items.add(new File(["no picture"], "pasted.png", {type: "image/png"}));
            area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: files, bubbles: true}));
        }""",
    )
    expect(page.locator("#figure-alt-en")).to_be_focused()
    page.keyboard.type("Something")
    page.keyboard.press("Enter")
    expect(page.locator("[data-figure=id_body_en] [role=alert]")).to_contain_text("not a picture")
    assert page.input_value("#figure-alt-en") == "Something"
    page.keyboard.press("Escape")
    expect(page.locator("textarea[name=body_en]")).to_be_focused()


def test_a_figure_after_the_session_has_ended_says_so(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en")
    page = visitor.go(LESSON)
    cookies = visitor.context.cookies()
    page.get_by_text("Add a figure").last.click()
    page.locator("#figure-file-en").set_input_files(DRAWING)
    page.fill("#figure-alt-en", "A bar that grows")
    visitor.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Put it into the text").last.click()
    expect(page.locator("[data-figure=id_body_en] [role=alert]")).to_contain_text("Your session has ended.")
    assert page.input_value("#figure-alt-en") == "A bar that grows"
    assert "undefined" not in page.input_value(body(page))
    visitor.context.add_cookies(cast("Any", cookies))


def test_without_script_a_figure_goes_to_the_page_that_says_how_to_use_it(ines: Callable[..., Visitor]) -> None:
    visitor = ines("en", javascript=False)
    page = visitor.go(LESSON)
    page.get_by_text("Add a figure").last.click()
    page.locator("#figure-file-en").set_input_files(DRAWING)
    page.fill("#figure-alt-en", "A bar that grows")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Put it into the text").last.click()
    expect(opened.value.locator("body")).to_contain_text("![A bar that grows](assets/bar")
