"""What axe cannot see: focus that is visible and in order, sizes of targets, headings, and the whole way by roles and names.

The checks follow the descriptions of the ACT rules that docs/accessibility.md names.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Visitor, sign_up
from tests.e2e.pages import PUBLIC, Site, make_student_pages

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]

# How often Tab is pressed on a page. The longest pages have more stops, of the same kinds.
MOST_STOPS = 70
# Says of the element in focus: what it is, whether its focus is drawn, and whether something covers it.
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  // A radio or a box is drawn by the browser; its label is what one sees.
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const x = box.left + box.width / 2, y = box.top + Math.min(box.height, innerHeight) / 2;
  const top = document.elementFromPoint(x, y);
  const previous = window.lastFocused;
  window.lastFocused = element;
  return {
    html: element.outerHTML.slice(0, 160),
    isDrawn: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isCovered: !(top && (element.contains(top) || top.contains(element) || top.closest("label")?.contains(element))),
    isInOrder: !previous || Boolean(previous.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}
"""
# Headings, identifiers and the sizes of what is pressed. A link in a line of text may be as small as the text (WCAG 2.5.8).
STRUCTURE = """
() => {
  const seen = (element) => element.checkVisibility({visibilityProperty: true}) && !element.closest(".visually-hidden");
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen).map((h) => Number(h.tagName[1]));
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const small = [...document.querySelectorAll(pressed)].filter((element) => {
    if (!seen(element) || element.classList.contains("skip-link")) return false;
    const target = element.closest("label") ?? element;
    const box = target.getBoundingClientRect();
    const isInText = getComputedStyle(element).display === "inline";
    return !isInText && (box.width < 24 || box.height < 24);
  });
  // The visible label is part of the name (2.5.3): somebody who speaks to the browser says what they see.
  const plain = (text) => text.replace(/\\s+/g, " ").trim().toLowerCase();
  const misnamed = [...document.querySelectorAll("a[aria-label], button[aria-label], summary[aria-label]")].filter((element) =>
    seen(element) && /\\p{L}/u.test(element.innerText) &&
    !plain(element.getAttribute("aria-label")).includes(plain(element.innerText)));
  return {
    misnamed: misnamed.map((element) => element.outerHTML.slice(0, 160)),
    title: document.title,
    language: document.documentElement.lang,
    mains: document.querySelectorAll("main").length,
    firsts: levels.filter((level) => level === 1).length,
    jumps: levels.filter((level, index) => index && level > levels[index - 1] + 1),
    twice: ids.filter((id, index) => ids.indexOf(id) !== index),
    small: small.map((element) => element.outerHTML.slice(0, 160)),
  };
}
"""


def all_pages(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Yield (name, path) of the public pages, and then of those of a new student, who is signed in from then on."""
    yield from PUBLIC.items()
    sign_up(visitor)
    yield from make_student_pages(Site(visitor.product.address, visitor.context), visitor.page).items()


def walk(page: Page) -> tuple[list[dict[str, Any]], bool]:
    """Press Tab until the focus leaves the page or comes back to its start. Return the stops, and whether it was trapped."""
    stops: list[dict[str, Any]] = []
    page.evaluate("window.lastFocused = null; document.activeElement?.blur()")
    for _number in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (stops and stop["html"] == stops[0]["html"] and not stop["isInOrder"]):
            return stops, False
        if stops and stop["html"] == stops[-1]["html"] and not stop["isInOrder"]:
            return stops, True
        stops.append(stop)
    return stops, False


@pytest.mark.parametrize(("language", "width"), [("ko", 320), ("en", 1280)])
def test_the_focus_is_seen_and_follows_the_page(visit: Visit, language: str, width: int) -> None:
    visitor = visit(language, width=width)
    found: dict[str, list[str]] = {}
    for name, path in all_pages(visitor):
        page = visitor.go(path)
        page.wait_for_load_state("networkidle")
        stops, is_trapped = walk(page)
        assert stops, name
        assert not is_trapped, (name, stops[-1])
        for fault, is_fault in (
            ("not drawn", lambda stop: not stop["isDrawn"]),
            ("covered", lambda stop: stop["isCovered"]),
            ("out of order", lambda stop: not stop["isInOrder"]),
        ):
            if faults := [stop["html"] for stop in stops if is_fault(stop)]:
                found[f"{name}: {fault}"] = faults
    assert found == {}


@pytest.mark.parametrize(("language", "width"), [("ko", 390), ("en", 1440)])
def test_headings_identifiers_titles_and_targets(visit: Visit, language: str, width: int) -> None:
    visitor = visit(language, width=width)
    titles: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, path in all_pages(visitor):
        page = visitor.go(path)
        seen = page.evaluate(STRUCTURE)
        titles[name] = seen["title"]
        for part, right in (
            ("language", language),
            ("mains", 1),
            ("firsts", 1),
            ("jumps", []),
            ("twice", []),
            ("small", []),
            ("misnamed", []),
        ):
            if seen[part] != right:
                found[f"{name}: {part}"] = seen[part]
    assert found == {}
    # The front page is about the course. An attempt, its result and its quiz are told apart by their headings.
    several = [name for name, title in titles.items() if list(titles.values()).count(title) > 1]
    assert set(several) <= {"quiz", "attempt", "result", "lesson", "first-lesson", "check", "front", "course"}, titles


def test_a_wrong_field_is_described_by_its_error(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page = visitor.go("/accounts/password/change/")
    page.locator("input[type=password]").nth(0).fill("not the password")
    page.locator("input[type=password]").nth(1).fill(f"{PASSWORD}-new")
    page.locator("input[type=password]").nth(2).fill(f"{PASSWORD}-other")
    page.locator("main form button").last.click()
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong.first).to_be_visible()
    for field in wrong.all():
        described = (field.get_attribute("aria-describedby") or "").split()
        texts = [page.locator(f"#{name}").inner_text() for name in described]
        assert any(texts), field.evaluate("element => element.outerHTML")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_student_goes_the_whole_way_by_roles_and_names(visit: Visit, language: str) -> None:
    """As a screen reader's user would: headings, links, buttons, fields and their names, and no selectors."""
    names = {
        "ko": ("오늘", "과정 시작하기", "완료하고 다음으로", "시작", "제출", "그래도 제출", "진도"),
        "en": ("Today", "Start the course", "Done, on to the next one", "Start", "Submit", "Submit anyway", "Progress"),
    }[language]
    today, start, done, *_rest = names
    visitor = visit(language)
    sign_up(visitor)
    page = visitor.go("/courses/")
    expect(page.get_by_role("heading", level=1, name=today)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=start).click()
    expect(page.get_by_role("navigation").first).to_be_visible()
    lesson = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name=done).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(lesson)
