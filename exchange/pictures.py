"""Take the pictures of a file along as figures of the course, and say of each that cannot come why."""

import base64
import binascii
import hashlib
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from django.utils.translation import gettext as _

from common.uploads import names, pictures
from common.uploads.refusals import PictureRefused

# Limits of a file: pictures, and bytes of all of them before they are prepared.
MAX_PICTURES, MAX_TOTAL = 300, 100_000_000
_DATA = re.compile(r"data:(?:image/[a-z0-9.+-]{1,40})?(?:;charset=[\w-]{1,20})?;base64,", re.IGNORECASE)
_DRAWING = re.compile(r"\.(ko|en)\.svg\Z")
# The name of a figure in assets/ in a Markdown text.
USED = re.compile(r"\]\(assets/([A-Za-z0-9][A-Za-z0-9._-]*)")


class NoPicture(Exception):
    """Raised if a picture cannot come along. The message says why, in the current language."""


@dataclass(slots=True)
class Pictures:
    """The pictures of one file. `files` is {name in assets/: content} of those that were prepared.

    The name of a figure depends on the content of the picture in the file, so that a second import finds the figures of the
    first. `report` is called before each picture that is prepared, which takes a part of a second. `remarks` say what was
    changed.
    """

    language: str
    report: Callable[[], None] = lambda: None
    assets: Mapping[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    known: dict[str, str | NoPicture] = field(default_factory=dict)
    total: int = 0

    def take(self, content: bytes, name: str, alt: str) -> str:
        """Return the Markdown that shows a picture. `name` is that of its file. Raises NoPicture."""
        name = posixpath.basename(unquote(name)) or _("picture")
        stem = names.base_name(name)[:40].strip("-") or "figure"
        digest = hashlib.sha256(content).hexdigest()
        words = " ".join(alt.split())[:500]
        if not words:
            words = name.rpartition(".")[0] or name
            self.remarks.append(
                _("The picture %(name)s has no description in the file. Say in words what it shows.")
                % {"name": name[:80]}
            )
        key = f"{stem}-{digest[:10]}"
        if known := self._of_course(name, digest):
            self.known[key] = known
        if key not in self.known:
            self.known[key] = self._prepare(content, key, words)
        found = self.known[key]
        if isinstance(found, NoPicture):
            raise found
        return pictures.markdown(pictures.Picture(found, b""), alt=words)

    def take_data(self, address: str, alt: str) -> str:
        """Return the Markdown that shows a picture that stands in its address (`data:`). Raises NoPicture."""
        head = _DATA.match(address)
        if head is None:
            raise NoPicture(_("its address is not that of a picture"))
        return self.take(decoded(address[head.end() :]), "", alt)

    def take_remarks(self) -> list[str]:
        """Return the remarks since the last call."""
        remarks, self.remarks = self.remarks, []
        return list(dict.fromkeys(remarks))

    def _of_course(self, name: str, digest: str) -> str | None:
        """Return the name of the course's file that a picture is. An exported drawing is painted, so its name counts."""
        if name in self.assets and (self.assets[name] == digest or _DRAWING.search(name)):
            return name
        return next((known for known, sha256 in self.assets.items() if sha256 == digest), None)

    def _prepare(self, content: bytes, key: str, alt: str) -> str | NoPicture:
        self.total += len(content)
        if len(self.known) >= MAX_PICTURES:
            return NoPicture(_("the file has more than %(limit)d pictures") % {"limit": MAX_PICTURES})
        if self.total > MAX_TOTAL:
            size = MAX_TOTAL // 1_000_000
            return NoPicture(_("the pictures of the file have more than %(size)d MB") % {"size": size})
        self.report()
        try:
            picture = pictures.read_picture(content, key, alt=alt, language=self.language)
        except PictureRefused as refused:
            return NoPicture(refused.message)
        self.files[picture.name] = picture.content
        self.remarks += [f"{picture.name}: {note}" for note in picture.notes]
        return picture.name


def decoded(text: str) -> bytes:
    """Return the bytes of a text in base64. Raises NoPicture, also for pictures that are too large, before it decodes them."""
    if len(text) * 3 // 4 > pictures.MAX_BYTES + 1_000:
        raise NoPicture(too_large(len(text) * 3 // 4))
    try:
        return base64.b64decode("".join(unquote(text).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoPicture(_("its content is damaged")) from error


def too_large(size: int) -> str:
    values = {"size": f"{size / 1_000_000:.1f}", "most": pictures.MAX_BYTES // 1_000_000}
    return _("This file has %(size)s MB. A picture may have %(most)d MB at most.") % values
