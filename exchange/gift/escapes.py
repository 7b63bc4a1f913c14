"""Escape and unescape GIFT text: \\: \\# \\= \\{ \\} \\~ and \\\\ mean the second sign, \\n means a line break."""

import re

# Placeholders for escaped signs while a block is split. The reader removes such characters from a file first.
_PLACEHOLDERS = {sign: chr(0xFDD0 + place) for place, sign in enumerate(":#={}~n\\")}
_SIGNS = {placeholder: "\n" if sign == "n" else sign for sign, placeholder in _PLACEHOLDERS.items()}
_ESCAPE = re.compile(r"\\([:#={}~n\\])")
_PLACEHOLDER = re.compile("[\ufdd0-\ufdd7]")
_SPECIAL = re.compile(r"([\\:#={}~])")


def protect(text: str) -> str:
    """Return the text with its escaped signs replaced by placeholders."""
    return _ESCAPE.sub(lambda found: _PLACEHOLDERS[found[1]], text)


def unescape(text: str) -> str:
    """Return the text with its placeholders replaced by the signs."""
    return _PLACEHOLDER.sub(lambda found: _SIGNS[found[0]], text)


def restore(text: str) -> str:
    """Return the text with its placeholders replaced by the escapes, as they were in the file."""
    back = {placeholder: f"\\{sign}" for sign, placeholder in _PLACEHOLDERS.items()}
    return _PLACEHOLDER.sub(lambda found: back[found[0]], text)


def escape(text: str) -> str:
    """Return the text escaped for GIFT, on one line."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")
