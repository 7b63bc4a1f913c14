"""Check that every text has all languages of the course and that English texts contain no Korean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck
from course_files.course.texts import text_paths, value_at
from course_files.plain_yaml import Document

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


@dataclass(slots=True)
class CourseText:
    """One text of the course in one language, with its file and the line that it begins on."""

    file: str
    line: int
    language: str
    text: str


def check_languages(check: CourseCheck) -> None:
    """Add a fault for each text by language that lacks a language of the course."""
    documents = {**check.course.documents, **{quiz.name: quiz.document for quiz in check.quizzes.values()}}
    for name, document in documents.items():
        _check_document(check, name, document)


def _check_document(check: CourseCheck, name: str, document: Document) -> None:
    for path in text_paths(document):
        for language in check.languages:
            if not value_at(document.value, path).get(language, "").strip():
                message = _("The text in this language is missing: %(language)s.") % {"language": language}
                check.add_fault(name, document.line(path), message)


def check_hangul(check: CourseCheck) -> None:
    """Add a fault for Korean in a text of another language: a screen reader would read it letter by letter."""
    for text in course_texts(check):
        if text.language != "ko" and _HANGUL.search(text.text):
            lines = text.text.split("\n")
            line = next(number for number, content in enumerate(lines) if _HANGUL.search(content))
            found = _HANGUL.search(lines[line])
            start = found.start() if found else 0
            values = {"text": lines[line][start : start + 20]}
            check.add_fault(text.file, text.line + line, _("Korean in an English text: %(text)s") % values)


def course_texts(check: CourseCheck) -> Iterator[CourseText]:
    """Yield all texts of the course: front matter, lessons, figures, glossary and quizzes."""
    for edition in check.course.editions.values():
        front = edition.front
        for path in front.lines:
            value = value_at(front.value, path)
            if isinstance(value, str):
                yield CourseText(edition.name, _first_line(front.line(path), value), edition.language, value)
        yield CourseText(edition.name, edition.body_line, edition.language, edition.body)
    for name, figure in check.course.drawings.items():
        language = name.partition(".")[2].partition(".")[0]
        yield CourseText(f"assets/{name}", 1, language, " ".join(figure.words))
    documents = [*check.course.documents.items(), *((quiz.name, quiz.document) for quiz in check.quizzes.values())]
    for name, document in documents:
        for path in text_paths(document):
            for language, text in value_at(document.value, path).items():
                yield CourseText(name, _first_line(document.line((*path, language)), text), language, text)


def _first_line(line_of_key: int, text: str) -> int:
    """Return the line that a text in YAML begins on: a text of several lines is a block below its key."""
    return line_of_key + ("\n" in text)
