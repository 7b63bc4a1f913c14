"""Lessons are read without a network, and nothing of one person is shown to another."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import COURSE, PASSWORD, Visitor, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
NAMES = "async () => (await caches.keys()).filter((name) => name.startsWith('baeum:of:')).sort()"
# The paths of all pages and pictures that are kept for somebody.
KEPT = """async () => {
  const found = [];
  for (const name of (await caches.keys()).filter((each) => each.startsWith('baeum:of:'))) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""
CONTROLLED = "() => navigator.serviceWorker.ready.then((found) => found.active?.state === 'activated')"


def ready(page: Page) -> None:
    """Wait until the worker serves the next page."""
    page.wait_for_function(CONTROLLED)


def lessons_of(visitor: Visitor) -> list[str]:
    links = visitor.go(COURSE).locator('.outline-list a[href*="/lessons/"]').all()
    return [link.get_attribute("href") or "" for link in links]


def open_lesson(visitor: Visitor, path: str) -> Page:
    """Open a lesson, and wait until it is kept."""
    ready(visitor.page)
    page = visitor.go(path)
    page.wait_for_function(f"async () => ({KEPT})().then((paths) => paths.includes('{path}'))")
    return page


def reader(visit: Visit, language: str = "en", **how: object) -> tuple[Visitor, list[str]]:
    visitor = visit(language, **how)
    sign_up(visitor)
    return visitor, lessons_of(visitor)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_site_can_be_installed(visit: Visit, language: str) -> None:
    visitor, _lessons = reader(visit, language)
    ready(visitor.page)
    devtools = visitor.context.new_cdp_session(visitor.page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert f'"lang": "{language}"' in found["data"]
    # The browsers of these tests forget everything, and for that reason alone install nothing.
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in errors] == ["in-incognito"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_opened_lesson_is_read_offline_and_says_so(visit: Visit, language: str) -> None:
    visitor, lessons = reader(visit, language)
    page = open_lesson(visitor, lessons[0])
    visitor.complaints.clear()
    title = page.locator("h1").inner_text()
    expect(page.locator(".offline-bar")).to_have_count(0)
    visitor.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text(title)
    bar = page.locator(".offline-bar")
    expect(bar).to_contain_text("2026" if language == "ko" else "The site cannot be reached.")
    assert page.evaluate("getComputedStyle(document.querySelector('.offline-bar')).borderBottomWidth") == "2px"
    assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert Axe().run(page).response["violations"] == []
    # What the page would load later is missing, which the browser says. No script of it fails.
    assert [each for each in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in each] == []
    visitor.context.set_offline(False)
    page.reload()
    expect(bar).to_have_count(0)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_other_pages_say_what_can_be_read(visit: Visit, language: str) -> None:
    visitor, lessons = reader(visit, language, width=390)
    page = open_lesson(visitor, lessons[1])
    title = page.locator("h1").inner_text()
    visitor.context.set_offline(True)
    answer = page.goto(f"{visitor.product.address}{COURSE}")
    assert answer is not None
    assert answer.status == 503
    expect(page.locator("html")).to_have_attribute("lang", language)
    link = page.locator(f'main a[href="{lessons[1]}"]')
    expect(link).to_contain_text(title)
    assert Axe().run(page).response["violations"] == []
    # A lesson that was never opened is none of them.
    page.goto(visitor.product.address + lessons[2])
    expect(page.locator(".offline-bar")).to_have_count(0)
    link.click()
    expect(page.locator("h1")).to_have_text(title)


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    page.locator("details.menu form button").click()
    page.wait_for_url("**/")


def test_nothing_of_one_person_is_shown_to_another_after_a_sign_out(visit: Visit) -> None:
    visitor, lessons = reader(visit)
    page = open_lesson(visitor, lessons[0])
    sign_out(page)
    assert page.evaluate(KEPT) == []
    # Without a network nobody can sign in, and nothing is left to read.
    visitor.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(visitor.product.address + lessons[0])
    visitor.context.set_offline(False)
    sign_up(visitor)
    ready(page)
    page = visitor.go(COURSE)
    visitor.context.set_offline(True)
    page.goto(visitor.product.address + lessons[0])
    expect(page.locator("main")).to_contain_text("Nothing can be read offline here.")
    expect(page.locator("main")).not_to_contain_text("as of")


def test_a_sign_out_without_a_network_leaves_nothing_to_read(visit: Visit) -> None:
    visitor, lessons = reader(visit)
    page = open_lesson(visitor, lessons[0])
    visitor.context.set_offline(True)
    page.locator("details.menu summary").click()
    page.locator("details.menu form button").click()
    page.wait_for_url("chrome-error://**")
    page.goto(visitor.product.address + lessons[0])
    expect(page.locator(".offline-bar")).to_have_count(0)
    assert page.evaluate(KEPT) == []


def test_somebody_who_takes_over_the_browser_finds_nothing_of_the_other(visit: Visit) -> None:
    """The first one never signed out. Cookies are what a sign-in changes."""
    visitor, lessons = reader(visit)
    first_email = visitor.email
    page = open_lesson(visitor, lessons[0])
    first = page.evaluate(NAMES)
    other = visit("en")
    sign_up(other)
    session = next(each["value"] for each in other.context.cookies() if each["name"] == "sessionid")
    visitor.context.add_cookies([{"name": "sessionid", "value": session, "url": visitor.product.address}])
    page = visitor.go(COURSE)
    expect(page.locator("details.menu summary")).not_to_contain_text(first_email)
    assert page.evaluate(KEPT) == []
    open_lesson(visitor, lessons[1])
    assert page.evaluate(NAMES) != first
    visitor.context.set_offline(True)
    page.goto(visitor.product.address + lessons[0])
    expect(page.locator(".offline-bar")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("as of")
    assert first_email not in page.content()


def test_a_session_that_ended_takes_what_was_kept_with_it(visit: Visit) -> None:
    visitor, lessons = reader(visit)
    page = open_lesson(visitor, lessons[0])
    visitor.context.clear_cookies(name="sessionid")
    page = visitor.go("/courses/")
    expect(page).to_have_url(f"{visitor.product.address}/accounts/login/?next=/courses/")
    assert page.evaluate(KEPT) == []
    page.fill("input[name=login]", visitor.email)
    page.fill("input[name=password]", PASSWORD)
    visitor.context.set_offline(True)
    page.goto(visitor.product.address + lessons[0])
    expect(page.locator(".offline-bar")).to_have_count(0)


def test_only_lessons_and_what_they_show_are_kept(visit: Visit) -> None:
    visitor, lessons = reader(visit)
    open_lesson(visitor, lessons[0])
    for path in (
        "/courses/",
        COURSE,
        f"{COURSE}grades/",
        f"{COURSE}glossary/",
        "/review/",
        "/notes/",
        "/accounts/settings/",
    ):
        visitor.go(path)
    kept = visitor.page.evaluate(KEPT)
    assert [path for path in kept if "/files/" not in path] == [lessons[0]]
    assert visitor.complaints == []


def test_a_course_is_downloaded_read_and_removed(visit: Visit) -> None:
    visitor, lessons = reader(visit, "ko", width=390)
    ready(visitor.page)
    page = visitor.go(COURSE)
    part = page.locator(".course-download")
    assert Axe().run(page).response["violations"] == []
    part.locator("[data-download]").click()
    remove = part.get_by_role("button", name="이 기기에서 지우기")
    expect(remove).to_be_visible(timeout=120_000)
    expect(part.locator("[data-said]")).to_contain_text(str(len(lessons)))
    assert Axe().run(page).response["violations"] == []
    # Downloading is no reading: the course still begins with its first lesson.
    page.reload()
    expect(page.locator(f'.course-head a.button[href^="{lessons[0]}"]')).to_be_visible()
    visitor.context.set_offline(True)
    for lesson in (lessons[0], lessons[-1]):
        page.goto(visitor.product.address + lesson)
        expect(page.locator(".offline-bar")).to_be_visible()
        assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    page.goto(visitor.product.address + "/courses/")
    expect(page.locator("main li a")).to_have_count(len(lessons))
    visitor.context.set_offline(False)
    page = visitor.go(COURSE)
    expect(remove).to_be_visible()
    remove.click()
    expect(part.locator("[data-said]")).to_have_text("이 기기에서 지웠어요.")
    assert page.evaluate(KEPT) == []


def test_a_download_says_how_far_it_is_and_stops_when_it_is_cancelled(visit: Visit) -> None:
    visitor, lessons = reader(visit)
    ready(visitor.page)
    page = visitor.go(COURSE)
    part = page.locator(".course-download")
    page.evaluate("""() => {
      window.seen = [];
      const said = document.querySelector("[data-said]");
      new MutationObserver(() => {
        window.seen.push(said.textContent);
        if (said.textContent.startsWith("2 of")) document.querySelector(".course-download button").click();
      }).observe(said, { childList: true });
    }""")
    part.locator("[data-download]").click()
    expect(part.locator("[data-said]")).to_contain_text("On this device:")
    expect(part.locator("progress")).to_have_count(0)
    assert page.evaluate("window.seen.slice(0, 3)") == [f"{done} of {len(lessons)} lessons" for done in range(3)]
    kept = [path for path in page.evaluate(KEPT) if "/lessons/" in path]
    assert 0 < len(kept) < len(lessons)


def test_a_browser_without_script_is_told_what_else_there_is(visit: Visit) -> None:
    visitor = visit("en", width=320, javascript=False)
    sign_up(visitor)
    page = visitor.go(COURSE)
    page.locator("[data-download]").click()
    expect(page.locator("h1")).to_have_text("Read offline")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
