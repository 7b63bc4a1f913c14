"""A student takes the real course, in Korean and in English, with script and without."""

from collections.abc import Callable

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import COURSE, Visitor, sign_up, sign_up_on_the_screen, start_quiz
from tests.product import ROOT, Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]

# All texts with Hangul that are not inside an element marked as Korean.
UNMARKED_HANGUL = r"""
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!parent || ["SCRIPT", "STYLE"].includes(parent.tagName)) continue;
    const marked = parent.closest("[lang]");
    if (/[\uac00-\ud7a3\u3131-\u318e]/.test(node.textContent) && !marked?.getAttribute("lang").startsWith("ko")) {
      found.push(node.textContent.trim().slice(0, 60));
    }
  }
  return found;
}
"""


def required_activities() -> int:
    course = yaml.safe_load((ROOT / "content" / "data-analytics-week-2" / "course.yaml").read_text(encoding="utf-8"))
    activities = [activity for module in course["modules"] for activity in module["activities"]]
    return sum(activity.get("required", True) for activity in activities)


def answer_everything(page: Page) -> None:
    """The first choice of every question and a text in every text field."""
    for field in page.locator("fieldset[data-question]").all():
        radios = field.locator("input[type=radio]")
        if radios.count():
            radios.first.check()
        else:
            field.locator("input[type=text]").fill("MLOps")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_student_signs_up_and_takes_a_quiz(visit: Visit, language: str) -> None:
    visitor = visit(language)
    sign_up_on_the_screen(visitor)
    page = visitor.page
    seen_hangul: list[str] = []

    def look() -> None:
        expect(page.locator("html")).to_have_attribute("lang", language)
        if language == "en":
            seen_hangul.extend(page.evaluate(UNMARKED_HANGUL))

    look()
    page.locator(".outline-list a").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".prose figure svg").first).to_be_visible()
    look()
    page.locator("button[name=done]").click()
    page.wait_for_url(f"**{COURSE}lessons/ml-product-cases/")
    look()
    for slug in ("quiz-data-driven-improvement", "quiz-data-analysis-basics"):
        page = start_quiz(visitor, slug)
        look()
        answer_everything(page)
        page.locator("button[name=submit]").click()
        page.wait_for_url("**/result/")
        # The result appears without a reload.
        expect(page.locator(".score strong")).to_contain_text("%")
        look()
    page.goto(visitor.product.address + COURSE)
    # The lesson, and both quizzes, passed or not.
    expect(page.locator(".outline-list :is(.is-done, .is-tried)")).to_have_count(3)
    expect(page.locator(".progress b").first).to_have_text(f"{300 // required_activities()}%")
    look()
    visitor.go("/courses/")
    look()
    assert seen_hangul == []
    assert visitor.complaints == []


def test_switching_the_language_stays_on_the_page(visit: Visit) -> None:
    visitor = visit("ko")
    sign_up(visitor)
    page = visitor.go(f"{COURSE}lessons/what-is-data-driven-improvement/#life-cycle")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.locator("header button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("#life-cycle")
    expect(page.locator("#life-cycle")).to_be_in_viewport()


def test_answers_are_saved_as_they_are_given(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = start_quiz(visitor, "quiz-data-analysis-basics")
    field = page.locator("fieldset[data-question]").first
    field.locator("input[type=radio]").nth(1).check()
    expect(field.locator("[data-state]")).to_have_text("Saved")
    written = page.locator("fieldset:has(input[type=text])").first
    written.locator("input").fill("ML Ops")
    expect(written.locator("[data-state]")).to_have_text("Saved")
    page.reload()
    expect(field.locator("input[type=radio]").nth(1)).to_be_checked()
    expect(page.locator("fieldset input[type=text]").first).to_have_value("ML Ops")


def test_an_answer_given_offline_is_saved_later(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = start_quiz(visitor, "quiz-data-analysis-basics")
    field = page.locator("fieldset[data-question]").first
    visitor.context.set_offline(True)
    field.locator("input[type=radio]").first.check()
    expect(field.locator("[data-state]")).to_have_text(
        "Not saved yet. We keep trying; until then it is kept in this browser."
    )
    visitor.context.set_offline(False)
    expect(field.locator("[data-state]")).to_have_text("Saved")


def test_two_tabs_share_one_attempt_and_one_submission(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    first = start_quiz(visitor, "quiz-data-driven-improvement")
    second = visitor.new_page()
    second.goto(first.url)
    for page in (first, second):
        answer_everything(page)
    first.locator("button[name=submit]").click()
    first.wait_for_url("**/result/")
    second.locator("button[name=submit]").click()
    second.wait_for_url("**/result/")
    assert first.url == second.url
    expect(second.locator(".score strong")).to_contain_text("%")


def test_a_quiz_can_be_taken_without_script(visit: Visit) -> None:
    visitor = visit("en", javascript=False)
    sign_up(visitor)
    page = start_quiz(visitor, "quiz-data-driven-improvement")
    for field in page.locator("fieldset[data-question]").all():
        field.locator("input[type=radio]").first.check()
    page.locator("button[name=submit]").click()
    page.wait_for_url("**/result/")
    # The page polls by itself with a refresh that needs no script.
    expect(page.locator(".score strong")).to_contain_text("%")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_accessible_and_do_not_overflow(visit: Visit, width: int, scheme: str) -> None:
    visitor = visit("ko", width=width, scheme=scheme)
    found: dict[str, list[str]] = {}

    def look(path: str, *, axe: bool = True) -> None:
        page = visitor.go(path)
        violations = Axe().run(page).response["violations"] if axe else []
        found[path] = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in violations]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[path].append(f"{wide} px too wide")

    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        look(path)
    sign_up(visitor)
    attempt = start_quiz(visitor, "quiz-data-analysis-basics").url.removeprefix(visitor.product.address)
    for path in (
        "/courses/",
        COURSE,
        f"{COURSE}glossary/",
        f"{COURSE}print/",
        f"{COURSE}lessons/what-is-data-driven-improvement/",
        f"{COURSE}lessons/practice-simple-ml-for-sheets/",
        f"{COURSE}lessons/mlops/check/",
        f"{COURSE}quizzes/quiz-data-analysis-basics/",
        attempt,
        "/accounts/settings/",
        "/notifications/",
        "/inbox/",
        "/nothing-here/",
    ):
        look(path)
    # Axe needs half a minute for its 19,000 elements. In test_every_page it reads them in both themes and at both widths.
    look("/api/docs/", axe=False)
    visitor.go(attempt).locator("button[name=submit]").click()
    expect(visitor.page.locator("[data-unanswered]")).to_be_visible()
    look(f"{attempt}?asks=1")
    visitor.page.locator("button[value=anyway]").click()
    expect(visitor.page.locator(".score strong")).to_contain_text("%")
    look(f"{attempt}result/")
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_demo_student_finds_the_weekly_mail(visit: Visit, running_product: Product) -> None:
    running_product.manage("send_weekly_summaries", "--to", "student@example.com")
    visitor = visit("ko")
    visitor.sign_in("student@example.com", "week2-demo")
    page = visitor.go("/inbox/")
    expect(page.locator("main")).to_contain_text("student@example.com")
