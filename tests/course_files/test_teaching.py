"""make_slides writes slides, plans, handouts and an answer book that stand alone; the key is only in the answer book."""

import re
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from course_files import course_folder
from course_files.course_folder import ParsedFolder
from course_files.teaching.material import write_material
from course_files.teaching.plans import share_out
from course_files.teaching.questions import show_question
from course_files.teaching.rendering import FileResolver
from tests.course_files.sample import edit
from tests.pictures import picture
from tests.workspace.question_forms.test_faults import base

COURSE = Path(__file__).parents[2] / "content" / "data-analytics-week-2"
LANGUAGES = ("ko", "en")
STUDENTS_PAGES = ("slides", "handout", "plan")
TAG = re.compile(r"<[^>]*>")


def words(html: str) -> str:
    """The text of a page, without marks and white space."""
    return re.sub(r"\s+", "", unescape(TAG.sub("", html.partition("<body>")[2])))


def shown(text: str) -> str:
    """A text of a course as it stands in a page."""
    return re.sub(r"[\s*`]+", "", re.sub(r"\[\[[a-z0-9-]+\|([^\]]*)\]\]", r"\1", text)).split("|")[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[ParsedFolder, Path]:
    output = tmp_path_factory.mktemp("material")
    parsed = course_folder.parse(COURSE)
    write_material(parsed, output)
    return parsed, output


def pages(made: tuple[ParsedFolder, Path], kind: str, language: str) -> dict[str, str]:
    """The pages of a kind by slug of their lesson."""
    parsed, output = made
    return {slug: (output / kind / f"{code}.{language}.html").read_text() for slug, code in parsed.course.codes.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["slides", "handout"])
def test_every_heading_figure_and_question_is_there(made: Any, kind: str, language: str) -> None:
    parsed, _output = made
    for slug, html in pages(made, kind, language).items():
        edition = parsed.course.editions[slug, language]
        text = words(html)
        for heading in edition.text.headings:
            assert shown(heading.text) in text
        figures = [one.target for one in edition.text.references if one.kind == "figure"]
        assert html.count("<figure") == len(figures)
        for name in figures:
            assert html.count(f'aria-labelledby="{Path(name).name.partition(".")[0]}-title') == name.endswith(".svg")
        for question in parsed.quizzes.quizzes[slug].document.value["questions"]:
            first = question["text"][language].split("\n")[0]
            assert shown(re.sub(r"\{\{.*", "", first)) in text
            for choice in question.get("choices", []):
                assert shown(choice["text"][language]) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_is_in_the_answer_book_only(made: Any, language: str) -> None:
    parsed, output = made
    book = words((output / "staff-only" / f"answers.{language}.html").read_text())
    for slug, quiz in parsed.quizzes.quizzes.items():
        others = [words(pages(made, kind, language)[slug]) for kind in STUDENTS_PAGES if slug in parsed.course.codes]
        for question in quiz.document.value["questions"]:
            feedbacks = [choice["feedback"] for choice in question.get("choices", [])]
            feedbacks += list(question.get("feedback", {}).values())
            for feedback in feedbacks:
                text = shown(feedback[language].split("\n")[0])
                assert text in book
                assert not any(text in other for other in others)
    for kind in STUDENTS_PAGES:
        for html in pages(made, kind, language).values():
            assert "✓" not in html
            assert 'class="right"' not in html


def test_the_answer_book_marks_what_is_right(made: Any) -> None:
    parsed, output = made
    html = (output / "staff-only" / "answers.ko.html").read_text()
    choices = [
        choice
        for quiz in parsed.quizzes.quizzes.values()
        for question in quiz.document.value["questions"]
        for choice in question.get("choices", [])
    ]
    assert html.count('<tr class="right">') == sum(choice.get("correct", False) for choice in choices)


def test_pages_load_nothing_from_elsewhere(made: Any) -> None:
    _parsed, output = made
    for path in output.rglob("*.html"):
        html = path.read_text()
        assert re.findall(r'(?:src|xlink:href)="(?!data:)[^"]*"', html) == []
        assert "<link" not in html
        assert "@import" not in html
        assert "url(http" not in html
        assert set(re.findall(r'href="((?!https://|mailto:|#)[^"]*)"', html)) == set(
            re.findall(r'href="((?:slides|plan|handout|staff-only)/[^"]*)"', html) if path.name[:5] == "index" else []
        )


@pytest.mark.parametrize("kind", ["ordering", "matching", "fill_in", "numeric", "hand_in", "short_answer"])
def test_other_kinds_are_shown_without_their_key(kind: str) -> None:
    question = base(kind)
    with translation.override("ko"):
        one = show_question(question, number=1, language="ko", resolver=FileResolver({}))
    definition = question.get("definition", {})
    order = [str(text) for _letter, text in one.choices] or [str(text) for text in one.right]
    right = [item["text"]["ko"] for item in definition.get("items", [])]
    right += [pair["right"]["ko"] for pair in definition.get("pairs", [])]
    assert set(right) <= set(order)
    assert not right or order[: len(right)] != right
    for blank in definition.get("blanks", []):
        assert not any(accepted in one.text for accepted in blank.get("accept", []))
        # The choices of a menu stand in its place, in an order that says nothing.
        assert "choices" not in blank or "(내림 / 오름)" in one.text


def test_the_minutes_of_a_plan_add_up(made: Any) -> None:
    parsed, _output = made
    for slug, html in pages(made, "plan", "ko").items():
        rows = re.findall(r"<td>(\d+)</td>\s*<td>(\d+)</td>", html)
        start = 0
        for begins, minutes in rows:
            assert int(begins) == start
            start += int(minutes)
        assert int(rows[-1][0]) == parsed.course.editions[slug, "ko"].front.value["minutes"]


@pytest.mark.parametrize(
    ("total", "sizes", "shares"),
    [
        (10, [1, 1], [5, 5]),
        (10, [0, 100], [1, 9]),
        (3, [5, 5, 5], [1, 1, 1]),
        (2, [9, 1, 8], [1, 0, 1]),
        (7, [0, 0], [4, 3]),
    ],
)
def test_minutes_are_shared_out_by_size(total: int, sizes: list[int], shares: list[int]) -> None:
    assert share_out(total, sizes) == shares


def test_one_lesson_only(tmp_path: Path) -> None:
    out = StringIO()
    call_command("make_slides", "3-7", output=tmp_path / "made", stdout=out)
    names = sorted(path.relative_to(tmp_path / "made").as_posix() for path in (tmp_path / "made").rglob("*.html"))
    assert names == sorted(
        [*(f"{kind}/3-7.{code}.html" for kind in STUDENTS_PAGES for code in LANGUAGES)]
        + [f"{name}.{code}.html" for name in ("index", "staff-only/answers") for code in LANGUAGES]
    )
    assert "10 pages." in out.getvalue()


def test_a_lesson_without_a_translation_or_a_check(folder: Path, tmp_path: Path) -> None:
    (folder / "lessons" / "1-2.en.md").unlink()
    (folder / "checks" / "1-2.yaml").unlink()
    call_command("make_slides", str(folder), output=tmp_path / "made", stdout=StringIO())
    assert (tmp_path / "made" / "slides" / "1-2.ko.html").is_file()
    assert not (tmp_path / "made" / "slides" / "1-2.en.html").exists()


def test_pictures_are_in_the_page(folder: Path, tmp_path: Path) -> None:
    (folder / "assets" / "photo.png").write_bytes(picture())
    edit(folder, "lessons/1-1.en.md", "## Summary", "![A photo](assets/photo.png)\n\n## Summary")
    call_command("make_slides", str(folder), output=tmp_path / "made", stdout=StringIO())
    assert 'src="data:image/png;base64,' in (tmp_path / "made" / "slides" / "1-1.en.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["9-9"], "There is no lesson 9-9. There are: 3-1, "),
        (["no/such/folder"], "There is no such folder"),
        ([str(COURSE), "--lesson", "9-9"], "There is no lesson 9-9"),
    ],
)
def test_what_cannot_be_made_is_said(arguments: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("make_slides", *arguments, output=tmp_path / "made", stdout=StringIO())
    assert not (tmp_path / "made").exists()


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("make_slides", "3-7", output=tmp_path / "file", stdout=StringIO())


def test_without_chromium_the_command_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="There is no Chromium on this machine"):
        call_command("make_slides", "3-7", "--pdf", output=tmp_path / "made", stdout=StringIO())
