"""Write plain YAML in one fixed form, which `course_files.plain_yaml` reads.

PyYAML decides how each text is quoted, but it takes 25 µs for each value. A course has 60,000 values. So the layout and the texts
that clearly need no quotes are written here.
"""

import json
import re
from decimal import Decimal
from functools import lru_cache
from math import inf, isfinite
from typing import Any

import yaml

from course_files import plain_yaml

_INDICATORS = tuple("-?:~<=")
# A letter first, no colon before white space or at the end, no number sign after white space.
_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z\uac00-\ud7a3](?:[^:# ]|:(?=[^ ])| (?=[^ #])|(?<=[^ ])#)*\Z")
_CONSTANTS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
# PyYAML writes longer keys in another form.
_LONGEST_KEY = 100


class _Unusual(Exception):
    """A value that PyYAML has to write."""


def is_readable(number: float) -> bool:
    """Return whether `dump` writes the number so that `load` reads the same: it has at most 18 digits on either side."""
    return bool(plain_yaml.load(dump([number])).value == [number])


def dump(value: Any) -> str:
    """Return `value` (mappings, lists, text, numbers, true, false, null) in the fixed form. It ends with a line feed.

    Mappings keep their order. Long lines are not folded, so that a diff shows a changed sentence as one changed line.
    """
    if not isinstance(value, dict | list) or not value:
        return by_pyyaml(value)
    lines: list[str] = []
    try:
        _add_block(lines, value, "")
    except _Unusual:
        return by_pyyaml(value)
    return "\n".join(lines) + "\n"


def by_pyyaml(value: Any) -> str:
    """Return what `dump` returns, in ten times the time."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=inf)
    return text


def _add_block(lines: list[str], value: dict[Any, Any] | list[Any], indent: str) -> None:
    """Add the lines of a mapping or list that is not empty. Raises _Unusual."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _add_entry(lines, f"{indent}{_key(key)}:", inner, indent)
        return
    for inner in value:
        if isinstance(inner, dict | list) and inner:
            place = len(lines)
            _add_block(lines, inner, f"{indent}  ")
            lines[place] = f"{indent}- {lines[place][len(indent) + 2 :]}"
        else:
            _add_entry(lines, f"{indent}-", inner, indent)


def _add_entry(lines: list[str], start: str, value: Any, indent: str) -> None:
    """Add the lines of a key or a dash with its value."""
    if isinstance(value, dict | list) and value:
        lines.append(start)
        _add_block(lines, value, f"{indent}  ")
    elif isinstance(value, str) and "\n" in value and _is_literal(value):
        lines.append(f"{start} |" if value.endswith("\n") else f"{start} |-")
        lines += [f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n")]
    else:
        lines.append(f"{start} {_scalar(value)}")


@lru_cache(500)
def _key(key: Any) -> str:
    if isinstance(key, str) and len(key) <= _LONGEST_KEY and _is_bare(key):
        return key
    raise _Unusual


def _is_bare(text: str) -> bool:
    return bool(_NEEDS_NO_QUOTES.match(text)) and text.isprintable() and text.lower() not in _CONSTANTS


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _is_bare(value):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, float | dict | list):
        return by_pyyaml([value])[len("- ") : -1]
    raise _Unusual


@lru_cache(2_000)
def _quoted(text: str) -> str:
    return by_pyyaml([text])[len("- ") : -1]


class _Dumper(yaml.SafeDumper):
    """Write YAML without aliases: lists are indented, texts of several lines are literal blocks, and quotes are double."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        event: Any = self.event
        text, is_text = event.value, event.implicit[1]
        if _is_literal(text):
            return "|"
        style: str = super().choose_scalar_style()
        # "?why" is valid without quotes, but it looks like syntax. Invisible characters need quotes, because they become escapes.
        is_quoted = style == "'" or (is_text and (text.startswith(_INDICATORS) or not text.isprintable()))
        return '"' if is_quoted else style

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Write the text as JSON does. PyYAML would write an emoji as an escape, even with `allow_unicode`."""
        quoted = json.dumps(text, ensure_ascii=False)
        shown = "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
        self.write_indicator(shown, True)


# Quote text that other readers of YAML 1.1 or 1.2 would read as a number or as a boolean.
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+)\Z"),
    list("-+.0123456789"),
)


def _represent_float(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    """Write a number without an exponent: the reader would take 1e-05 for text."""
    if not isfinite(value):
        return dumper.represent_float(value)
    digits = format(Decimal(repr(value)), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", digits if "." in digits else f"{digits}.0")


_Dumper.add_representer(float, _represent_float)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))


def _is_literal(text: str) -> bool:
    """Return whether `text` has several lines and can be a literal block without an indentation or keep indicator."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and all(line.isprintable() and (line.strip(" ") or not line) for line in lines)
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
    )
