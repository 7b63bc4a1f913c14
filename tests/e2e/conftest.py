"""A real Chromium against the real product."""

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

    def __init__(self, context: BrowserContext, product: Product) -> None:
        self.context = context
        self.product = product
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

    def sign_in(self, email: str, password: str) -> None:
        page = self.go("/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password)
        page.click("main form button:not([name=language])")
        page.wait_for_url("**/courses/")
        page.wait_for_load_state("networkidle")


COURSE = "/courses/data-analytics-week-2/"
_numbers = count(1)


def sign_up(visitor: Visitor, course: str = COURSE) -> None:
    """Sign up a new student, so that each test starts without data."""
    page = visitor.go("/accounts/signup/")
    visitor.email = f"e2e-{next(_numbers)}-{id(visitor)}@example.com"
    page.fill("input[name=email]", visitor.email)
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.click("main form button:not([name=language])")
    page.wait_for_url("**/courses/")
    page.goto(visitor.product.address + course + "enrol/")
    page.click("main form button")
    page.wait_for_url(f"**{course}")


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
        return Visitor(context, running_product)

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
