"""Clean the names of uploaded files."""

import unicodedata
from pathlib import PurePath


def plain_name(name: str) -> str:
    """Return the file name without folders, in Unicode NFC, without control and format characters.

    Some of those change the direction of the text, so that "exe.txt" looks like "txt.exe".
    """
    last = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    return "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")[-200:]
