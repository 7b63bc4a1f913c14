"""Give the words that readers see, line by line: Markdown without code, addresses, ids and the keys of terms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from course_files.checking.languages import course_texts
from course_files.checking.report import CourseCheck

_FENCE = re.compile(r" {0,3}(```|~~~)")
# Code, the target of a link or figure, the key of a glossary term, and the id of a heading.
_HIDDEN = re.compile(r"`[^`]*`|(?<=\])\([^()\s]*|\[\[[a-z0-9-]+\||\{#?[a-z0-9-]+\}")


# A slug, or the place that covers an objective.
_NAME = re.compile(r"[#?]?[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text of the course."""

    file: str
    number: int
    language: str
    text: str


def readable_lines(check: CourseCheck) -> Iterator[Line]:
    """Yield the lines of all texts of the course. What readers do not see is replaced by a space."""
    for text in course_texts(check):
        in_fence = False
        for number, content in enumerate(text.text.split("\n"), start=text.line):
            if _FENCE.match(content):
                in_fence = not in_fence
            elif not in_fence and not _NAME.match(content):
                yield Line(text.file, number, text.language, _HIDDEN.sub(" ", content))
