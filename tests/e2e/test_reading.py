"""Reading a lesson in a browser: tables, the reading position, the contents of the page, figures and code."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import COURSE, PASSWORD, Visitor, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
LESSON = f"{COURSE}lessons/what-is-machine-learning/"
# It has code, and tables of three columns.
PRACTICE = f"{COURSE}lessons/practice-gen-ai-automation/"


def reader(visit: Visit, **how: object) -> Visitor:
    visitor = visit("en", **how)
    sign_up(visitor)
    return visitor


# --- tables ----------------------------------------------------------------------------------------------------


def brightest(table: Locator, x: int) -> int:
    """Return how bright the brightest pixel of one column of pixels is. A shadow darkens all of them, a letter only some."""
    picture = Image.open(BytesIO(table.screenshot())).convert("L")
    column = x if x >= 0 else picture.width + x
    return max(int(picture.getpixel((column, y))) for y in range(picture.height // 4, picture.height * 3 // 4))  # type: ignore[arg-type]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_table_that_is_wider_than_the_screen_shows_where_it_goes_on(visit: Visit, *, javascript: bool) -> None:
    page = reader(visit, width=390, javascript=javascript).go(LESSON)
    table = page.get_by_role("region", name="Table: The kinds of machine learning", exact=True)
    table.scroll_into_view_if_needed()
    assert brightest(table, 3) > 250 > brightest(table, -4)
    table.evaluate("table => table.scrollTo(1000, 0)")
    assert brightest(table, 3) < 250 < brightest(table, -4)


def test_a_wide_table_scrolls_by_keyboard(visit: Visit) -> None:
    page = reader(visit, width=390).go(LESSON)
    table = page.get_by_role("region", name="Table: The kinds of machine learning", exact=True)
    table.focus()
    expect(table).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("table => table.scrollLeft > 0", arg=table.element_handle())


def test_tables_of_three_columns_fit_on_a_phone_and_are_no_stop_for_the_keyboard(visit: Visit) -> None:
    page = reader(visit, width=390).go(PRACTICE)
    tables = page.locator(".table-scroll").all()
    assert tables
    for table in tables:
        columns = table.locator("tr").first.locator("> *").count()
        if columns <= 2:
            assert table.evaluate("table => table.scrollWidth <= table.clientWidth"), table.get_attribute("aria-label")
            expect(table).not_to_have_attribute("tabindex", "0")


# --- reading position ------------------------------------------------------------------------------------------


def read_to(page: Page, number: int) -> str:
    """Scroll to a block of the text, wait until it is stored, and return the text of the block."""
    block = page.locator(".prose > p").nth(number)
    with page.expect_response(lambda answer: answer.url.endswith("/position/")) as stored:
        block.evaluate("block => scrollTo(0, block.getBoundingClientRect().top + scrollY - 80)")
    assert stored.value.status == 204
    return block.inner_text()


def test_a_reader_goes_on_at_the_paragraph_on_another_device(visit: Visit) -> None:
    first = reader(visit, width=1440)
    read = read_to(first.go(LESSON), 7)
    phone = visit("en", width=390)
    phone.sign_in(first.email, PASSWORD)
    page = phone.go(LESSON)
    assert page.evaluate("scrollY") == 0
    page.get_by_role("link", name="Go on where you stopped").click()
    paragraph = page.locator(".prose > p", has=page.locator("#lastRead"))
    assert paragraph.inner_text() == read
    expect(paragraph).to_be_in_viewport()
    assert first.complaints == phone.complaints == []


def test_the_script_and_the_server_count_blocks_alike(visit: Visit) -> None:
    visitor = reader(visit, width=1440)
    for path in (LESSON, PRACTICE):
        for number in (4, 9, 14):
            read = read_to(visitor.go(path), number)
            # What the browser has not drawn yet has no inner text.
            expect(visitor.go(path).locator(".prose > p", has=visitor.page.locator("#lastRead"))).to_have_text(read)


def test_an_address_with_the_place_opens_the_paragraph_without_script(visit: Visit) -> None:
    visitor = reader(visit, width=390)
    read = read_to(visitor.go(LESSON), 9)
    plain = visit("en", width=390, javascript=False)
    plain.sign_in(visitor.email, PASSWORD)
    page = plain.go(f"{LESSON}#lastRead")
    paragraph = page.locator(".prose > p", has=page.locator("#lastRead"))
    expect(paragraph).to_be_in_viewport()
    assert paragraph.inner_text() == read


# --- contents of the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False])
def test_the_contents_of_the_page_are_beside_the_text_or_closed_above_it(visit: Visit, *, javascript: bool) -> None:
    page = reader(visit, width=1440, javascript=javascript).go(LESSON)
    contents = page.get_by_role("navigation", name="On this page")
    expect(contents).to_be_visible()
    text = page.locator(".prose").bounding_box()
    beside = contents.bounding_box()
    assert text
    assert beside
    assert beside["x"] > text["x"] + text["width"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(contents).to_be_hidden()
    page.locator(".page-contents summary").click()
    contents.get_by_role("link", name="Summary").click()
    expect(page.get_by_role("heading", name="Summary")).to_be_in_viewport()


def test_the_contents_mark_the_section_in_view(visit: Visit) -> None:
    page = reader(visit, width=1440).go(LESSON)
    page.locator("#training-and-inference").evaluate("heading => heading.scrollIntoView()")
    current = page.locator(".page-contents [aria-current]")
    expect(current).to_have_count(1)
    expect(current).to_have_text("Training and inference")
    expect(current).to_be_in_viewport()
    # Also where the window is too low for all of them.
    page.set_viewport_size({"width": 1440, "height": 420})
    page.locator("#summary").evaluate("heading => heading.scrollIntoView()")
    expect(current).to_have_text("Summary")
    expect(current).to_be_in_viewport()


@pytest.mark.parametrize(("motion", "content"), [("no-preference", '""'), ("reduce", "none")])
def test_a_line_shows_how_much_is_read_unless_motion_is_unwanted(visit: Visit, motion: str, content: str) -> None:
    page = reader(visit).go(LESSON)
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    line = "getComputedStyle(document.body, '::before')"
    assert page.evaluate(f"{line}.content") == content
    if motion == "no-preference":
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        # The page's policy forbids the `eval` with which Playwright would wait.
        page.evaluate(
            f"""() => new Promise(resolve => {{
                const look = () => {line}.transform === "matrix(1, 0, 0, 1, 0, 0)" ? resolve() : requestAnimationFrame(look);
                look();
            }})"""
        )


# --- figures and code ------------------------------------------------------------------------------------------


def test_a_figure_opens_as_large_as_the_window_and_gives_the_focus_back(visit: Visit) -> None:
    visitor = reader(visit, width=390)
    page = visitor.go(LESSON)
    button = page.get_by_role("button", name="Enlarge: ").first
    before = page.locator("figure svg").first.bounding_box()
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("img")).not_to_have_accessible_name("")
    after = dialog.locator("svg").bounding_box()
    assert before
    assert after
    assert after["width"] > 1.5 * before["width"]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    assert visitor.complaints == []


def test_code_is_copied_and_the_button_says_so(visit: Visit) -> None:
    visitor = reader(visit)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.go(PRACTICE)
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    code = page.locator("pre.code code").first.inner_text().rstrip("\n")
    assert page.evaluate("navigator.clipboard.readText()") == code


# --- printing --------------------------------------------------------------------------------------------------


def test_a_lesson_is_printed_black_on_white_without_what_is_for_the_screen(visit: Visit) -> None:
    page = reader(visit, width=1440, scheme="dark").go(PRACTICE)
    expect(page.locator(".figure-button").first).to_be_attached()
    expect(page.locator(".copy-button").first).to_be_attached()
    page.emulate_media(media="print", color_scheme="dark")
    for name in (".site-header", ".lesson-side", ".page-contents", ".pager", ".figure-button", ".copy-button"):
        expect(page.locator(name).first).to_be_hidden()
    expect(page.locator(".prose").first).to_be_visible()
    ink = page.locator(".prose p").first.evaluate("text => getComputedStyle(text).color")
    assert max(int(part) for part in re.findall(r"\d+", ink)[:3]) < 100
    # No table is wider than the paper: A4 without margins, in CSS pixels.
    page.set_viewport_size({"width": 672, "height": 990})
    assert page.evaluate("document.documentElement.scrollWidth") <= 672


def test_the_whole_course_is_a_document_with_contents(visit: Visit) -> None:
    visitor = reader(visit)
    page = visitor.go(LESSON)
    page.get_by_role("link", name="Print the whole course").click()
    lessons = page.locator(".print-contents a")
    titles = lessons.all_inner_texts()
    assert len(titles) > 10
    assert page.locator(".print-lesson > h2").all_inner_texts() == titles
    ids: list[str] = page.locator("[id]").evaluate_all("all => all.map((each) => each.id)")
    assert len(ids) == len(set(ids))
    hashes: list[str] = page.locator('main a[href^="#"]').evaluate_all("all => all.map((each) => each.hash.slice(1))")
    assert set(hashes) <= set(ids)
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_whole_course_is_a_pdf_with_links_inside_and_no_empty_page(visit: Visit, language: str) -> None:
    visitor = visit(language)
    sign_up(visitor)
    page = visitor.go(f"{COURSE}print/")
    page.emulate_media(media="print")
    for name in (".site-header", ".site-footer", ".breadcrumbs", ".print-notice", ".messages"):
        assert page.locator(f"{name}:visible").count() == 0
    contents = page.locator(".print-contents a").count()
    file = page.pdf(format="A4", prefer_css_page_size=True, outline=True, tagged=True)
    assert file.startswith(b"%PDF")
    # Every lesson and the glossary begin on a page of their own, after the title with the contents.
    assert len(re.findall(rb"/Type ?/Page\b", file)) > contents + 1
    assert len(re.findall(rb"/Dest ?[/(]", file)) > contents
