"""Ask at a paragraph as a student, answer as instructor, see the answer: with and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.pages import DISCUSSING, INSTRUCTOR
from tests.e2e.test_review import look
from tests.e2e.test_student import COURSE, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]
Visit = Callable[..., Visitor]
LESSON = f"{COURSE}lessons/what-is-data-driven-improvement/"


def ask(page: Page, body: str, place: int | None = None) -> None:
    """Send the form of a lesson's questions. It stands open if there is none yet. `place`: which paragraph, from 0."""
    if not page.locator("#body").is_visible():
        page.locator("#ask summary").click()
    if place is not None:
        page.locator("#anchor").select_option(index=place)
    page.locator("#body").fill(body)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".post-text").first).to_have_text(body)


@pytest.mark.parametrize("script", [True, False])
def test_a_student_asks_and_reads_the_answer_of_an_instructor(visit: Visit, script: bool) -> None:
    body = f"Why is that so, {'with' if script else 'without'} a script?"
    student = visit(language="en", width=390, javascript=script)
    sign_up(student)
    student.go(LESSON)
    student.page.get_by_role("link", name="Questions about this lesson").click()
    ask(student.page, body, place=2)
    asked = student.page.url

    staff = visit(language="en", javascript=script)
    staff.sign_in(*INSTRUCTOR)
    staff.go(DISCUSSING).get_by_role("link", name=body).click()
    staff.page.get_by_label("Your reply").fill("Because the data says so.")
    staff.page.get_by_role("button", name="Reply").click()
    staff.page.get_by_role("button", name="Mark as the answer").click()

    student.page.goto(asked)
    expect(student.page.locator(".post").nth(1)).to_contain_text("Because the data says so.")
    expect(student.page.locator(".post").nth(1)).to_contain_text("staff")
    expect(student.page.get_by_text("answered", exact=True)).to_be_visible()
    if script:
        faults: list[str] = []
        look(student.page, faults)
        assert faults == []


def test_marks_lie_beside_the_text_and_lead_to_the_questions(visit: Visit) -> None:
    student = visit(language="en")
    sign_up(student)
    page = student.go(LESSON)
    first = page.locator(".prose > p").first
    expect(page.locator("[data-questions]")).to_be_attached()
    # A paragraph offers a question to the mouse. The text stays where it is.
    before = first.bounding_box()
    first.hover()
    page.locator(".ask-mark").get_by_text("?").click()
    assert "?at=" in page.url
    ask(page, "What does the first paragraph mean?")
    page = student.go(LESSON)
    mark = page.locator(".ask-mark").first
    expect(mark).to_have_text("1")
    assert page.locator(".prose > p").first.bounding_box() == before
    faults: list[str] = []
    look(page, faults)
    assert faults == []
    mark.click()
    expect(page.get_by_role("link", name="What does the first paragraph mean?")).to_be_visible()


def test_chosen_text_is_quoted_in_the_question(visit: Visit) -> None:
    student = visit(language="en")
    sign_up(student)
    page = student.go(LESSON)
    # The modules come after the page.
    page.wait_for_load_state("networkidle")
    paragraph = page.locator(".prose > p").nth(1)
    words = paragraph.evaluate(
        """(block) => {
            const text = document.createTreeWalker(block, NodeFilter.SHOW_TEXT).nextNode();
            const range = document.createRange();
            range.setStart(text, 0);
            range.setEnd(text, 12);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return range.toString();
        }"""
    )
    page.get_by_role("link", name="Ask about this", exact=True).click()
    expect(page.locator("#ask blockquote")).to_have_text(words.strip())
    ask(page, "What do these words mean?")
    expect(page.locator(".narrow > blockquote")).to_have_text(words.strip())
