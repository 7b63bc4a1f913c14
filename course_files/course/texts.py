"""Read, check and write texts by language: in course files and in the translated columns of rows."""

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
    """Return the parsed file. Return None if it is missing, cannot be parsed or does not match `definition` of the schema.

    Faults are added to `folder`, except for a missing file.
    """
    document = folder.yaml(name)
    if document is None or not schema.check(folder, name, document, schema=SCHEMA, definition=definition):
        return None
    return document


def check_languages(folder: Folder, name: str, document: Document, languages: Sequence[str]) -> None:
    """Add faults for texts that lack the original language (the first one), or have a language that the course does not have."""
    for path in text_paths(document):
        value = value_at(document.value, path)
        if not canonical(value.get(languages[0], "")):
            message = _("The text in the original language (%(language)s) is missing.") % {"language": languages[0]}
            folder.add_fault(name, document.line(path), message)
        for language in sorted(set(value) - set(languages)):
            message = _("The course is not written in this language: %(language)s.") % {"language": language}
            folder.add_fault(name, document.line((*path, language)), message)


def text_paths(document: Document) -> Iterator[YamlPath]:
    """Yield the paths of all texts by language: mappings whose keys are language codes."""
    for path in document.lines:
        value = value_at(document.value, path)
        if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
            yield path


def check_unique(folder: Folder, name: str, document: Document, paths: Iterable[YamlPath]) -> None:
    """Add a fault for each value at `paths` that also occurs at an earlier path."""
    values: set[Any] = set()
    for path in paths:
        value = value_at(document.value, path)
        if value in values:
            folder.add_fault(name, document.line(path), _("“%(key)s” stands here twice.") % {"key": value})
        values.add(value)


def value_at(value: Any, path: YamlPath) -> Any:
    """Return the value at `path` inside `value`."""
    for step in path:
        value = value[step]
    return value


def texts(by_language: dict[str, str] | None) -> Texts:
    """Return a text by language in the form that imports compare: canonical (see `canonical`), without empty texts."""
    return {code: text for code in LANGUAGES if (text := canonical((by_language or {}).get(code, "")))}


def ordered(by_language: Texts, languages: Sequence[str]) -> Texts:
    """Return a text by language in the order of `languages`, without empty texts."""
    return {code: by_language[code] for code in languages if by_language.get(code)}


def stored_texts(row: Any, name: str, languages: Sequence[str]) -> Texts:
    """Read a text by language from the translated columns of a row, and return it as `texts` does."""
    return texts({code: getattr(row, f"{name}_{code}") or "" for code in languages})


def set_texts(row: Any, name: str, by_language: Texts) -> None:
    """Set the translated columns of a row from a text by language. Does not save the row."""
    for code in LANGUAGES:
        setattr(row, f"{name}_{code}", by_language.get(code))
