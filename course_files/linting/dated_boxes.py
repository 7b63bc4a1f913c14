"""Find boxes that say what is true now but are old, have no source, or say another month in another language.

A dated box is a quotation whose first line is `**지금은 (2026년 11월)**` or `**Now (November 2026)**`. Its last paragraph
contains `출처:` or `Source:` and a link.
"""

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from markdown_it.token import Token

from common.markup import markdown
from course_files.checking.report import CourseCheck
from course_files.course.parsing import LessonFile

# After so many months somebody has to look whether a statement is still true.
MAX_MONTHS = 6
_BEGINS = re.compile(r"\*\*(?:지금은?|Now)\b")
_DATED = {
    "ko": re.compile(r"\*\*지금은 \((?P<year>[0-9]{4})년 (?P<month>1[0-2]|[1-9])월\)\*\*\Z"),
    "en": re.compile(rf"\*\*Now \((?P<month>{'|'.join(month_name[1:])}) (?P<year>[0-9]{{4}})\)\*\*\Z"),
}
_SOURCE = re.compile(r"(?:출처|Sources?): .*\]\(https://", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Box:
    """A dated box. `month` counts the months since year 0; it is None if the first line has another form."""

    line: int
    month: int | None
    has_source: bool


def lint_dated_boxes(check: CourseCheck, *, today: date) -> None:
    """Warn of each box that is older than `MAX_MONTHS`, that has no source, or whose month differs between languages."""
    for slug in check.course.codes:
        editions = [edition for (lesson, _code), edition in check.course.editions.items() if lesson == slug]
        boxes = [list(_boxes(edition)) for edition in editions]
        for edition, own in zip(editions, boxes, strict=True):
            for box in own:
                _lint_box(check, edition, box, today)
        for edition, own in zip(editions[1:], boxes[1:], strict=True):
            _compare(check, editions[0], boxes[0], edition, own)


def _boxes(edition: LessonFile) -> Iterator[_Box]:
    tokens = markdown.parse(edition.body, first_line=edition.body_line).tokens
    for index, token in enumerate(tokens):
        if token.type != "blockquote_open" or token.map is None:
            continue
        texts = [inner.content for inner in _inside(tokens, index) if inner.type == "inline"]
        first = texts[0].partition("\n")[0].strip() if texts else ""
        if _BEGINS.match(first):
            yield _Box(
                edition.body_line + token.map[0], _month(first, edition.language), bool(_SOURCE.search(texts[-1]))
            )


def _inside(tokens: Sequence[Token], opening: int) -> Iterator[Token]:
    for token in tokens[opening + 1 :]:
        if token.type == "blockquote_close" and token.level == tokens[opening].level:
            return
        yield token


def _month(first: str, language: str) -> int | None:
    dated = _DATED[language].match(first)
    if dated is None:
        return None
    named = dated["month"]
    return int(dated["year"]) * 12 + (int(named) if named.isdecimal() else list(month_name).index(named))


def _lint_box(check: CourseCheck, edition: LessonFile, box: _Box, today: date) -> None:
    if box.month is None:
        message = _(
            "The first line of this box does not say its month: **지금은 (2026년 11월)** or **Now (November 2026)**."
        )
        check.add_fault(edition.name, box.line, message)
    else:
        age = today.year * 12 + today.month - box.month
        if age > MAX_MONTHS:
            message = _("This box is %(age)d months old: look whether it is still true.") % {"age": age}
            check.add_fault(edition.name, box.line, message)
        elif age < 0:
            check.add_fault(edition.name, box.line, _("The month of this box has not come yet."))
    if not box.has_source:
        message = _("This box does not end with its source: “Source: [name](https://…)”.")
        check.add_fault(edition.name, box.line, message)


def _compare(
    check: CourseCheck, original: LessonFile, expected: Sequence[_Box], other: LessonFile, found: Sequence[_Box]
) -> None:
    if len(found) != len(expected):
        values = {"here": len(found), "there": len(expected), "file": original.name}
        message = _("This edition has %(here)d dated boxes, and %(file)s has %(there)d.")
        check.add_fault(other.name, 0, message % values)
        return
    for box, first in zip(found, expected, strict=True):
        if None not in (box.month, first.month) and box.month != first.month:
            values = {"file": original.name, "line": first.line}
            check.add_fault(other.name, box.line, _("This box says another month than %(file)s:%(line)d.") % values)
