"""An instructor runs a course: roster, hand-ins, figures that find a wrong key, regrade, announcement, completion report."""

import io
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import Workbook
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.taught_course import PASSWORD, PLANTED, assistant_of, teacher_of
from tests.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
SLUG, SHARED = "taught", "shared"
STUDENTS = 30
HAND_INS = 3
BAD = [
    ("두 번", "s1@example.org", "1반"),
    ("오타", "s31@exampel", "1반"),
    ('=HYPERLINK("http://evil.example")', "s32@example.org", "1반"),
]


def roster() -> FilePayload:
    """A workbook as a school's office writes it: a title, a free line, Korean headings; three rows are bad."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026년 2학기 수강생 명단"])
    sheet.append([])
    sheet.append(["이름", "이메일 주소", "분반"])
    for number in range(1, STUDENTS + 1):
        sheet.append([f"김학생 {number}", f"s{number}@example.org", f"{1 + number % 2}반"])
    for row in BAD:
        sheet.append(row)
        # A text that begins like a formula, not a formula.
        sheet.cell(sheet.max_row, 1).data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "명단.xlsx", "mimeType": kind, "buffer": stream.getvalue()}


def check(page: Page) -> None:
    """Hold our own part of a page to axe, and the page to the width of the window."""
    violations = Axe().run(page, context=".desk").response["violations"]
    found = [(each["id"], each["nodes"][0]["html"]) for each in violations]
    assert found == [], found
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def in_product(product: Product, call: str) -> None:
    product.manage("shell", "-c", f"from tests.e2e import taught_course as it; it.{call}")


def import_roster(teacher: Visitor) -> None:
    page = teacher.go("/admin/courses/course/")
    page.locator("#result_list").get_by_role("link", name="Taught course").first.click()
    page.get_by_role("link", name="People: cohorts, roster, invitations").click()
    check(page)
    page.get_by_role("link", name="Import a roster").click()
    page.get_by_label("File").set_input_files(roster())
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("heading", name="Rows that are not imported (3)")).to_be_visible()
    for _name, email, _cohort in BAD:
        expect(page.locator("[role=region][aria-labelledby=invalid]")).to_contain_text(email)
    check(page)
    page.get_by_role("button", name=f"Import {STUDENTS} students").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible(timeout=60_000)
    expect(page.locator(".desk")).to_contain_text(f"new account, enrolled: {STUDENTS}")
    check(page)


def grade_hand_ins(teacher: Visitor) -> None:
    """Grade all of them by keys, the last one twice."""
    page = teacher.go("/admin/quizzes/attempt/queue/")
    loads: list[str] = []
    page.keyboard.press("g")
    expect(page.locator("[data-answer]")).to_be_visible()
    page.on("load", lambda _page: loads.append(page.url))
    check(page)
    for number in range(HAND_INS):
        title = page.locator(".desk-title").inner_text()
        page.keyboard.press("2")
        page.keyboard.press("1")
        expect(page.locator("[data-save]")).to_be_focused()
        page.keyboard.press("Enter")
        if number < HAND_INS - 1:
            expect(page.locator(".desk-title")).not_to_have_text(title)
            expect(page.locator("[data-decision]")).to_be_visible()
    expect(page.locator(".desk")).to_contain_text("No other answer waits for you.")
    # The last decision is taken back, and made anew.
    page.keyboard.press("u")
    expect(page.locator(".desk")).to_contain_text("Your decision is taken back.")
    expect(page.locator("[data-row] input").first).to_have_value("2")
    page.keyboard.press("f")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.locator(".desk")).to_contain_text("5 points")
    # Not once was a page loaded.
    assert loads == []


def find_wrong_key(teacher: Visitor) -> None:
    page = teacher.go(f"/admin/workspace/{SLUG}/quizzes/quiz/")
    page.get_by_role("link", name="Questions in figures").click()
    suspected = page.locator("article", has_text="The key may be wrong")
    expect(suspected).to_have_count(1)
    expect(suspected.locator("h4")).to_contain_text(f"What is right ({PLANTED})?")
    check(page)


def correct_key(teacher: Visitor) -> None:
    page = teacher.go(f"/admin/workspace/{SLUG}/quizzes/quiz/")
    page.locator(".ws-entry a", has_text=f"({PLANTED})").first.click()
    page.locator(".qf-mark input").nth(1).check()
    page.get_by_role("button", name="Save the draft").click()
    page.locator(".ws-tabs .desk-button").click()
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("link", name="See what the current answer key would change").first.click()
    page.get_by_role("button", name="Make a dry run").click()
    page.wait_for_url("**/regrade/*/review/")
    page.get_by_label("Why?").fill("The key of question 5 was wrong.")
    page.get_by_role("button", name="Approve and apply").click()
    expect(page.locator("#progress")).to_contain_text("done", timeout=60_000)
    check(page)


def announce(teacher: Visitor) -> None:
    page = teacher.go(f"/admin/workspace/{SLUG}/")
    page.get_by_role("navigation", name="Course").get_by_role("link", name="Announcements").click()
    page.get_by_role("link", name="Write an announcement").click()
    page.get_by_label("Title (Korean)").fill("채점 기준이 바뀌었어요")
    page.get_by_label("Text (Korean)").fill("5번 문제의 정답을 고쳤어요.")
    page.get_by_label("Title (English)").fill("A key has changed")
    page.get_by_label("Text (English)").fill("The key of question 5 is corrected.")
    page.get_by_role("button", name="Save, and see how it looks").click()
    expect(page.locator(".desk")).to_contain_text(f"It will go to {STUDENTS} students")
    check(page)
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator(".desk")).to_contain_text(f"It was sent to {STUDENTS} students.")
    # The mails go after ten minutes, with what else there is to say.


def report_completion(teacher: Visitor) -> None:
    page = teacher.go(f"/admin/workspace/{SLUG}/")
    page.get_by_role("navigation", name="Course").get_by_role("link", name="Gradebook").click()
    page.get_by_role("link", name="Completion report").click()
    for field in page.locator("form input[type=number]").all():
        field.fill("50")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.locator("tbody tr")).to_have_count(STUDENTS)
    done = page.locator("tbody tr", has=page.locator(".is-good"))
    assert 0 < done.count() <= HAND_INS
    check(page)


def test_a_course_is_run(visit: Visit, running_product: Product) -> None:
    in_product(running_product, f"make({SLUG!r})")
    teacher = visit("en")
    teacher.sign_in(teacher_of(SLUG), PASSWORD)
    import_roster(teacher)
    in_product(running_product, f"answer({SLUG!r}, {HAND_INS})")
    grade_hand_ins(teacher)
    running_product.manage("recount_items")
    find_wrong_key(teacher)
    correct_key(teacher)
    announce(teacher)
    report_completion(teacher)
    assert teacher.complaints == []


def test_two_people_grade_without_getting_the_same_answer(visit: Visit, running_product: Product) -> None:
    in_product(running_product, f"make({SHARED!r}); it.enrol({SHARED!r}, 2); it.answer({SHARED!r}, 2)")
    ines, ada = visit("en"), visit("en", width=390, javascript=False)
    ines.sign_in(teacher_of(SHARED), PASSWORD)
    ada.sign_in(assistant_of(SHARED), PASSWORD)
    page = ines.go("/admin/review/next/")
    mine = page.url
    # Without the tick no key decides.
    page.get_by_label("One key for each decision").uncheck()
    page.keyboard.press("2")
    expect(page.locator("[data-row] input").first).to_have_value("")
    expect(page.locator(".gr kbd").first).to_be_hidden()
    # Ada, without script and on a phone, gets the other answer, and takes over the first one.
    other = ada.go("/admin/review/next/")
    assert other.url != mine
    other.goto(mine)
    expect(other.locator(".desk")).to_contain_text("Being graded by Ines")
    other.get_by_role("button", name="Take it over").click()
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Ines is told when she saves, and what she wrote stays.
    for field in page.locator("[data-row] input").all():
        field.fill("1")
    page.get_by_label("Comment for the student").fill("My words.")
    page.get_by_role("button", name="Save and go to the next one").click()
    expect(page.get_by_role("alert")).to_contain_text("Ada is grading this answer now.")
    expect(page.get_by_label("Comment for the student")).to_have_value("My words.")
    check(page)
    for field in other.locator("[data-row] input").all():
        field.fill("2")
    other.get_by_role("button", name="Save and go to the next one").click()
    expect(other.locator(".desk")).to_contain_text("4 points")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody else has graded this in the meantime.")
    other.get_by_role("button", name="Undo").click()
    expect(other.locator(".desk")).to_contain_text("Your decision is taken back.")
    # The browser says of the refusals that they are no pages.
    assert [text for text in ines.complaints if "409" not in text] == []
