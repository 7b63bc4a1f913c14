"""A question in the text of a lesson in a browser: the feedback takes its place, and the page stays where it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_review import look
from tests.e2e.test_student import COURSE, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

LESSON = f"{COURSE}lessons/what-is-data-driven-improvement/"


@pytest.mark.parametrize("script", [True, False])
def test_a_question_is_answered_where_it_stands(visit: Callable[..., Visitor], script: bool) -> None:
    visitor = visit(language="en", width=390, javascript=script)
    sign_up(visitor)
    page = visitor.go(LESSON)
    question = page.locator(".in-text").nth(1)
    question.locator("button").click()
    expect(question.locator("[role=alert]")).to_be_visible()
    question.locator("input").first.check()
    question.locator("button").click()
    expect(question.locator(".in-text-result .feedback").first).to_be_visible()
    assert question.bounding_box()["y"] < 844  # type: ignore[index]
    if script:
        assert page.url.endswith(LESSON)
        faults: list[str] = []
        look(page, faults)
        assert faults == []
    question.get_by_role("button", name="Answer again").click()
    expect(question.locator("input").first).not_to_be_checked()
    expect(page.locator(".in-text-result")).to_have_count(0)
