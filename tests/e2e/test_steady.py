"""Pages are light, stay within the screen and do not move while they load."""

import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from bench import weight
from tests.e2e.conftest import COURSE, Visitor, sign_up, start_quiz
from tests.product import Product

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
PAGES = [
    "/courses/", COURSE, f"{COURSE}glossary/", "/accounts/settings/", "/notifications/", "/review/",
    "/accounts/personal-data/", "/accounts/password/change/", "/nowhere/",
]  # fmt: skip
# Kilobytes of the first lesson with an empty cache and of the second one, and requests of the first one. Fonts are in them.
MOST = {"ko": (270, 12, 14), "en": (108, 12, 14)}


def pages_of(visitor: Visitor) -> list[str]:
    """Return the addresses of a student's pages: fixed ones, lessons, a quiz, an open attempt and a result."""
    page = visitor.go(COURSE)
    links = [link.get_attribute("href") or "" for link in page.locator(".outline-list a").all()]
    lessons = [link for link in links if "/lessons/" in link]
    # Hand-ins have other names.
    quizzes = [link for link in links if "/quizzes/quiz-" in link]
    attempt = start_quiz(visitor, quizzes[0].rstrip("/").split("/")[-1])
    over = start_quiz(visitor, quizzes[1].rstrip("/").split("/")[-1])
    over.locator(".attempt-bar button[name=submit]").click()
    over.locator("button[value=anyway]").click()
    over.wait_for_url("**/result/")
    found = [attempt.url, over.url]
    return [*PAGES, *lessons[::4], quizzes[0], *(url.removeprefix(visitor.product.address) for url in found)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_page_scrolls_sideways_or_moves(visit: Visit, language: str) -> None:
    visitor = visit(language, width=390)
    sign_up(visitor)
    pages = pages_of(visitor)
    visitor.page.add_init_script(weight.OBSERVED)
    for width in (320, 390, 1440):
        visitor.page.set_viewport_size({"width": width, "height": 844})
        for path in pages:
            page = visitor.go(path)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert page.evaluate("window.seen.cls") <= 0.02, (path, width)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_contents_of_the_course_are_open_beside_a_lesson_only(visit: Visit, *, javascript: bool) -> None:
    visitor = visit("en", width=1440, javascript=javascript)
    sign_up(visitor)
    page = visitor.go(COURSE)
    lesson = page.locator('.outline-list a[href*="/lessons/"]').first.get_attribute("href") or ""
    page = visitor.go(lesson)
    contents = page.locator(".side-outline")
    expect(contents).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(contents).to_be_hidden()
    page.locator(".lesson-side summary").click()
    expect(contents).to_be_visible()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_lesson_is_light(visit: Visit, chromium: Browser, running_product: Product, language: str) -> None:
    visitor = visit(language)
    sign_up(visitor)
    session = next(cookie["value"] for cookie in visitor.context.cookies() if cookie["name"] == "sessionid")
    links = visitor.page.locator('.outline-list a[href*="/lessons/"]')
    lessons = [links.nth(number).get_attribute("href") or "" for number in (0, 1)]
    first, second = weight.loads(chromium, running_product.port, str(session), lessons, language)
    most, most_of_second, most_requests = MOST[language]
    assert first["bytes"] <= most * 1000, first
    assert second["bytes"] <= most_of_second * 1000, second
    assert first["requests"] <= most_requests, first


def test_texts_are_compressed_and_a_client_without_compression_gets_them_plain(running_product: Product) -> None:
    """The two fonts have the same address in the style sheet and in the page, or a browser would load them twice."""

    def fetch(path: str, encoding: str) -> tuple[str, bytes]:
        request = urllib.request.Request(running_product.address + path, headers={"Accept-Encoding": encoding})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.headers.get("Content-Encoding", ""), answer.read()

    _none, page = fetch("/accounts/login/", "identity")
    sheet = re.findall(r'href="(/static/baeum/baeum\.css[^"]*)"', page.decode())[0]
    assert fetch("/accounts/login/", "gzip, deflate, br")[0] == "br"
    assert fetch("/accounts/login/", "gzip")[0] == "gzip"
    assert fetch(sheet, "br")[0] == "br"
    _none, css = fetch(sheet, "identity")
    for font in re.findall(r'href="(/static/vendor/[^"]+\.woff2)"', page.decode()):
        assert font.removeprefix("/static/vendor/") in css.decode()


IS_MEASURED = "element => element.checkVisibility({contentVisibilityAuto: true})"


def test_the_text_below_the_first_screen_is_measured_after_the_first_frame(visit: Visit) -> None:
    visitor = visit("ko", width=390, worker=False)
    sign_up(visitor)
    path = next(page for page in pages_of(visitor) if "/lessons/" in page)
    # Without the script that ends it, the state of the first frame stays.
    visitor.page.route("**/reading.js*", lambda route: route.abort())
    items = visitor.go(path).locator(".lesson .prose").first.locator(":scope > ul > li")
    assert not items.last.evaluate(IS_MEASURED)
    visitor.page.unroute("**/reading.js*")
    page = visitor.go(path)
    expect(page.locator(".lesson[data-drawn]")).to_be_attached()
    assert items.last.evaluate(IS_MEASURED)


PLACE = "life-cycle"
TOP = f"document.getElementById('{PLACE}').getBoundingClientRect().top"


def test_an_address_with_a_place_and_a_reload_land_where_they_should(visit: Visit) -> None:
    visitor = visit("ko", width=390)
    sign_up(visitor)
    path = next(page for page in pages_of(visitor) if "/lessons/what-is-data-driven-improvement/" in page)
    page = visitor.go(f"{path}#{PLACE}")
    expect(page.locator(".lesson[data-drawn]")).to_be_attached()
    header = page.locator(".site-header").evaluate("element => element.getBoundingClientRect().bottom")
    assert header - 1 <= page.evaluate(TOP) < header + 200
    page = visitor.go(path)
    expect(page.locator(".lesson[data-drawn]")).to_be_attached()
    page.evaluate(f"scrollBy(0, {TOP} - 300)")
    page.reload()
    expect(page.locator(".lesson[data-drawn]")).to_be_attached()
    assert abs(page.evaluate(TOP) - 300) < 2


def test_nothing_below_the_first_screen_is_measured_before_that_is_drawn(visit: Visit) -> None:
    # Questions and tables in the text too: on a slow phone they took a quarter of a second.
    visitor = visit("ko", width=390, worker=False)
    sign_up(visitor)
    visitor.page.route("**/reading.js*", lambda route: route.abort())
    page = visitor.go(f"{COURSE}lessons/what-is-data-driven-improvement/")
    seen = page.locator(".prose > *").evaluate_all(
        """blocks => blocks.filter(block => {
          const first = block.firstElementChild;
          return first && first.checkVisibility({contentVisibilityAuto: true});
        }).map(block => block.getBoundingClientRect().top)"""
    )
    # Chromium draws what is up to one and a half windows away.
    assert [round(top) for top in seen if top > 900 * 2.5] == []
