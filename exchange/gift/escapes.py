"""Owns GIFT's escapes: \\: \\# \\= \\{ \\} \\~ stand for themselves, \\n for a line break, \\\\ for a backslash."""

import re

# What stands for an escaped sign while a block is taken apart; no text holds these (`clean` takes them out).
_HELD = {sign: chr(0xFDD0 + place) for place, sign in enumerate(":#={}~n\\")}
_SHOWN = {held: "\n" if sign == "n" else sign for sign, held in _HELD.items()}
_ESCAPE = re.compile(r"\\([:#={}~n\\])")
_TOLD = re.compile("[\ufdd0-\ufdd7]")
_SPECIAL = re.compile(r"([\\:#={}~])")


def hold(text: str) -> str:
    """The text with its escaped signs out of the way."""
    return _ESCAPE.sub(lambda found: _HELD[found[1]], text)


def show(text: str) -> str:
    """The text with its escaped signs as themselves."""
    return _TOLD.sub(lambda found: _SHOWN[found[0]], text)


def raw(text: str) -> str:
    """The text as it stood in the file."""
    back = {held: f"\\{sign}" for sign, held in _HELD.items()}
    return _TOLD.sub(lambda found: back[found[0]], text)


def escape(text: str) -> str:
    """A text as GIFT writes it, on one line."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")
