"""The manifest, the worker and the page that stands for others."""

import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from offline import scripts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_manifest_is_in_each_language_and_its_icons_are_files_of_their_size(client: Client, language: str) -> None:
    answer = client.get(f"/offline/{language}.webmanifest")
    found = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (found["lang"], found["scope"], found["start_url"]) == (language, "/", "/courses/")
    assert ("배움" in found["name"]) == (language == "ko")
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    for icon in found["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/").split("?")[0])
        assert isinstance(path, str)
        with Image.open(io.BytesIO(Path(path).read_bytes())) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


@pytest.mark.parametrize("path", ["/offline/fr.webmanifest", "/offline/fr/", "/offline/fr/answers.js"])
def test_there_is_none_in_a_language_that_the_site_does_not_have(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("language", "title"), [("ko", "오프라인"), ("en", "You are offline")])
def test_the_page_that_stands_for_others_is_in_its_language_and_for_nobody(
    alice_client: Client, language: str, title: str
) -> None:
    answer = alice_client.get(f"/offline/{language}/", headers={"Accept-Language": "ko" if language == "en" else "en"})
    html = answer.content.decode()
    assert title in html
    assert f'<html lang="{language}">' in html
    assert answer.headers["Content-Language"] == language
    assert "alice" not in html.lower()
    assert "csrf" not in html


def test_a_page_has_the_places_where_the_worker_puts_its_texts(client: Client) -> None:
    source = scripts.worker()
    list_place, bar_place = (
        re.findall(rf"const {name} = '?\"?(.*?)['\"]?;", source)[0] for name in ("PLACE", "BEFORE_BAR")
    )
    assert client.get("/offline/en/").content.decode().count(list_place) == 1
    assert client.get("/accounts/login/").content.decode().count(bar_place) == 1


@pytest.mark.node
@pytest.mark.parametrize(("path", "kind"), [("/sw.js", "commonjs"), ("/offline/ko/answers.js", "module")])
def test_each_script_is_whole(client: Client, path: str, kind: str, tmp_path: Path) -> None:
    answer = client.get(path)
    (tmp_path / "package.json").write_text(json.dumps({"type": kind}))
    script = tmp_path / "script.js"
    script.write_bytes(answer.content)
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert re.findall(r"^import .*", answer.content.decode(), re.MULTILINE) == []
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_changed_file_makes_a_new_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    before = scripts.worker.__wrapped__()
    assert before == scripts.worker.__wrapped__()
    monkeypatch.setattr(scripts, "static", lambda name: f"/static/{name}?v=0")
    versions = [re.findall(r'"version": "(\w+)"', source)[0] for source in (before, scripts.worker.__wrapped__())]
    assert len(set(versions)) == 2
