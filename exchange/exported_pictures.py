"""Find the figures of exported questions, so that a file carries them."""

import re
from collections.abc import Iterable

from common.markup import pictures
from common.markup.markdown import NoResolver, Picture
from common.uploads.thumbnails import paint
from courses.models import Course
from exchange.items.questions import Question
from exchange.pictures import USED

_VIEW_BOX = re.compile(r'viewBox="[-0-9.]+ [-0-9.]+ ([0-9.]+) ([0-9.]+)"')


class Figures(NoResolver):
    """The figures of a course, at an address in the exported file: `address` before their names. `used` are those asked for."""

    def __init__(self, files: dict[str, bytes], address: str) -> None:
        self.files = files
        self.address = address
        self.used: dict[str, bytes] = {}

    def figure(self, name: str) -> Picture | None:
        content = self.files.get(name)
        size = _size(name, content) if content is not None else None
        if content is None or size is None:
            return None
        self.used[name] = content
        return Picture(f"{self.address}{name}", *size)


def files_of(course: Course, questions: Iterable[Question]) -> dict[str, bytes]:
    """Return {name: content} of the published files that the questions show. One query, or none."""
    names = {name for question in questions for name in USED.findall(str(question))}
    if not names:
        return {}
    return {asset.name: _content(asset.name, bytes(asset.content)) for asset in course.assets.filter(name__in=names)}


def _content(name: str, content: bytes) -> bytes:
    # Elsewhere there is no style sheet that gives a drawing its colours.
    return paint(content.decode(errors="replace")).encode() if name.endswith(".svg") else content


def _size(name: str, content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, or None if the file is no picture."""
    if name.endswith(".svg"):
        found = _VIEW_BOX.search(content[:2000].decode(errors="replace"))
        return (round(float(found[1])), round(float(found[2]))) if found else None
    header = pictures.read_header(content)
    return (header.width, header.height) if header else None
