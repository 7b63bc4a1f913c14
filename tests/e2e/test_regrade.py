"""A regrade with the real worker: edit the key, dry run, approval, and the student's page and mail."""

from collections.abc import Callable
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_student import answer_everything, sign_up, start_quiz

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

QUIZ = "quiz-data-analysis-basics"
WORKSPACE = "/admin/workspace/data-analytics-week-2/"
Visit = Callable[..., Visitor]
_numbers = count(1)


def instructor(visit: Visit, language: str, **more: object) -> Visitor:
    visitor = visit(language, **more)
    visitor.sign_in("instructor@example.com", "week2-demo")
    return visitor


def check(page: Page) -> None:
    """Check the accessibility of our own admin pages."""
    violations = Axe().run(page, context=".desk").response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def take_quiz(student: Visitor) -> str:
    """Answer everything. Return the name of the chosen choice of the first question."""
    page = start_quiz(student, QUIZ)
    answer_everything(page)
    chosen = page.locator("fieldset[data-question]").first.locator("input[type=radio]:checked")
    text = chosen.locator("xpath=ancestor::label").inner_text().strip()
    page.locator("button[name=submit]").click()
    page.wait_for_url("**/result/")
    expect(page.locator(".score strong")).to_contain_text("%")
    return text


def edit_key(teacher: Visitor, chosen: str) -> None:
    """Make another choice right: the one that was chosen, or if it was right, some other."""
    page = teacher.go(f"{WORKSPACE}quizzes/{QUIZ}/")
    page.locator(".ws-entry a").first.click()
    page.locator(".qf-mark").first.wait_for()
    texts = {
        str(field.get_attribute("name")).removeprefix("choices-").removesuffix("-text-en"): field.input_value().strip()
        for field in page.locator("textarea[name^=choices-][name$=-text-en]:not([name*=-new-])").all()
    }
    right = str(page.locator(".qf-mark input:checked").get_attribute("value"))
    chosen_row = next(row for row, text in texts.items() if text == chosen)
    new = chosen_row if chosen_row != right else next(row for row in texts if row != right)
    page.locator(f".qf-mark input[value='{new}']").check()
    page.get_by_role("button", name="Save the draft").click()
    page.locator(".ws-tabs .desk-button").click()
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("link", name="See what the current answer key would change").first.click()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_instructor_edits_the_answer_key_and_the_student_gets_a_mail(visit: Visit, javascript: bool) -> None:
    student = visit("en")
    sign_up(student)
    chosen = take_quiz(student)
    before = student.page.locator(".score .muted").inner_text()
    result = student.page.url

    teacher = instructor(visit, "en")
    edit_key(teacher, chosen)
    page = teacher.page
    check(page)
    if not javascript:
        # Unfold's own forms need script; the pages around a regrade do not.
        here, teacher = page.url, instructor(visit, "en", javascript=False)
        page = teacher.page
        page.goto(here)
    page.get_by_role("button", name="Make a dry run").click()
    page.wait_for_url("**/regrade/*/review/")
    expect(page.locator(".desk-list")).to_contain_text("Right is:")
    expect(page.locator(".desk-list")).to_contain_text(f"Answered: {chosen}")
    if javascript:
        check(page)
    reason = f"Question 1 had the wrong key ({next(_numbers)})."
    page.get_by_label("Why?").fill(reason)
    page.get_by_role("button", name="Approve and apply").click()
    # The real worker applies it; the page refreshes until it is done, with and without script.
    expect(page.locator("#progress")).to_contain_text("done", timeout=60_000)
    expect(page.locator(".desk")).to_contain_text("by mail")
    if javascript:
        check(page)
        assert teacher.complaints == []

    student.page.goto(result)
    expect(student.page.locator(".notice:not([hidden])").first).to_contain_text(reason)
    assert student.page.locator(".score .muted").inner_text() != before
    student.go("/inbox/")
    letter = student.page.get_by_role("link", name="Your grade changed").first
    letter.click()
    expect(student.page.locator("body")).to_contain_text(reason)
    student.page.go_back()
    student.page.get_by_role("link", name="Messages, 1 unread").click()
    expect(student.page.locator("main")).to_contain_text("was graded again")
    violations = Axe().run(student.page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    student.page.get_by_role("button", name="Mark all as read").click()
    expect(student.page.get_by_role("link", name="Messages, 0 unread")).to_be_visible()
    student.page.get_by_role("link", name="was graded again").click()
    student.page.wait_for_url("**/result/")
    assert student.complaints == []


def test_answers_are_tried_beside_the_form(visit: Visit) -> None:
    teacher = instructor(visit, "en")
    page = teacher.go(f"{WORKSPACE}quizzes/{QUIZ}/")
    page.locator(".ws-entry", has_text="short answer").locator("a").first.click()
    page.locator("input[name^=accept-]").first.fill("Never saved")
    page.locator("#try-lines").fill("never-saved\nsomething else")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#try-results li")).to_have_count(2)
    expect(page.locator("#try-results li").first).to_contain_text("Right")
    expect(page.locator("#try-results li").last).to_contain_text("Wrong")
    check(page)
    assert teacher.complaints == []


def test_the_queue_is_reached_from_the_start_page(visit: Visit) -> None:
    teacher = instructor(visit, "en", width=390)
    page = teacher.go("/admin/")
    page.locator(".hm").get_by_role("link", name="Waits for you").click()
    expect(page.locator(".desk-title")).to_have_text("Waits for you")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert teacher.complaints == []
