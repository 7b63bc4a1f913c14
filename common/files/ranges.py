"""Send a part of a file to whoever asks for one (RFC 9110, section 14), so that a download goes on where it was cut off.

One part at a time: a request for several gets the whole file, which the standard allows.
"""

import re
from typing import IO, Any, Protocol

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.pages.errors import error_page

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class RangeNotSatisfiable(DomainError):
    slug = "range-not-satisfiable"
    status = 416
    help = gettext_lazy("The file is shorter than the part that `Range` asks for. `Content-Range` says how long it is.")

    def __init__(self, size: int) -> None:
        super().__init__(_("The file has no such part."))
        self.headers = {"Content-Range": f"bytes */{size}"}


class _Request(Protocol):
    """A request of Django or of its REST framework."""

    method: str | None
    META: dict[str, Any]


class _Part:
    """The next `length` bytes of a file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length
        self.close = file.close

    def read(self, size: int) -> bytes:
        read = self._file.read(min(size, self._left))
        self._left -= len(read)
        return read


def find_range(request: _Request, *, size: int, tag: str) -> range | None:
    """Return which bytes of a file of `size` bytes are asked for, None if all. `tag` is its strong ETag.

    Raises RangeNotSatisfiable. What is no range, and a range of another state than `If-Range` names, is ignored.
    """
    header = request.META.get("HTTP_RANGE", "").strip()
    found = _RANGE.fullmatch(header) if request.method == "GET" else None
    if found is None or request.META.get("HTTP_IF_RANGE", tag).strip() != tag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        part = range(max(0, size - int(last)), size)
    elif not last:
        part = range(int(first), size)
    elif int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, size))
    if not part:
        raise RangeNotSatisfiable(size)
    return part


def send_file(content: IO[bytes], part: range | None, *, size: int, tag: str, **options: Any) -> FileResponse:
    """Return the answer with a file or a part of it. `options` are those of FileResponse. The answer closes the file."""
    if part is None:
        response = FileResponse(content, **options)
    else:
        content.seek(part.start)
        response = FileResponse(_Part(content, len(part)), status=206, **options)
        response.headers["Content-Length"] = str(len(part))
    _add_headers(response, part, size, tag)
    return response


def cut(request: _Request, response: HttpResponse, *, tag: str) -> None:
    """Leave of the answer with a whole file what is asked for. Raises RangeNotSatisfiable."""
    size = len(response.content)
    part = find_range(request, size=size, tag=tag)
    if part is not None:
        response.content = response.content[part.start : part.stop]
        response.status_code = 206
    _add_headers(response, part, size, tag)


def refuse(request: HttpRequest, refused: RangeNotSatisfiable) -> HttpResponse:
    """Return the page, or the problem document, for a part that there is not."""
    response = error_page(request, refused.status, refused.slug, refused.message, str(refused.help))
    for name, value in refused.headers.items():
        response.headers[name] = value
    return response


def _add_headers(response: HttpResponse | FileResponse, part: range | None, size: int, tag: str) -> None:
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    if part is not None:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
