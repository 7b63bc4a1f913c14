"""An attempt in a real browser: typed answers are not lost, the deadline works, and every question kind is accessible."""

import json
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from tests.e2e import every_kind_course
from tests.e2e.attempt_pages import answer_everything, change, confirm, question, state, student, submit, written
from tests.e2e.conftest import PASSWORD, Visitor
from tests.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.usefixtures("every_kind")]

Visit = Callable[..., Visitor]
UNSAVED = "Not saved yet. We keep trying; until then it is kept in this browser."


# WCAG 2.2, 2.5.8: targets are at least 24 × 24 px; links in running text are exempt.
SMALL_TARGETS = """
() => [...document.querySelectorAll("main :is(button, select, input:not([type=hidden]), textarea)")]
  .map((target) => target.closest("label") ?? target)
  .filter((target) => target.getClientRects().length)
  .filter((target) => { const box = target.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map((target) => `small: ${target.outerHTML.slice(0, 100)}`)
"""


def test_answers_of_every_kind_are_saved_and_submitted(visit: Visit) -> None:
    visitor, page = student(visit)
    answer_everything(page)
    expect(page.locator("[data-answered]")).to_have_text("8")
    for kind in every_kind_course.TEXTS:
        expect(state(page, kind)).to_have_text("Saved")
    page.reload()
    expect(written(page)).to_have_value("data drift")
    expect(question(page, "single_choice").locator("input").first).to_be_checked()
    expect(question(page, "ordering").locator("select").nth(1)).to_have_value("2")
    expect(question(page, "hand_in").locator("textarea")).to_have_value("First line\nSecond line")
    # A file that was only chosen is lost by the reload; one chosen at the submit is uploaded with it.
    answer_everything(page)
    submit(page)
    expect(page.get_by_role("link", name="보고서.pdf")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Second line")
    assert visitor.complaints == []


def test_an_open_page_submits_when_the_time_runs_out(visit: Visit, running_product: Product) -> None:
    visitor, page = student(visit)
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^(29:\d\d|30:00)$"))
    written(page).fill("data drift")
    expect(state(page)).to_have_text("Saved")
    change(page.url, running_product, 15)
    page.reload()
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^0:[01]\d$"))
    expect(page.locator("[data-countdown]")).to_have_class(re.compile("soon"))
    page.wait_for_url("**/result/", timeout=60_000)
    expect(page.locator("main")).to_contain_text("The time ran out")
    expect(page.locator("main")).to_contain_text("data drift")
    assert visitor.complaints == []


def test_more_time_reaches_the_open_page(visit: Visit, running_product: Product) -> None:
    _visitor, page = student(visit)
    change(page.url, running_product, 40)
    page.reload()
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^0:[1-4]\d$"))
    change(page.url, running_product, 600)
    expect(page.locator("[data-countdown]")).to_have_text(re.compile(r"^9:\d\d$"), timeout=60_000)
    written(page).fill("data drift")
    expect(state(page)).to_have_text("Saved")


def test_text_typed_offline_becomes_a_late_answer_after_the_deadline(visit: Visit, running_product: Product) -> None:
    visitor, page = student(visit)
    visitor.context.set_offline(True)
    written(page).fill("data drift")
    question(page, "numeric").locator("input").fill("250")
    expect(state(page)).to_have_text(UNSAVED)
    change(page.url, running_product, -60)
    visitor.context.set_offline(False)
    page.wait_for_url("**/result/")
    expect(page.locator("main")).to_contain_text("The time ran out")
    expect(page.locator("main")).to_contain_text("2 answers came after the time was up")


def test_a_tab_closed_offline_loses_nothing(visit: Visit) -> None:
    visitor, page = student(visit)
    address = page.url
    visitor.context.set_offline(True)
    question(page, "single_choice").locator("input").nth(1).check()
    question(page, "matching").locator("select").first.select_option(index=2)
    written(page).fill("data drift")
    expect(state(page, "single_choice")).to_have_text(UNSAVED)
    page.close()
    visitor.context.set_offline(False)
    page = visitor.new_page()
    page.goto(address)
    for _look in range(2):
        expect(written(page)).to_have_value("data drift")
        expect(question(page, "single_choice").locator("input").nth(1)).to_be_checked()
        expect(question(page, "matching").locator("select").first).not_to_have_value("")
        if not _look:
            for kind in ("single_choice", "matching", "short_answer"):
                expect(state(page, kind)).to_have_text("Saved")
            assert page.evaluate("Object.keys(localStorage)") == []
            page.reload()


def test_an_older_answer_of_this_browser_does_not_replace_a_newer_one(visit: Visit) -> None:
    visitor, page = student(visit)
    visitor.context.set_offline(True)
    written(page).fill("older")
    expect(state(page)).to_have_text(UNSAVED)
    stored = page.evaluate("Object.entries(localStorage)")
    visitor.context.set_offline(False)
    expect(state(page)).to_have_text("Saved")
    # An answer that is not saved yet is not marked as saved.
    held: list[Route] = []
    visitor.context.route("**/answers/", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    written(page).fill("newer")
    expect(state(page)).not_to_have_text("Saved")
    visitor.context.unroute("**/answers/")
    for route in held:
        route.continue_()
    expect(state(page)).to_have_text("Saved")
    assert [json.loads(value)["fields"][0][1] for _key, value in stored] == ["older"]
    page.evaluate("(stored) => stored.forEach(([key, value]) => localStorage.setItem(key, value))", stored)
    page.reload()
    # The reader decides. Until then the server has the newer one.
    choice = question(page, "short_answer").locator("[data-changed]")
    expect(choice).to_contain_text("newer")
    expect(written(page)).to_have_value("older")
    choice.get_by_role("button", name="Take it over").click()
    expect(written(page)).to_have_value("newer")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_answers_of_a_closed_tab_are_sent_at_the_next_visit_after_the_deadline(
    visit: Visit, running_product: Product
) -> None:
    visitor, page = student(visit)
    address = page.url
    # By name, because what Chromium calls offline may let a request out whose answer it then withholds.
    visitor.context.route("**/answers/", lambda route: route.abort())
    written(page).fill("data drift")
    expect(state(page)).to_have_text(UNSAVED)
    page.close()
    page = visitor.new_page()
    change(address, running_product, -60)
    visitor.context.unroute("**/answers/")
    page.goto(address)
    page.wait_for_url("**/result/")
    expect(page.locator("[data-late-said]")).to_contain_text("kept for your instructor")
    page.reload()
    expect(page.locator("main")).to_contain_text("One answer came after the time was up")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_submit_waits_for_the_network(visit: Visit) -> None:
    visitor, page = student(visit)
    visitor.context.set_offline(True)
    written(page).fill("data drift")
    page.locator("button[name=submit]").click()
    expect(state(page)).to_have_text(UNSAVED)
    visitor.context.set_offline(False)
    confirm(page)
    page.wait_for_url("**/result/")
    expect(page.locator("main")).to_contain_text("data drift")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_asks_about_unanswered_questions(visit: Visit, javascript: bool) -> None:
    visitor, page = student(visit, javascript=javascript)
    written(page).fill("data drift")
    with page.expect_navigation(url="**asks=1"):
        page.locator(".attempt-bar button[name=submit]").click()
    asked = page.locator("[data-unanswered]")
    expect(asked.get_by_role("listitem")).to_have_count(7)
    expect(asked).to_be_focused()
    assert Axe().run(page).response["violations"] == [] if javascript else True
    # By keyboard to one of them, an answer, and on.
    asked.get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    question(page, "single_choice").locator("input").first.check()
    # With script the page updates the list at once.
    expect(asked.get_by_role("listitem")).to_have_count(6 if javascript else 7)
    with page.expect_navigation(url="**asks=1"):
        page.locator(".attempt-bar button[name=submit]").click()
    expect(asked.get_by_role("listitem")).to_have_count(6)
    # The back button submits nothing.
    page.go_back()
    expect(written(page)).to_have_value("data drift")
    page.locator(".attempt-bar button[name=submit]").click()
    confirm(page)
    page.wait_for_url("**/result/")
    expect(page.locator("main")).to_contain_text("data drift")
    assert visitor.complaints == []


def test_enter_in_an_answer_does_not_submit(visit: Visit) -> None:
    for javascript in (True, False):
        _visitor, page = student(visit, javascript=javascript)
        address = page.url
        written(page).fill("data drift")
        written(page).press("Enter")
        question(page, "numeric").locator("input").fill("250")
        question(page, "numeric").locator("input").press("Enter")
        question(page, "single_choice").locator("input").first.check()
        question(page, "single_choice").locator("input").first.press("Enter")
        question(page, "multiple_choice").locator("input").first.press("Enter")
        page.locator("main h1").click()
        # Without script Enter on a radio button presses the first button that does something, which saves.
        assert page.url.split("#")[0] == address
        expect(written(page)).to_have_value("data drift")


def test_a_fast_clock_of_the_browser_locks_no_answer(visit: Visit, running_product: Product) -> None:
    visitor, page = student(visit)
    written(page).fill("data")
    expect(state(page)).to_have_text("Saved")
    running_product.manage(
        "shell",
        "-c",
        "from quizzes.attempts.models import Answer; Answer.objects.update(sequence=10**15 - 1, response={'text': 'old'})",
    )
    page.reload()
    expect(written(page)).to_have_value("old")
    written(page).fill("data drift")
    expect(state(page)).to_have_text("Saved")
    page.reload()
    expect(written(page)).to_have_value("data drift")
    assert visitor.complaints == []


def test_signing_in_again_in_another_tab_continues_the_attempt(visit: Visit) -> None:
    visitor, page = student(visit)
    visitor.context.clear_cookies()
    written(page).fill("data drift")
    expect(state(page)).to_contain_text("you are signed out")
    page.locator("button[name=submit]").click()
    expect(page.locator("[data-submit-state]")).to_contain_text("you are signed out")
    visitor.page = visitor.new_page()
    visitor.sign_in(visitor.email, PASSWORD)
    confirm(page)
    page.wait_for_url("**/result/")
    expect(page.locator("main")).to_contain_text("data drift")


def test_an_outdated_tab_does_not_overwrite_newer_answers(visit: Visit) -> None:
    visitor, first = student(visit)
    second = visitor.new_page()
    second.goto(first.url)
    written(first).fill("data drift")
    question(first, "multiple_choice").locator("input").first.check()
    for kind in ("short_answer", "multiple_choice"):
        expect(state(first, kind)).to_have_text("Saved")
    question(second, "numeric").locator("input").fill("250")
    submit(second, asked=True)
    main = second.locator("main")
    expect(main).to_contain_text("data drift")
    expect(main).to_contain_text("your choice")
    expect(main).to_contain_text("250")
    # The other tab shows the conflict and keeps what was typed into it.
    written(first).fill("something else")
    expect(first.locator("[data-closed]")).to_contain_text("has been submitted")
    expect(written(first)).to_have_value("something else")
    first.locator("[data-closed] a").click()
    first.wait_for_url("**/result/")


def test_a_signed_out_student_is_informed_and_loses_nothing(visit: Visit) -> None:
    visitor, page = student(visit)
    address = page.url
    cookies = [cookie for cookie in visitor.context.cookies() if "session" in cookie["name"]]
    assert cookies
    visitor.context.clear_cookies(name=cookies[0]["name"])
    written(page).fill("data drift")
    expect(state(page)).to_contain_text("you are signed out")
    visitor.context.add_cookies(cookies)  # type: ignore[arg-type]
    page = visitor.new_page()
    page.goto(address)
    expect(written(page)).to_have_value("data drift")
    expect(state(page)).to_have_text("Saved")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_kind_is_accessible(visit: Visit, language: str, width: int, scheme: str) -> None:
    _visitor, page = student(visit, language, width=width, scheme=scheme)
    faults: list[str] = []

    def look() -> None:
        violations = Axe().run(page).response["violations"]
        faults.extend(f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in violations)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults.extend([f"{wide} px too wide"] if wide > 0 else [])
        faults.extend(page.evaluate(SMALL_TARGETS))

    look()
    answer_everything(page)
    question(page, "hand_in").locator("button").click()
    expect(page.locator(".files li")).to_have_count(1)
    look()
    submit(page)
    expect(page.locator(".is-solution").first).to_be_visible()
    look()
    assert faults == []


def test_a_submit_that_is_refused_says_so_and_keeps_everything(visit: Visit) -> None:
    _visitor, page = student(visit)
    written(page).fill("data drift")
    question(page, "hand_in").locator("input[type=file]").set_input_files(
        {"name": "work.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    )
    page.locator("button[name=submit]").click()
    expect(question(page, "hand_in").get_by_role("alert")).to_contain_text("This type of file is not accepted here.")
    expect(written(page)).to_have_value("data drift")
    submit(page, asked=True)
    expect(page.locator("main")).to_contain_text("data drift")
