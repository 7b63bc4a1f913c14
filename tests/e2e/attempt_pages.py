"""Start, answer and submit the quiz of every kind in a browser."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e import every_kind_course
from tests.e2e.conftest import Visitor, sign_up, start_quiz
from tests.product import Product

Visit = Callable[..., Visitor]
COURSE = f"/courses/{every_kind_course.SLUG}/"


def change(address: str, product: Product, seconds: int) -> None:
    """Move the deadline of the attempt at this address to `seconds` from now."""
    uuid = re.search(r"attempts/([0-9a-f-]+)/", address)
    assert uuid
    product.manage(
        "shell",
        "-c",
        "from datetime import timedelta; from django.utils.timezone import now; from quizzes.attempts.models import Attempt;"
        f"Attempt.objects.filter(uuid='{uuid[1]}').update(deadline=now() + timedelta(seconds={seconds}))",
    )


def student(visit: Visit, language: str = "en", **how: object) -> tuple[Visitor, Page]:
    """A visitor who has just started the quiz."""
    visitor = visit(language, **how)
    sign_up(visitor, COURSE)
    return visitor, start_quiz(visitor, "quiz", COURSE)


def question(page: Page, kind: str) -> Locator:
    return page.locator("fieldset[data-question]").nth(list(every_kind_course.TEXTS).index(kind))


def written(page: Page) -> Locator:
    """The short answer's field."""
    return question(page, "short_answer").locator("input")


def state(page: Page, kind: str = "short_answer") -> Locator:
    return question(page, kind).locator("[data-state]")


def answer_everything(page: Page) -> None:
    question(page, "single_choice").locator("input").first.check()
    for box in question(page, "multiple_choice").locator("input").all()[:2]:
        box.check()
    written(page).fill("data drift")
    question(page, "numeric").locator("input").fill("0.3 s")
    for place, select in enumerate(question(page, "ordering").locator("select").all(), 1):
        select.select_option(str(place))
    for select in question(page, "matching").locator("select").all():
        select.select_option(index=1)
    question(page, "fill_in").locator("input").fill("overfitting")
    hand_in = question(page, "hand_in")
    hand_in.locator("textarea").fill("First line\nSecond line")
    hand_in.locator("input[type=file]").set_input_files(
        {"name": "보고서.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )


def submit(page: Page, *, asked: bool = False) -> None:
    """Submit, and confirm if the page asks about unanswered questions."""
    page.locator(".attempt-bar button[name=submit]").click()
    if asked:
        confirm(page)
    page.wait_for_url("**/result/")
    expect(page.locator(".questions")).to_be_visible()


def confirm(page: Page) -> None:
    expect(page.locator("[data-unanswered]")).to_contain_text("Nothing has been submitted so far.")
    page.locator("button[value=anyway]").click()
