"""docs/curriculum.md lists headings that exist in both editions, and its counts are right."""

import re
from collections.abc import Iterator

from tests.product import ROOT

TABLE = (ROOT / "docs" / "curriculum.md").read_text(encoding="utf-8")
LESSONS = ROOT / "content" / "data-analytics-week-2" / "lessons"


def headings(code: str, language: str) -> set[str]:
    text = (LESSONS / f"{code}.{language}.md").read_text(encoding="utf-8")
    return {heading for heading, _name in re.findall(r"^#+ (.+?) \{#([a-z0-9-]+)\}$", text, re.MULTILINE)}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(fact, lesson, heading in Korean, heading in English)"""
    for section in re.split(r"^## ", TABLE, flags=re.MULTILINE)[1:]:
        title, _newline, body = section.partition("\n")
        count = int(re.search(r"\((\d+) facts\)", title).group(1))  # type: ignore[union-attr]
        cells = [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in body.splitlines()
            if line.startswith("| ") and not line.startswith(("| fact", "|---"))
        ]
        assert len(cells) == count, title
        for row in cells:
            yield (row[0], title.split(" ")[0] if len(row) == 3 else row[2], row[-2], row[-1])


def test_every_row_leads_to_a_heading_of_both_editions() -> None:
    found = list(rows())
    assert f"{len(found)} facts in" in TABLE
    assert len(found) >= 250
    wrong = [row for row in found if row[2] not in headings(row[1], "ko") or row[3] not in headings(row[1], "en")]
    assert not wrong
    assert {row[1] for row in found} == {path.name.partition(".")[0] for path in LESSONS.glob("*.ko.md")}
