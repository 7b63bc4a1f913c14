"""Read an uploaded or pasted picture and make it a figure of a course."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from common.uploads import names, raster
from common.uploads.refusals import PictureRefused, PictureTooLarge
from common.uploads.svg import cleaning, reading

MAX_BYTES = 20_000_000
# What other files begin with, to tell people what they have.
_OTHERS = (
    (0, b"GIF8", "GIF"),
    (0, b"%PDF-", "PDF"),
    (0, b"BM", "BMP"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"PK\x03\x04", "ZIP"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftyphevc", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
)
_RASTERS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for a course: the name of its file in assets/ and its bytes. `notes` are sentences about what was changed."""

    name: str
    content: bytes
    notes: list[str] = field(default_factory=list)


def read_upload(upload: UploadedFile[Any], *, alt: str, language: str, taken: Collection[str] = ()) -> Picture:
    """Read an uploaded file as `read_picture` does. A file that is too large is not read."""
    _check_size(upload.size or 0)
    return read_picture(upload.read(), upload.name or "", alt=alt, language=language, taken=taken)


def read_picture(
    content: bytes, file_name: str, *, alt: str, language: str = "ko", taken: Collection[str] = ()
) -> Picture:
    """Return the figure that an uploaded file becomes. What the file is, is decided by its content.

    `alt` says in words what the picture shows. `language` is that of the words in a drawing. `taken` are the names of the files
    that the course has. Raises PictureRefused; its message is a sentence for the person who uploads.
    """
    _check_size(len(content))
    if not alt.strip():
        raise PictureRefused(_("Say in words what the picture shows, for readers who cannot see it."))
    base = names.base_name(file_name)
    if content.startswith(_RASTERS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        made = raster.read(content)
        return Picture(f"{names.free_name(base, made.kind, taken=taken)}.{made.kind}", made.content, made.notes)
    if reading.looks_like_svg(content):
        ending = f"{language}.svg"
        # The name is chosen first, because every id in the drawing begins with it.
        base = names.free_name(base, ending, taken=taken)
        drawing, notes = cleaning.clean(content, name=base, alt=alt)
        return Picture(f"{base}.{ending}", drawing, notes)
    raise PictureRefused(_explain(content))


def markdown(picture: Picture, *, alt: str, caption: str = "") -> str:
    """Return the Markdown that shows a picture. It must stand alone in its paragraph."""
    words = " ".join(alt.split())
    for letter in "\\[]*_`<&":
        words = words.replace(letter, f"\\{letter}")
    title = " ".join(caption.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'![{words}](assets/{picture.name} "{title}")' if title else f"![{words}](assets/{picture.name})"


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        values = {"size": f"{size / 1_000_000:.1f}", "most": MAX_BYTES // 1_000_000}
        raise PictureTooLarge(_("This file has %(size)s MB. A picture may have %(most)d MB at most.") % values)


def _explain(content: bytes) -> str:
    if not content:
        return _("This file is empty.")
    for start, mark, kind in _OTHERS:
        if content[start : start + len(mark)] == mark:
            message = _("This is a file of the kind %(kind)s. Save it as PNG, JPEG, WebP or SVG and upload that.")
            return message % {"kind": kind}
    return _("This file is not a picture that a course can show. It takes PNG, JPEG, WebP and SVG.")
