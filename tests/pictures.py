"""Small pictures for tests, made when they are asked for."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 5), mode: str = "RGB", **how: Any) -> bytes:
    """Return an encoded picture of one colour. `kind` is Pillow's name of the format; `how` goes to its encoder."""
    return encode(Image.new(mode, size, "teal" if mode in ("RGB", "RGBA", "P") else 1), kind, **how)


def encode(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 5), colour) for colour in ("red", "green")]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def declared(width: int, height: int) -> bytes:
    """Return a PNG of less than 100 bytes that says it is as large as that."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"\x00"))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
