"""Read plain YAML with the line of each value. `course_files.yaml_writing` writes it.

Plain YAML has one document and text keys, but no anchors, aliases or tags. An unquoted scalar is null, true, false, an
integer or a decimal number; anything else is text. The reader iterates over the parser's events and does not build a tree
recursively. So an untrusted file with aliases or deep nesting cannot use more time or memory than its size justifies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without libyaml: the same events, ten times slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

Path = tuple[str | int, ...]

# The deepest nesting that is accepted. No course file is nested this deeply, and Python's recursion limit is much higher.
MAX_DEPTH = 20
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}


class PlainYamlError(ValueError):
    """Raised for text that is not plain YAML. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(slots=True)
class Document:
    """The content of a file, and the line of each value (`lines` by path, counted from 1)."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest value around it if `path` does not exist."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being read; `key` is the mapping key whose value comes next."""

    container: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


def load(text: str, *, first_line: int = 1) -> Document:
    """Read `text`, whose first line is line `first_line` of its file. Raises PlainYamlError."""
    offset = first_line
    try:
        return _build(yaml.parse(text, Loader=Loader), offset)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = offset + (mark.line if mark else 0)
        raise PlainYamlError(line, _("This is not YAML: %(problem)s.") % {"problem": error.problem}) from error
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = offset + text.count("\n", 0, position)
        raise PlainYamlError(line, _("This file holds a character that YAML does not allow.")) from error


def _build(events: Iterator[Any], offset: int) -> Document:
    document = Document()
    stack: list[_Open] = []
    documents = 0
    for event in events:
        line = offset + event.start_mark.line
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise PlainYamlError(line, _("A file holds one document; there is a second one."))
        elif isinstance(event, yaml.AliasEvent):
            raise PlainYamlError(line, _("Aliases are not allowed."))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            _check_plain(event, line)
            if isinstance(event, yaml.ScalarEvent):
                _place(document, stack, _scalar(event), line)
                continue
            opened = _Open({} if isinstance(event, yaml.MappingStartEvent) else [], ())
            opened.path = _place(document, stack, opened.container, line)
            stack.append(opened)
            if len(stack) > MAX_DEPTH:
                raise PlainYamlError(line, _("This is nested too deeply."))
    return document


def _check_plain(event: Any, line: int) -> None:
    if event.anchor:
        raise PlainYamlError(line, _("Anchors are not allowed."))
    if event.tag:
        raise PlainYamlError(line, _("Tags are not allowed."))


def _scalar(event: Any) -> Any:
    text = event.value
    if event.style is not None and event.style != "":
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return float(text)
    return text


def _place(document: Document, stack: list[_Open], value: Any, line: int) -> Path:
    """Add `value` to the innermost open mapping or sequence, and return its path. A key is kept until its value comes."""
    if not stack:
        document.value = value
        document.lines[()] = line
        return ()
    parent = stack[-1]
    if isinstance(parent.container, list):
        path = (*parent.path, len(parent.container))
        parent.container.append(value)
    elif parent.key is None:
        if not isinstance(value, str):
            raise PlainYamlError(line, _("A name before a colon must be text."))
        if value in parent.container:
            raise PlainYamlError(line, _("“%(key)s” stands here twice.") % {"key": value})
        parent.key = value
        path = (*parent.path, value)
        document.lines[path] = line
        return path
    else:
        path = (*parent.path, parent.key)
        parent.container[parent.key] = value
        parent.key = None
    document.lines.setdefault(path, line)
    return path
