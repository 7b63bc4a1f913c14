"""Pictures of a file become figures of the course, and an export carries them."""

import base64
import io
import re
import zipfile
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from exchange import exporting, pictures
from exchange.imports import importing
from exchange.items.questions import ParsedFile
from quizzes.authoring.models import Choice, Quiz
from tests.exchange.features.rows import answer, choice, declare, moodle, qti
from tests.exchange.files import one, package, read
from tests.exchange.quizzes import into
from workspace.drafts import records

FIGURE = re.compile(r"!\[([^]]*)\]\(assets/([a-z0-9.-]+)\)")


def png(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def attached(content: bytes, name: str = "map.png") -> str:
    return f'<file name="{name}" path="/" encoding="base64">{encoded(content)}</file>'


def with_picture(html: str, file: str) -> str:
    """Moodle XML of a choice question with a text and a file beside it."""
    return moodle("multichoice", answer("a") + answer("b", 0), html).replace(
        "]]></text></questiontext>", f"]]></text>{file}</questiontext>"
    )


MOODLE = with_picture('<p>Where is it? <img src="@@PLUGINFILE@@/map.png" alt="A map"> Look.</p>', attached(png()))


def test_a_picture_of_moodle_becomes_a_figure_in_a_paragraph_of_its_own() -> None:
    parsed = read(MOODLE)
    (question,) = parsed.questions
    ((name, content),) = parsed.files.items()
    assert re.fullmatch(r"map-[0-9a-f]{10}\.(png|webp)", name)
    assert question.text == f"Where is it?\n\n![A map](assets/{name})\n\nLook."
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert question.remarks == []
    assert "Pictures that come along as figures of the course: 1." in parsed.notes
    # The same file gives the same name.
    assert read(MOODLE).questions == parsed.questions


@pytest.mark.parametrize(
    ("html", "file", "reason"),
    [
        ('<img src="@@PLUGINFILE@@/other.png" alt="x">', "", "It is not in the file"),
        ('<img src="https://example.com/a.png" alt="x">', "", "It is not in the file"),
        ('<img src="@@PLUGINFILE@@/map.png" alt="x">', attached(b"GIF89a"), "This is a file of the kind GIF"),
        ('<img src="@@PLUGINFILE@@/map.png" alt="x">', attached(b"nonsense"), "This file is not a picture"),
        ('<img src="@@PLUGINFILE@@/map.png" alt="x">', attached(png()[:40]), "damaged or not complete"),
        ('<img src="@@PLUGINFILE@@/map.png" alt="x">', '<file name="map.png">!!</file>', "its content is damaged"),
    ],
)
def test_a_picture_that_cannot_come_is_named_with_the_reason(html: str, file: str, reason: str) -> None:
    question = one(with_picture(f"<p>Where? {html}</p>", file))
    assert question.text == "Where? x"
    assert reason in " ".join(question.remarks)


def test_the_picture_of_a_question_of_moodle_1_9_follows_its_text() -> None:
    def old(content: str) -> str:
        picture = f"<image>old/map.png</image><image_base64>\n{content}\n</image_base64>"
        return moodle("multichoice", picture + answer("a") + answer("b", 0), "Where?")

    question = one(old(encoded(png())))
    assert re.fullmatch(r"Where\?\n\n!\[map\]\(assets/map-[0-9a-f]{10}\.(png|webp)\)", question.text)
    assert "Left out: a picture: old/map.png. " in " ".join(one(old("")).remarks)


def test_a_picture_of_more_than_20_mb_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """In base64 it is larger than a file may be, so the limits of the file are lifted; in a package it may be small."""
    monkeypatch.setattr("exchange.files.MAX_BYTES", 40_000_000)
    content = png() + bytes(20_000_001)
    reason = "A picture may have 20 MB at most"
    assert reason in " ".join(one(with_picture('<img src="@@PLUGINFILE@@/map.png">', attached(content))).remarks)
    assert reason in " ".join(one(in_package({"images/map.png": content})).remarks)


def test_a_picture_without_a_description_gets_its_name_and_a_remark() -> None:
    question = one(with_picture('<img src="@@PLUGINFILE@@/my%20map.png">', attached(png(), "my map.png")))
    found = FIGURE.search(question.text)
    assert found is not None
    assert found[1] == "my map"
    assert "The picture my map.png has no description in the file." in question.remarks[0]


def test_choices_show_pictures_and_a_cell_and_a_heading_do_not() -> None:
    image = f'<img src="data:image/png;base64,{encoded(png("blue"))}" alt="square">'
    file = moodle(
        "multichoice", answer(image) + answer("b", 0), f"<h3>a {image}</h3><table><tr><td>{image}</td></tr></table>"
    )
    question = one(file)
    assert FIGURE.fullmatch(question.parts[0].text)
    assert question.text == "**a square**\n\n| square |\n| --- |"
    assert "a picture or other media: in the text itself" in " ".join(question.remarks)


def test_more_pictures_than_the_limit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURES", 1)
    images = "".join(f'<img src="data:image/png;base64,{encoded(png(colour))}" alt="x">' for colour in ("red", "blue"))
    question = one(moodle("multichoice", answer("a") + answer("b", 0), images))
    assert len(FIGURE.findall(question.text)) == 1
    assert "the file has more than 1 pictures" in " ".join(question.remarks)


def in_package(files: dict[str, bytes], src: str = "../images/map.png") -> bytes:
    item = qti(f'<p>Where? <img src="{src}" alt="A map"/></p>' + choice("a", "b"), declare("identifier", "a"))
    manifest = '<manifest><resource type="imsqti_item_xmlv2p1" href="items/q.xml"/></manifest>'
    return package({"imsmanifest.xml": manifest, "items/q.xml": item, **files})


def test_a_picture_of_a_package_becomes_a_figure() -> None:
    question = one(in_package({"images/map.png": png()}))
    assert FIGURE.search(question.text)
    assert "It is not in the file" in " ".join(one(in_package({})).remarks)
    outside = one(in_package({"images/map.png": png()}, "../../etc/passwd"))
    assert "It is not in the file" in " ".join(outside.remarks)


@pytest.mark.parametrize(
    "base", ["$IMS-CC-FILEBASE$", "%24IMS-CC-FILEBASE%24", "$IMS_CC_FILEBASE$", "$IMS_CC_FILE_BASE$"]
)
def test_a_picture_of_a_canvas_export_becomes_a_figure(base: str) -> None:
    item = (
        '<questestinterop><assessment><section><item ident="q"><presentation><material><mattext texttype="text/html">'
        f'&lt;img src="{base}/Uploaded%20Media/map.png?canvas_download=1" alt="A map"&gt; Where?</mattext></material>'
        '<response_lid ident="r"><render_choice><response_label ident="a"><material><mattext>a</mattext></material>'
        '</response_label><response_label ident="b"><material><matimage uri="map.png"/></material></response_label>'
        '</render_choice></response_lid></presentation><resprocessing><respcondition><conditionvar><varequal respident="r">a'
        '</varequal></conditionvar><setvar action="Set">100</setvar></respcondition></resprocessing></item></section>'
        "</assessment></questestinterop>"
    )
    manifest = '<manifest><resource type="imsqti_xmlv1p2" href="quiz/q.xml"/></manifest>'
    files: dict[str, Any] = {
        "imsmanifest.xml": manifest,
        "quiz/q.xml": item,
        "web_resources/Uploaded Media/map.png": png(),
    }
    question = one(package(files))
    assert question.text == f"![A map](assets/{FIGURE.findall(question.text)[0][1]})\n\nWhere?"
    assert FIGURE.fullmatch(question.parts[1].text)


# --- in a course


@pytest.fixture
def parsed() -> ParsedFile:
    return read(MOODLE)


@pytest.mark.django_db
def test_a_draft_gets_the_figures_that_its_questions_show_in_one_edit(quiz: Quiz, parsed: ParsedFile) -> None:
    (name,) = parsed.files
    importing.draft(**into(quiz), parsed=parsed, language="en", editor=None, now=timezone.now())
    drafted = records.read(quiz.activity.course)
    assert ("asset", name) in drafted.records
    assert records.file_contents(drafted)[name] == parsed.files[name]
    again = importing.draft(**into(quiz), parsed=read(MOODLE), language="en", editor=None, now=timezone.now())
    assert again.changes_nothing


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["moodle", "qti"])
def test_an_export_carries_the_pictures_and_comes_back_the_same(quiz: Quiz, parsed: ParsedFile, format: str) -> None:
    (name,) = parsed.files
    importing.execute(quiz=quiz, parsed=parsed, language="en", now=timezone.now())
    course = quiz.activity.course
    assert bytes(course.assets.get(name=name).content) == parsed.files[name]
    Choice.objects.filter(question__key="q", is_correct=True).update(text_en=f"![a](assets/{name})")
    exported = exporting.export(quiz=quiz, format=format, language="en")
    assert not [loss for _key, loss in exported.losses if "picture" in loss]
    if format == "qti":
        with zipfile.ZipFile(io.BytesIO(exported.content)) as made:
            assert made.read(f"images/{name}") == parsed.files[name]
            assert f'<file href="images/{name}"/>' in made.read("imsmanifest.xml").decode()
    back = importing.parse(exported.content, language="en", assets=importing.files_of(records.read(course).records))
    question = next(question for question in back.questions if question.name == "q")
    assert question.text == f"Where is it?\n\n![A map](assets/{name})\n\nLook."
    assert [part.text for part in question.parts] == [f"![a](assets/{name})", "b"]
    assert back.files == {}
