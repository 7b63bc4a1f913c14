"""An answer that was typed without a network is sent later, by whoever typed it, from whatever page is opened next."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, expect

from tests.e2e.attempt_pages import change, state, student, written
from tests.e2e.conftest import Visitor, sign_up
from tests.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.usefixtures("every_kind")]

Visit = Callable[..., Visitor]
KEPT = "() => Object.keys(localStorage).length"


def typed_without_network(visit: Visit, language: str = "en") -> tuple[Visitor, str]:
    """Type an answer whose save does not arrive, and close the tab. Returns the address of the attempt."""
    visitor, page = student(visit, language)
    address = page.url
    visitor.context.route("**/answers/", lambda route: route.abort())
    written(page).fill("data drift")
    expect(state(page)).to_have_class("save-state failed")
    page.close()
    visitor.page = visitor.new_page()
    return visitor, address


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_next_page_sends_it_and_leads_to_the_quiz(visit: Visit, language: str) -> None:
    visitor, address = typed_without_network(visit, language)
    visitor.context.unroute("**/answers/")
    page = visitor.go("/courses/")
    said = page.locator("main .notice[role=status]")
    expect(said).to_contain_text({"ko": "답 1개를 보냈어요.", "en": "without a network have been sent: 1."}[language])
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate(KEPT) == 0
    said.locator("a").click()
    expect(page).to_have_url(address)
    expect(written(page)).to_have_value("data drift")


def test_after_the_deadline_it_is_evidence_and_the_student_is_told(visit: Visit, running_product: Product) -> None:
    visitor, address = typed_without_network(visit)
    change(address, running_product, -60)
    visitor.context.unroute("**/answers/")
    page = visitor.go("/courses/")
    said = page.locator("main .notice[role=status]")
    expect(said).to_contain_text("Answers that came after the deadline: 1.")
    said.locator("a").click()
    expect(page.locator("main")).to_contain_text("One answer came after the time was up")
    stored = running_product.manage(
        "shell",
        "-c",
        "from quizzes.attempts.models import LateAnswer; late = LateAnswer.objects.get("
        f"attempt__uuid='{address.split('/')[-2]}'); print('given before:', late.typed_at < late.received_at)",
    )
    assert "given before: True" in stored


def test_another_person_in_the_same_browser_neither_sends_nor_sees_it(visit: Visit) -> None:
    visitor, _address = typed_without_network(visit)
    mine = next(each["value"] for each in visitor.context.cookies() if each["name"] == "sessionid")
    other = visit("en")
    sign_up(other)
    theirs = next(each["value"] for each in other.context.cookies() if each["name"] == "sessionid")
    visitor.context.unroute("**/answers/")
    sent = []
    visitor.context.on("request", lambda request: sent.append(request.url) if "/answers/" in request.url else None)
    visitor.context.add_cookies([{"name": "sessionid", "value": theirs, "url": visitor.product.address}])
    page = visitor.go("/courses/")
    page.wait_for_load_state("networkidle")
    assert [url for url in sent if "/attempts/" in url] == []
    assert "data drift" not in page.content()
    # Whoever typed it comes back.
    visitor.context.add_cookies([{"name": "sessionid", "value": mine, "url": visitor.product.address}])
    page = visitor.go("/courses/")
    expect(page.locator("main .notice[role=status]")).to_contain_text("have been sent: 1.")


def test_a_sign_out_asks_before_it_deletes_it(visit: Visit) -> None:
    visitor, _address = typed_without_network(visit)
    page = visitor.go("/courses/")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if len(asked) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", answer)
    page.locator("details.menu summary").click()
    button = page.locator("details.menu form button")
    with page.expect_event("dialog"):
        button.click()
    assert page.evaluate(KEPT) == 1
    expect(button).to_be_visible()
    button.click()
    page.wait_for_url("**/")
    expect(page.locator("details.menu")).to_have_count(0)
    assert page.evaluate(KEPT) == 0
    assert [text.startswith("Some of your answers") for text in asked] == [True, True]
