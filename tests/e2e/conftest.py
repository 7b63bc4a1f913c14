"""A real Chromium against the real product."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import CHROMIUM
from tests.e2e.pages import ARGUMENTS
from tests.product import Product

PASSWORD = "ein-langes-passwort-9"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # A long timeout, because two browsers and two products share two cores.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """One person's browser. `complaints` collects console errors: CSP violations, script errors, missing files."""

    def __init__(self, context: BrowserContext, product: Product, language: str = "en") -> None:
        self.context = context
        self.product = product
        self.language = language
        self.complaints: list[str] = []
        self.email = ""
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def go(self, path: str) -> Page:
        self.page.goto(self.product.address + path)
        return self.page

    def send(self, path: str, **fields: str) -> str:
        """Send the form of a page as this browser, without showing the page. Return where it led to.

        To show a page takes half a second of processor time.
        """
        form = self.product.address + path
        # What a form has done is said in the visitor's language.
        headers = {"Accept-Language": self.language, "Referer": form}
        shown = self.context.request.get(form, headers=headers).text()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)
        assert token, shown
        answer = self.context.request.post(form, headers=headers, form={"csrfmiddlewaretoken": token[1], **fields})
        assert answer.ok, answer.text()
        return answer.url.removeprefix(self.product.address)

    def sign_in(self, email: str, password: str) -> None:
        assert self.send("/accounts/login/", login=email, password=password) == "/courses/"
        self.go("/courses/")


COURSE = "/courses/data-analytics-week-2/"
_numbers = count(1)


def new_address(visitor: Visitor) -> str:
    return f"e2e-{next(_numbers)}-{id(visitor)}@example.com"


def sign_up(visitor: Visitor, course: str = COURSE) -> None:
    """Sign up a new student and show the course, so that each test starts without data."""
    visitor.email = new_address(visitor)
    fields = {"email": visitor.email, "password1": PASSWORD, "password2": PASSWORD}
    assert visitor.send("/accounts/signup/", **fields) == "/courses/"
    assert visitor.send(f"{course}enrol/") == course
    visitor.go(course)


def sign_up_on_the_screen(visitor: Visitor) -> None:
    """Do what `sign_up` does by the forms that are shown."""
    page = visitor.go("/accounts/signup/")
    visitor.email = new_address(visitor)
    page.fill("input[name=email]", visitor.email)
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.click("main form button:not([name=language])")
    page.wait_for_url("**/courses/")
    visitor.go(f"{COURSE}enrol/")
    page.click("main form button")
    page.wait_for_url(f"**{COURSE}")


def start_quiz(visitor: Visitor, slug: str, course: str = COURSE) -> Page:
    page = visitor.go(f"{course}quizzes/{slug}/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/attempts/*/")
    return page


@pytest.fixture
def visit(chromium: Browser, running_product: Product) -> Iterator[object]:
    """`visit("ko", width=390)` opens a browser whose language is Korean."""
    contexts: list[BrowserContext] = []

    def open_browser(
        language: str, *, width: int = 1280, javascript: bool = True, scheme: str = "light", worker: bool = True
    ) -> Visitor:
        context = chromium.new_context(
            locale={"ko": "ko-KR", "en": "en-GB"}[language],
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme=scheme,  # type: ignore[arg-type]
            # A service worker's requests are seen by no `route` of a test.
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        return Visitor(context, running_product, language)

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def every_kind(running_product: Product) -> None:
    """A quiz of every kind, made by the product itself. Tests of several modules share it."""
    running_product.manage(
        "shell",
        "-c",
        "from tests.e2e import every_kind_course; every_kind_course.make("
        "attempts_allowed=1, show_answers='after_each', time_limit=30)",
    )
