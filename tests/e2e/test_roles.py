"""The page "who may do what": by keyboard, on a phone, with and without script."""

from itertools import count

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_regrade import Visit, check, instructor

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

_numbers = count(1)


def staff_account(visitor: Visitor) -> str:
    email = f"assistant-{next(_numbers)}@example.com"
    fields = f"{email!r}, 'x', name='Ada', is_staff=True"
    visitor.product.manage("shell", "-c", f"from accounts.models import User; User.objects.create_user({fields})")
    return email


def form_of_the_course(visitor: Visitor) -> str:
    link = visitor.go("/admin/courses/course/").locator("#result_list a[href*='/course/'][href*='/change/']").first
    return str(link.get_attribute("href")).split("?")[0]


@pytest.mark.parametrize(("width", "javascript"), [(390, True), (390, False), (1280, True)])
def test_somebody_gets_a_role_and_loses_it(visit: Visit, width: int, javascript: bool) -> None:
    teacher = instructor(visit, "en", width=width, javascript=javascript)
    email = staff_account(teacher)
    form = form_of_the_course(teacher)
    page = teacher.go(form)
    if javascript and width > 1000:
        page.get_by_role("link", name="Who may do what").click()
    else:
        # Unfold puts the buttons of a form into a menu on a phone.
        teacher.go(form.replace("change/", "roles/"))
    expect(page.locator(".desk-title")).to_have_text("Who may do what")

    def looks_right() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if javascript:
            check(page)

    looks_right()
    page.get_by_label("E-mail address of the staff account").focus()
    page.keyboard.type("student@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("There is no staff account with this address.")
    looks_right()
    page.get_by_label("E-mail address of the staff account").fill(email)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="observer")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator(".desk")).to_contain_text(email)
    looks_right()

    page.locator("li", has_text=email).get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/roles/*/")
    looks_right()
    page.get_by_role("button", name="Change the role to assistant").press("Enter")
    expect(page.locator("#assistant + ul")).to_contain_text(email)
    page.locator("li", has_text=email).get_by_role("link").click()
    page.get_by_role("button", name="Take the role away").click()
    expect(page.locator(".desk")).not_to_contain_text(email)
    if javascript:
        assert [text for text in teacher.complaints if "400" not in text] == []


def test_the_page_in_korean(visit: Visit) -> None:
    teacher = instructor(visit, "ko", width=390)
    page = teacher.go(form_of_the_course(teacher).replace("change/", "roles/"))
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
