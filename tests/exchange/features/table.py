"""Make the table of features in docs/question-exchange.md: `python -m tests.exchange.features.table` writes it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from tests.exchange.features import (
    export_rows,
    file_rows,
    gap_rows,
    gift_rows,
    moodle_rows,
    old_qti_rows,
    qti_rows,
    score_rows,
    table_rows,
    text_rows,
)
from tests.exchange.features.rows import Reads, Writes
from tests.product import ROOT

_ROWS: tuple[Reads | Writes, ...] = (
    *export_rows.ROWS,
    *file_rows.ROWS,
    *gap_rows.ROWS,
    *gift_rows.ROWS,
    *moodle_rows.ROWS,
    *qti_rows.ROWS,
    *old_qti_rows.ROWS,
    *score_rows.ROWS,
    *table_rows.ROWS,
    *text_rows.ROWS,
)


def _items() -> Iterator[tuple[Reads, str]]:
    """Yield (row, text) of the rows that read one item of QTI 2.1."""
    for row in _ROWS:
        if isinstance(row, Reads) and row.format == "qti" and isinstance(row.content, str):
            yield row, row.content


def _in_2_2(item: str) -> str:
    return item.replace("imsqti_v2p1", "imsqti_v2p2").replace("qti_v2p1/rptemplates", "qti_v2p2/rptemplates")


def _in_3(item: str) -> str:
    """Return an item of QTI 2.1 as one of QTI 3.0: all elements but those of HTML and MathML have other names."""
    item = item.replace("http://www.imsglobal.org/xsd/imsqti_v2p1", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0")
    return re.sub(r"<(/?)([a-zA-Z]+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", _tag, item)


def _tag(found: re.Match[str]) -> str:
    name = found[2]
    if name.islower() and name not in _LOWER:
        return found[0]
    attributes = re.sub(r"(?<=\s)[a-zA-Z]+(?==)", lambda attribute: _kebab(attribute[0]), found[3])
    body = name in ("modalFeedback", "rubricBlock") and not attributes.endswith("/")
    inside = f"<{found[1]}qti-content-body>" if body else ""
    tag = f"<{found[1]}qti-{_kebab(name)}{attributes}>"
    return f"{inside}{tag}" if found[1] else f"{tag}{inside}"


def _kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)


# Elements of QTI whose names have one word.
_LOWER = frozenset(
    """and or not gt gte lt lte match equal contains member sum divide product subtract index variable correct default multiple
    ordered null value mapping prompt""".split()  # noqa: SIM905 (words are easier to read)
)
# QTI 2.2 has the elements of 2.1. QTI 3.0 is written as QTI 2.1 with other names, and items of it are read so.
ROWS = (
    *_ROWS,
    *(replace(row, format="qti22", content=_in_2_2(item)) for row, item in _items()),
    # Not those that have a document type or a faulty declaration, which have nothing to do with the version.
    *(replace(row, format="qti3", content=_in_3(item)) for row, item in _items() if item.startswith("<assessmentItem")),
    *(
        replace(row, format="qti3", holds=(), lacks=())
        for row in _ROWS
        if isinstance(row, Writes) and row.format == "qti"
    ),
)
FORMATS = {
    "gift": "GIFT",
    "moodle": "Moodle XML",
    "qti": "QTI 2.1",
    "qti22": "QTI 2.2",
    "qti3": "QTI 3.0",
    "qti1": "QTI 1.2",
    "aiken": "Aiken",
    "table": "CSV, XLSX",
}
PAGE = ROOT / "docs" / "question-exchange.md"
_BEGIN, _END = "<!-- features: begin -->", "<!-- features: end -->"


def table() -> str:
    """Return the table in Markdown: a line for each feature, with its results when it is read and written."""
    results: dict[str, dict[tuple[str, type], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in ROWS:
        found = results[row.feature][row.format, type(row)]
        if row.result not in found:
            found.append(row.result)
    used = {(row.format, type(row)) for row in ROWS}
    columns = [(format, way) for format in FORMATS for way in (Reads, Writes) if (format, way) in used]
    names = [f"{FORMATS[format]}: {'read' if way is Reads else 'written'}" for format, way in columns]
    lines = [f"| feature | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for feature in sorted(results):
        cells = [", ".join(results[feature].get(column, ["–"])) for column in columns]
        lines.append(f"| {feature} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """Return the page with the table between its marks."""
    before, _mark, rest = page.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{table()}\n\n{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
