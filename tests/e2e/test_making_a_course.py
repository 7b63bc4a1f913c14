"""A new instructor makes a whole course in a browser, publishes and previews it, and moves it to another site."""

import filecmp
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visitor
from tests.product import Product, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.processes]
Visit = Callable[..., Visitor]

HOME = "/admin/workspace/"
DRAWING: FilePayload = {
    "name": "sales.svg",
    "mimeType": "image/svg+xml",
    "buffer": b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20'><rect x='1' y='1' width='30' height='9'/></svg>",
}
LESSONS = {
    "Reading a bar chart": (
        "막대그래프 읽기",
        "## 축부터 보기\n\n세로축이 **0**에서 시작하는지 먼저 봅니다.\n",
        "## Begin with the axis\n\nSee first whether the vertical axis begins at **0**.\n",
    ),
    "Mean and median": (
        "평균과 중앙값",
        "## 가운데를 말하는 두 방법\n\n- 평균\n- 중앙값\n",
        "## Two ways to name the middle\n\n- the mean\n- the median\n",
    ),
}
# For each kind what an instructor types. Texts are pairs of Korean and English.
TEXT = ("무엇이 맞습니까?", "What is right?")
QUESTIONS: dict[str, dict[str, str | tuple[str, str]]] = {
    "single_choice": {
        "choices-0-text": ("축이 0에서 시작한다", "The axis begins at 0"),
        "choices-1-text": ("색이 예쁘다", "The colours are nice"),
    },
    "multiple_choice": {
        "choices-0-text": ("평균", "The mean"), "choices-1-text": ("중앙값", "The median"),
        "choices-2-text": ("글꼴", "The typeface"),
    },
    "short_answer": {"accept-0-text": "중앙값", "accept-1-text": "median"},
    "numeric": {"value": "2.5", "tolerance": "0.1", "unit": "kg"},
    "ordering": {
        "items-0-text": ("모으기", "Collect"), "items-1-text": ("정리하기", "Clean"), "items-2-text": ("그리기", "Draw"),
    },
    "matching": {
        "pairs-0-left": ("합계 ÷ 개수", "Sum ÷ number"), "pairs-0-right": ("평균", "Mean"),
        "pairs-1-left": ("가운데 값", "Middle value"), "pairs-1-right": ("중앙값", "Median"),
        "pairs-2-left": ("가장 흔한 값", "Most frequent value"), "pairs-2-right": ("최빈값", "Mode"),
    },
    "fill_in": {},
    "hand_in": {
        "rubric-0-text": ("근거를 듭니다", "Gives a reason"), "rubric-0-points": "2",
        "rubric-1-text": ("그래프가 있습니다", "Has a chart"), "rubric-1-points": "1",
    },
}  # fmt: skip


def type_both(scope: Page, name: str, korean: str, english: str, *, mark: str = "_") -> None:
    scope.fill(f"[name={name}{mark}ko]", korean)
    scope.fill(f"[name={name}{mark}en]", english)


def add(page: Page, heading: str, korean: str, english: str) -> None:
    """Open `heading` of the only module and add something with this title."""
    page.get_by_text(heading, exact=True).click()
    form = page.locator(f"details:has(summary:text-is('{heading}')) form")
    form.locator("[name=title_ko]").fill(korean)
    form.locator("[name=title_en]").fill(english)
    form.get_by_role("button", name="Add and write").click()
    page.wait_for_load_state()


def write_lesson(page: Page, korean: str, english: str) -> None:
    for language, text in (("ko", korean), ("en", english)):
        page.fill(f"[name=body_{language}]", text)
        area = page.locator(f"[name=body_{language}]")
        area.press("Control+End")
        page.locator(f"[data-figure=id_body_{language}] summary").click()
        page.locator(f"#figure-file-{language}").set_input_files(DRAWING)
        page.fill(f"#figure-alt-{language}", "자라는 막대" if language == "ko" else "A bar that grows")
        page.locator(f"#figure-alt-{language}").press("Enter")
        page.wait_for_function(f"document.querySelector('[name=body_{language}]').value.includes('assets/')")
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_load_state()
    expect(page.locator(".ws-error:visible")).to_have_count(0)


