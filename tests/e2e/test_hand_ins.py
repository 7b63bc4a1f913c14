"""Files of a hand-in in a browser: progress, cancelling, errors at the question, a removal that asks."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.e2e.attempt_pages import question, state, student, submit, written
from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.usefixtures("every_kind")]

Visit = Callable[..., Visitor]
REPORT = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
PROGRAM = {"name": "work.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}


def choose(page: Page, file: Any) -> None:
    question(page, "hand_in").locator("input[type=file]").set_input_files(file)


def upload(page: Page) -> None:
    question(page, "hand_in").get_by_role("button", name="Upload", exact=True).click()


def test_an_upload_shows_its_progress_and_can_be_cancelled(visit: Visit) -> None:
    visitor, page = student(visit)
    address = page.url
    held: list[Route] = []
    visitor.context.route("**/files/", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    choose(page, REPORT)
    upload(page)
    expect(page.get_by_role("progressbar", name="Uploading")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(state(page, "hand_in")).to_have_text("The upload was cancelled.")
    visitor.context.unroute("**/files/")
    choose(page, REPORT)
    upload(page)
    expect(page.get_by_role("link", name="report.pdf")).to_be_focused()
    expect(page.locator("[data-answered]")).to_have_text("1")
    assert page.url.split("#")[0] == address


def test_what_is_typed_during_an_upload_stays(visit: Visit) -> None:
    _visitor, page = student(visit)
    choose(page, REPORT)
    upload(page)
    written(page).fill("data drift")
    expect(page.locator(".files li")).to_have_count(1)
    expect(written(page)).to_have_value("data drift")
    expect(state(page)).to_have_text("Saved")


def test_a_refusal_stands_at_the_question(visit: Visit) -> None:
    _visitor, page = student(visit)
    upload(page)
    fault = question(page, "hand_in").get_by_role("alert")
    expect(fault).to_have_text("Choose a file first.")
    choose(page, PROGRAM)
    upload(page)
    expect(fault).to_contain_text("This type of file is not accepted here.")
    choose(page, REPORT)
    upload(page)
    expect(page.locator(".files li")).to_have_count(1)
    expect(fault).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_removal_asks_first(visit: Visit, javascript: bool) -> None:
    _visitor, page = student(visit, javascript=javascript)
    choose(page, REPORT)
    upload(page)
    remove = question(page, "hand_in").locator("summary")
    expect(remove).to_have_accessible_name("Remove report.pdf")
    remove.click()
    expect(page.locator(".files li")).to_have_count(1)
    if javascript:
        assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Yes, remove it").click()
    expect(page.locator(".files li")).to_have_count(0)
    assert "#q-" in page.url


def test_a_refusal_without_script_stands_at_the_question_and_is_in_view(visit: Visit) -> None:
    _visitor, page = student(visit, javascript=False)
    written(page).fill("data drift")
    choose(page, PROGRAM)
    upload(page)
    fault = question(page, "hand_in").get_by_role("alert")
    expect(fault).to_contain_text("This type of file is not accepted here.")
    expect(question(page, "hand_in")).to_be_in_viewport()
    expect(written(page)).to_have_value("data drift")


def test_a_chosen_file_is_uploaded_before_the_submit(visit: Visit) -> None:
    _visitor, page = student(visit)
    choose(page, PROGRAM)
    page.locator(".attempt-bar button[name=submit]").click()
    expect(question(page, "hand_in").get_by_role("alert")).to_contain_text("This type of file is not accepted here.")
    choose(page, REPORT)
    submit(page, asked=True)
    expect(page.get_by_role("link", name="report.pdf")).to_be_visible()
