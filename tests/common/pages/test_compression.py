"""Texts are compressed for clients that accept it, other files and small answers are not."""

import gzip
from pathlib import Path

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from common.pages.compression import CompressionMiddleware

TEXT = "배움 — learning. " * 200


def answer(accept: str, *, content: str = TEXT, kind: str = "text/html; charset=utf-8", **headers: str) -> HttpResponse:
    middleware = CompressionMiddleware(lambda request: HttpResponse(content, content_type=kind, headers=headers))
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept} if accept else {})
    found = middleware(request)
    assert isinstance(found, HttpResponse)
    return found


@pytest.mark.parametrize("accept", ["br", "gzip, deflate, br, zstd", "br;q=0.5", "gzip;q=1.0, br"])
def test_pages_are_compressed_with_brotli(accept: str) -> None:
    found = answer(accept, ETag='"abc"')
    assert brotli.decompress(found.content).decode() == TEXT
    assert found.headers["Content-Encoding"] == "br"
    assert found.headers["Vary"] == "Accept-Encoding"
    assert found.headers["ETag"] == 'W/"abc"'
    assert found.headers["Content-Length"] == str(len(found.content))


@pytest.mark.parametrize("accept", ["gzip", "gzip, br;q=0", "gzip, br; q=0.0", "gzip;q=0.8, identity"])
def test_clients_without_brotli_get_gzip(accept: str) -> None:
    found = answer(accept)
    assert found.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(found.content).decode() == TEXT


@pytest.mark.parametrize("accept", ["", "identity", "br;q=0", "zstd", "nonsense, \x00"])
def test_other_clients_get_the_text_as_it_is(accept: str) -> None:
    found = answer(accept)
    assert found.content.decode() == TEXT
    assert "Content-Encoding" not in found.headers
    assert found.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("content", "kind"), [("short", "text/html"), (TEXT, "image/png"), (TEXT, "application/pdf"), (TEXT, "font/woff2")]
)
def test_what_gains_nothing_is_not_compressed(content: str, kind: str) -> None:
    found = answer("br", content=content, kind=kind)
    assert found.content.decode() == content
    assert "Vary" not in found.headers


def test_streams_are_passed_on() -> None:
    middleware = CompressionMiddleware(lambda request: StreamingHttpResponse(iter([b"a" * 9000])))
    found = middleware(RequestFactory().get("/", headers={"Accept-Encoding": "br"}))
    assert isinstance(found, StreamingHttpResponse)
    assert "Content-Encoding" not in found.headers


def test_a_static_file_is_compressed_once(settings: Settings, tmp_path: Path) -> None:
    settings.BAEUM_HOME = tmp_path
    before = Client().get("/static/baeum/baeum.css").getvalue()
    found = Client().get("/static/baeum/baeum.css", headers={"Accept-Encoding": "br"})
    assert found.headers["Content-Encoding"] == "br"
    assert brotli.decompress(found.getvalue()) == before
    assert len(list((tmp_path / "compressed").iterdir())) == 1


def test_a_static_file_is_sent_as_it_is_when_the_disk_is_full(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "compressed").write_text("This is no folder.")
    settings.BAEUM_HOME = tmp_path
    found = Client().get("/static/baeum/baeum.js", headers={"Accept-Encoding": "br"})
    assert (found.status_code, "Content-Encoding" in found.headers) == (200, False)


def test_a_picture_is_not_compressed(settings: Settings, tmp_path: Path) -> None:
    settings.BAEUM_HOME = tmp_path
    font = next(Path("static/vendor/pretendard").glob("BaeumSans-latin.*"))
    found = Client().get(f"/static/vendor/pretendard/{font.name}", headers={"Accept-Encoding": "br"})
    assert found.getvalue() == font.read_bytes()
    assert not (tmp_path / "compressed").exists()