def write_question(page: Page, kind: str) -> None:
    texts = TEXT
    if kind == "fill_in":
        page.fill("[name=text-ko]", "값을 모두 더해 개수로 나누면 평균입니다.")
        page.fill("[name=text-en]", "The sum divided by the number is the mean.")
        for language, word in (("ko", "평균"), ("en", "mean")):
            area = page.locator(f"[name=text-{language}]")
            area.evaluate("(area, word) => { const at = area.value.indexOf(word); area.focus();"
                          " area.setSelectionRange(at, at + word.length); }", word)  # fmt: skip
            page.locator(f"[data-make-blank={area.get_attribute('id')}]").click()
    else:
        type_both(page, "text", *texts, mark="-")
    for name, value in QUESTIONS[kind].items():
        if isinstance(value, str):
            page.fill(f"[name={name}]", value)
        else:
            type_both(page, name, *value, mark="-")
    marks = page.locator("[name=choices-correct]")
    for number in {"single_choice": [0], "multiple_choice": [0, 1]}.get(kind, []):
        marks.nth(number).check()
    if kind == "hand_in":
        page.locator("[name=takes_text]").check()
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_load_state()
    assert page.locator("#question-faults").count() == 0, (kind, page.locator("#question-faults").inner_text())


def test_from_an_empty_course_to_a_published_one_on_another_site(
    visit: Visit, running_product: Product, tmp_path: Path
) -> None:
    visitor = visit("en")
    visitor.sign_in("instructor@example.com", "week2-demo")
    page = visitor.go(HOME)
    page.select_option("[name=languages]", "ko,en")
    page.fill("[name=title]", "데이터 리터러시")
    page.get_by_role("button", name="Make the course").click()
    page.wait_for_url(re.compile(rf"{HOME}[a-z-]+/$"))
    slug = page.url.rstrip("/").rsplit("/", 1)[-1]
    course = f"{HOME}{slug}/"

    type_both(page, "title", "1주차", "Week 1")
    page.get_by_role("button", name="Add", exact=True).click()
    for english_title, (korean_title, korean, english) in LESSONS.items():
        visitor.go(course)
        add(page, "Add a lesson", korean_title, english_title)
        write_lesson(page, korean, english)
    visitor.go(course)
    add(page, "Add a quiz", "첫 퀴즈", "First quiz")
    quiz = page.url.split("#")[0]
    for kind in QUESTIONS:
        page.goto(f"{quiz}new/{kind}/")
        write_question(page, kind)
    visitor.go(f"{course}settings/")
    page.fill("[name=title_en]", "Data literacy")
    page.get_by_role("button", name="Save the draft").click()

    visitor.go(f"{course}publish/")
    assert page.locator("#faults").count() == 0, page.locator("section:has(#faults)").inner_text()
    page.locator("[name=show]").check()
    page.get_by_role("button", name="Publish now").click()
    page.wait_for_load_state()
    visitor.go(f"{course}publish/")
    expect(page.locator(".ws")).to_contain_text("There is nothing to publish")

    # The preview is the student's page, with every kind of question.
    visitor.go(f"{course}preview/lessons/reading-a-bar-chart/")
    expect(page.locator(".prose figure svg, .prose img").first).to_be_visible()
    visitor.go(f"{course}preview/quizzes/first-quiz/")
    page.locator("main form button").first.click()
    expect(page.locator("fieldset[data-question]")).to_have_count(len(QUESTIONS))

    page = visitor.go(f"{course}settings/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Export|Download")).first.click()
    sent = Path(download.value.path()).read_bytes()
    folder = tmp_path / "sent"
    zipfile.ZipFile(io.BytesIO(sent)).extractall(folder)

    other = Product(home=tmp_path / "other", port=free_port())
    other.manage("migrate", "--verbosity", "0")
    other.manage("import_course", str(_root(folder)))
    other.manage("export_course", slug, str(tmp_path / "back"))
    assert _differences(_root(folder), _root(tmp_path / "back")) == []


def _root(folder: Path) -> Path:
    return next(folder.rglob("course.yaml")).parent


def _differences(left: Path, right: Path) -> list[str]:
    names = {path.relative_to(side).as_posix() for side in (left, right) for path in side.rglob("*") if path.is_file()}
    same, different, missing = filecmp.cmpfiles(left, right, sorted(names), shallow=False)
    assert same
    return different + missing
