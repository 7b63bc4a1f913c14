"""The attempt's modules: their own tests, which run in Node, and the addresses under which a browser finds them."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings

ROOT: Path = settings.BASE_DIR
MODULES = ROOT / "static/baeum/attempt"


@pytest.mark.node
def test_the_modules_pass_their_tests() -> None:
    files = sorted(str(path) for path in (ROOT / "tests/js").glob("*.test.mjs"))
    assert files
    done = subprocess.run(
        ["node", "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def imported_by(name: str) -> set[str]:
    """The modules that one module needs, and those that these need."""
    direct = set(re.findall(r'from "\./([\w-]+\.js)"', (MODULES / name).read_text()))
    return direct.union(*(imported_by(each) for each in direct))


@pytest.fixture
def no_fragments() -> Iterator[None]:
    """The map is held for as long as the process lives, and the files do not change in it, but for these tests."""
    caches["template_fragments"].clear()
    yield
    caches["template_fragments"].clear()


def import_map() -> dict[str, str]:
    html = render_to_string("quizzes/_import_map.html", {"CSP_NONCE": "the-nonce"})
    found = re.search(r'<script type="importmap" nonce="the-nonce">(.*?)</script>', html, re.DOTALL)
    assert found, html
    imports: dict[str, str] = json.loads(found[1])["imports"]
    assert set(imports) == {f"/static/baeum/attempt/{name}" for name in imported_by("main.js") | imported_by("late.js")}
    return imports


@pytest.mark.usefixtures("no_fragments")
def test_every_import_names_an_existing_file_without_collected_files() -> None:
    for plain, fresh in import_map().items():
        assert re.fullmatch(rf"{re.escape(plain)}\?v=[0-9a-f]+", fresh)


@pytest.mark.usefixtures("no_fragments")
def test_every_import_names_the_current_file_with_collected_files(tmp_path: Path) -> None:
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    # The modules only: everything would take a minute to compress.
    with override_settings(
        STORAGES=storages,
        STATIC_ROOT=tmp_path,
        STATICFILES_DIRS=[("baeum/attempt", MODULES)],
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
    ):
        call_command("collectstatic", "--no-input", verbosity=0)
        imports = import_map()
    for plain, fresh in imports.items():
        assert re.fullmatch(rf"{re.escape(plain.removesuffix('.js'))}\.[0-9a-f]{{12}}\.js", fresh)
        collected = tmp_path / fresh.removeprefix("/static/")
        assert collected.read_text() == (MODULES / Path(plain).name).read_text()


@pytest.mark.parametrize(("page", "entry"), [("attempt_detail", "main.js"), ("attempt_result", "late.js")])
def test_a_page_asks_for_its_modules_at_once(page: str, entry: str) -> None:
    """Otherwise the browser would learn of the imports only when the first module has arrived."""
    source = (ROOT / f"templates/quizzes/{page}.html").read_text()
    preloaded = re.findall(r"rel=\"modulepreload\" href=\"{% static 'baeum/attempt/([\w-]+\.js)' %}\"", source)
    assert sorted(preloaded) == sorted(imported_by(entry))
    assert re.findall(r"<script src=\"{% static 'baeum/attempt/([\w-]+\.js)' %}\" type=\"module\">", source) == [entry]
