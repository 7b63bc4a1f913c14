"""Read the kind and the size of a PNG, JPEG or WebP from its first bytes, without decoding it.

Pages need width and height so that a text does not jump when its picture arrives, and a limit on pixels must hold before
anything is decoded: a file of a kilobyte can declare a picture of a gigabyte.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

Kind = Literal["png", "jpeg", "webp"]

# The kind that the end of a file's name promises.
KINDS: dict[str, Kind] = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp"}
CONTENT_TYPES: dict[Kind, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
# A photo of 8,000 × 6,000 has 48 million.
MAX_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself. `animated` is True if it has several frames."""

    kind: Kind
    width: int
    height: int
    animated: bool = False


def kind_of_name(name: str) -> Kind | None:
    """Return the kind of picture that a file name promises, or None. Names of assets are lower case at the end."""
    return KINDS.get(name.rpartition(".")[2])


def problem(content: bytes, *, name: str) -> str:
    """Return why a course may not show the file `name` as a picture, as a sentence, or ""."""
    wanted = kind_of_name(name)
    found = read_header(content)
    if wanted is None or found is None or found.kind != wanted:
        return _("This is not a picture of the kind that its name says (PNG, JPEG or WebP).")
    if found.width * found.height > MAX_PIXELS:
        return _("This picture has more than %(millions)d million pixels.") % {"millions": MAX_PIXELS // 1_000_000}
    if found.animated:
        return _("This picture moves. A course shows pictures that stand still.")
    return ""


def read_header(content: bytes) -> Header | None:
    """Return the header of a picture, or None if `content` is not a PNG, JPEG or WebP, or ends within its header."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        header = _read_png(content)
    elif content.startswith(b"\xff\xd8\xff"):
        header = _read_jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        header = _read_webp(content)
    else:
        return None
    return header if header and header.width and header.height else None


def _read_png(content: bytes) -> Header | None:
    if content[12:16] != b"IHDR" or len(content) < 33:
        return None
    animated = False
    position = 33
    # An animation is announced before the first pixels.
    while (kind := content[position + 4 : position + 8]) not in (b"IDAT", b"IEND", b""):
        animated = animated or kind == b"acTL"
        position += 12 + int.from_bytes(content[position : position + 4], "big")
    return Header("png", _big(content, 16, 4), _big(content, 20, 4), animated)


# Segments that begin a frame and give its size: SOF0 to SOF15 without the three that are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _read_jpeg(content: bytes) -> Header | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            # Any number of these bytes may stand before a marker.
            position += 1
        elif marker in _FRAMES:
            return Header("jpeg", _big(content, position + 7, 2), _big(content, position + 5, 2))
        else:
            position += 2 + max(2, _big(content, position + 2, 2))
    return None


def _read_webp(content: bytes) -> Header | None:
    kind = content[12:16]
    if len(content) < 30:
        return None
    if kind == b"VP8X":
        return Header("webp", _little(content, 24, 3) + 1, _little(content, 27, 3) + 1, bool(content[20] & 0x02))
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = _little(content, 21, 4)
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return Header("webp", _little(content, 26, 2) & 0x3FFF, _little(content, 28, 2) & 0x3FFF)
    return None


def _big(content: bytes, start: int, size: int) -> int:
    return int.from_bytes(content[start : start + size], "big")


def _little(content: bytes, start: int, size: int) -> int:
    return int.from_bytes(content[start : start + size], "little")
