"""Find terms that are spelled in two ways: those that terms.yaml lists, and glossary terms with other spaces or hyphens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck
from course_files.course.parsing import GLOSSARY
from course_files.linting.author_files import read_author_file
from course_files.linting.readable import readable_lines

TERMS = "terms.yaml"


@dataclass(frozen=True, slots=True)
class _Rule:
    """`use` is how the course spells a term in `language`; `wrong` matches other spellings, and perhaps `use` itself."""

    language: str
    use: str
    wrong: re.Pattern[str]

    def find(self, text: str) -> Iterator[str]:
        """Yield each other spelling in the text."""
        flags = self.wrong.flags & re.IGNORECASE
        allowed = [match.span() for match in re.finditer(re.escape(self.use), text, flags)]
        for match in self.wrong.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in allowed):
                yield match[0]


def lint_spelling(check: CourseCheck) -> None:
    """Warn of each place where a term is not spelled as the course spells it."""
    rules = [*_listed(check), *_from_glossary(check)]
    for line in readable_lines(check):
        for rule in rules:
            if rule.language == line.language:
                for found in rule.find(line.text):
                    message = _("The course spells this “%(use)s”: %(found)s") % {"use": rule.use, "found": found}
                    check.add_fault(line.file, line.number, message)


def _listed(check: CourseCheck) -> Iterator[_Rule]:
    document = read_author_file(check, TERMS, "terms")
    for entry in document.value["terms"] if document else ():
        for spelling in entry["not"]:
            # If the two differ in capitals only, capitals are what is meant.
            flags = 0 if spelling.lower() == entry["use"].lower() else re.IGNORECASE
            yield _Rule(entry["language"], entry["use"], re.compile(_whole(re.escape(spelling), spelling), flags))


def _from_glossary(check: CourseCheck) -> Iterator[_Rule]:
    """Yield a rule for each glossary term that has a space or a hyphen.

    In English, two words may have a hyphen before a noun, so only what is written as one word is another spelling of them.
    """
    document = check.course.documents.get(GLOSSARY)
    for term in document.value["terms"] if document else ():
        for language, use in term["term"].items():
            parts = re.split(r"[ -]+", use)
            if len(parts) > 1 and all(len(part) > 1 for part in parts):
                between = "" if language == "en" and "-" not in use else "[ -]?"
                pattern = _whole(between.join(map(re.escape, parts)), use)
                yield _Rule(language, use, re.compile(pattern, re.IGNORECASE))


def _whole(pattern: str, text: str) -> str:
    """Return a pattern that matches no part of a longer Latin word. After Hangul a particle follows without a space."""
    before = r"(?<![a-zA-Z0-9])" if text[0].isascii() else ""
    after = r"(?![a-zA-Z0-9])" if text[-1].isascii() else ""
    return f"{before}{pattern}{after}"
