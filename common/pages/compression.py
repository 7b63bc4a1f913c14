"""Compress what is sent: pages and answers of the API each time, static files once."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from common.pages.vary import vary_on

# What is worth compressing. Pictures, fonts and most uploads are compressed already.
_TEXTS = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")
# Bytes below which a header costs more than compression saves.
_LEAST = 500
# For a lesson of 39 KB: 10.0 KB in 0.8 ms of the processor. Level 2 makes 11.9 KB in 0.3 ms: on a phone the rest takes longer.
_PAGE_QUALITY = 5
# 64 KB, more than most pages have. Its tables are smaller: a lesson takes 0.8 ms instead of 1.2 ms, with the same size.
_PAGE_WINDOW = 16
_FILE_QUALITY = 9
# The weight of an encoding that a client does not take.
_REFUSED = re.compile(r"\s*q=0(\.0*)?\s*")
# Headers that WhiteNoise makes of the file itself.
_OF_THE_FILE = ("Content-Length", "ETag", "Last-Modified", "Vary")


def _accepts_brotli(request: HttpRequest) -> bool:
    offered = (entry.partition(";") for entry in request.META.get("HTTP_ACCEPT_ENCODING", "")[:200].split(","))
    return any(name.strip() == "br" and not _REFUSED.fullmatch(weight) for name, _semicolon, weight in offered)


class CompressionMiddleware(GZipMiddleware):
    """Compress texts with Brotli, or with Django's gzip for clients that offer only that.

    A view sets `is_text` of an answer that is a text although its type does not say so.

    A page contains no secret beside what a stranger can make it repeat (the attack is called BREACH): Django masks the CSRF
    token anew for each page.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.get("Content-Type", "").startswith(_TEXTS) or getattr(response, "is_text", False)
        if not is_text or not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
            return response
        if response.status_code == 206:
            # A part of the file as it is.
            return response
        if len(response.content) < _LEAST:
            return response
        vary_on(response, "Accept-Encoding")
        if not _accepts_brotli(request):
            if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
                return super().process_response(request, response)
            return response
        response.content = brotli.compress(
            response.content, mode=brotli.MODE_TEXT, quality=_PAGE_QUALITY, lgwin=_PAGE_WINDOW
        )
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        etag = response.get("ETag", "")
        if etag.startswith('"'):
            # The bytes differ from those of the strong tag.
            response.headers["ETag"] = f"W/{etag}"
        return response


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Serve static files. Of the source folders, where nothing is compressed beforehand, each text is at its first request.

    The compressed copies are kept in the state folder, under a name that changes with the file.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._is_seen: set[str] = set()
        super().__init__(*args, **options)

    def __call__(self, request: HttpRequest) -> Any:
        url = request.path_info
        if self.use_finders and url in self.files and url not in self._is_seen:
            self._is_seen.add(url)
            self._compress(url)
        return super().__call__(request)

    def _compress(self, url: str) -> None:
        path = finders.find(url.removeprefix(self.static_prefix))
        if not isinstance(path, str) or not self.media_types.get_type(path).startswith(_TEXTS):
            return
        try:
            copy = _compressed_copy(Path(path))
        except OSError:
            # A full disk: the file is sent as it is.
            return
        headers = self.files[url].get_response("HEAD", {}).headers
        kept = [(name, value) for name, value in headers if name not in _OF_THE_FILE]
        self.files[url] = StaticFile(path, kept, encodings={"br": str(copy)})


def _compressed_copy(path: Path) -> Path:
    stat = path.stat()
    name = hashlib.sha256(f"{path}\n{stat.st_mtime_ns}\n{stat.st_size}".encode()).hexdigest()[:32]
    folder = Path(settings.BAEUM_HOME) / "compressed"
    copy = folder / f"{name}.br"
    if not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        data = brotli.compress(path.read_bytes(), mode=brotli.MODE_TEXT, quality=_FILE_QUALITY)
        # Another process may read it at the same time.
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, copy)
    return copy
