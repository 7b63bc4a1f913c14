"""Clean the names of uploaded files, and look whether their content is what the names say."""

import unicodedata
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _

from common.files import archives

# The first bytes (magic numbers) of file formats that have them.
_MAGIC_NUMBERS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
}
_TEXT = frozenset({"txt", "md", "csv", "ipynb", "json"})


def plain_name(name: str) -> str:
    """Return the file name without folders, in Unicode NFC, without control and format characters.

    Some of those change the direction of the text, so that "exe.txt" looks like "txt.exe".
    """
    last = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    return "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")[-200:]


def get_extension(name: str) -> str:
    """Return the extension in small letters, without the dot; "jpg" for "jpeg"."""
    extension = PurePath(name).suffix.lower().lstrip(".")
    return {"jpeg": "jpg"}.get(extension, extension)


def find_fault(file: IO[bytes], size: int, extension: str) -> str:
    """Return why the content is not accepted, for the reader, or "". The file is at its start before and after."""
    head = file.read(4096)
    file.seek(0)
    if not head:
        return _("The file is empty.")
    wanted = _MAGIC_NUMBERS.get(extension)
    if (wanted and not head.startswith(wanted)) or (extension in _TEXT and b"\x00" in head):
        return _("The content of the file is not what its name says.")
    return archives.find_fault(file, size) if wanted and wanted[0].startswith(b"PK") else ""
