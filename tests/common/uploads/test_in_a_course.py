"""What an upload becomes is a file of the course format: checked, imported, shown and exported unchanged."""

from pathlib import Path

import pytest

from common.uploads.pictures import markdown, read_picture
from course_files import course_folder, files
from course_files.checking.course import check_course
from tests.common.uploads import exports
from tests.course_files import sample
from tests.pictures import picture

pytestmark = pytest.mark.django_db
HEADINGS = {"ko": "## 정리", "en": "## Summary"}
ALT = {"ko": "차를 끓이는 단계", "en": "Steps of making tea"}


def test_uploaded_figures_in_a_course(tmp_path: Path) -> None:
    folder = sample.copy(tmp_path)
    drawings = {**exports.ALL, "draw.io": exports.DRAW_IO.replace("데이터 수집", "Data")}
    words_in_korean = ("excalidraw", "mermaid")
    for language in ("ko", "en"):
        taken: list[str] = []
        texts = []
        for name, svg in drawings.items():
            content = picture() if name == "figma" else svg.encode()
            if name in words_in_korean and language == "en":
                content = svg.replace("데이터", "Data").replace("시작", "Start").encode()
            made = read_picture(content, f"{name} 1.svg", alt=ALT[language], language=language, taken=taken)
            taken.append(made.name)
            (folder / "assets" / made.name).write_bytes(made.content)
            texts.append(markdown(made, alt=ALT[language], caption=name))
        heading = HEADINGS[language]
        sample.edit(folder, f"lessons/1-1.{language}.md", heading, "\n\n".join([*texts, heading]))

    assert [str(fault) for fault in check_course(course_folder.inspect(folder), against="").faults] == []
    sample.load(folder)
    course_folder.export_folder(sample.course(), tmp_path / "out")

    assert files.read(tmp_path / "out").files == files.read(folder).files
    for language in ("ko", "en"):
        html = sample.edition("making-tea", language).html
        assert html.count('<svg class="fig-paper"') == len(drawings) - 1
        assert html.count(f'alt="{ALT[language]}" loading="lazy"') == 1
        assert html.count("<script") == html.count("style=") == 0
