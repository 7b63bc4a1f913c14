"""Read and write texts by language in course files."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from course_files import schema
from course_files.files import Folder
from course_files.merging import canonical
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from courses.course_format import SCHEMA

LANGUAGES: tuple[str, ...] = tuple(code for code, _name in settings.LANGUAGES)
Texts = dict[str, str]


def read_yaml(folder: Folder, name: str, definition: str) -> Document | None:
    """A file that is what `definition` of the schema says, or None: it is missing, or faults say what is wrong."""
    document = folder.yaml(name)
    if document is None or not schema.check(folder, name, document, schema=SCHEMA, definition=definition):
        return None
    return document


def check_languages(folder: Folder, name: str, document: Document, languages: Sequence[str]) -> None:
    """Every text by language speaks the course's languages only, and the original one always."""
    for path in text_paths(document):
        value = at(document.value, path)
        if not canonical(value.get(languages[0], "")):
            message = _("The text in the original language (%(language)s) is missing.") % {"language": languages[0]}
            folder.fault(name, document.line(path), message)
        for language in sorted(set(value) - set(languages)):
            message = _("The course is not written in this language: %(language)s.") % {"language": language}
            folder.fault(name, document.line((*path, language)), message)


def text_paths(document: Document) -> Iterator[YamlPath]:
    """Where the texts by language stand."""
    for path in document.lines:
        value = at(document.value, path)
        if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
            yield path


def check_unique(folder: Folder, name: str, document: Document, paths: Iterable[YamlPath]) -> None:
    """The values at `paths` differ from each other."""
    seen: set[Any] = set()
    for path in paths:
        value = at(document.value, path)
        if value in seen:
            folder.fault(name, document.line(path), _("“%(key)s” stands here twice.") % {"key": value})
        seen.add(value)


def at(value: Any, path: YamlPath) -> Any:
    """What stands at `path` in `value`."""
    for step in path:
        value = value[step]
    return value


def texts(given: dict[str, str] | None) -> Texts:
    """A text by language as it is compared: canonical, empty ones left out."""
    return {code: text for code in LANGUAGES if (text := canonical((given or {}).get(code, "")))}


def ordered(given: Texts, languages: Sequence[str]) -> Texts:
    """A text by language as it is written: the original first."""
    return {code: given[code] for code in languages if given.get(code)}


def stored_texts(row: Any, name: str, languages: Sequence[str]) -> Texts:
    """The same from a translated column of a row, in the course's languages."""
    return texts({code: getattr(row, f"{name}_{code}") or "" for code in languages})


def set_texts(row: Any, name: str, given: Texts) -> None:
    """Write a text by language into a translated column."""
    for code in LANGUAGES:
        setattr(row, f"{name}_{code}", given.get(code))
