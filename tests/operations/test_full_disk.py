"""The product on a small disk of its own, which becomes full.

The disk is a tmpfs in a mount namespace of the product, so the test needs no privileges and leaves nothing mounted.
"""

import contextlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.app import App
from tests.product import Product, wait_for

pytestmark = pytest.mark.processes
COURSE = "data-analytics-week-2"
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


@pytest.fixture
def small(product: Product, prepared_home: Path) -> Product:
    """The product, running on a disk of 48 MB."""
    if not shutil.which("unshare") or subprocess.run([*NAMESPACE, "true"], check=False).returncode:
        pytest.skip("needs Linux with user namespaces (unshare)")
    product.home.mkdir()
    mount = f'mount -t tmpfs -o size=48m disk {product.home} && cp -R {prepared_home}/. {product.home} && exec "$@"'
    product.wrapper = (*NAMESPACE, "sh", "-c", mount, "sh")
    product.environment["BAEUM_MIN_FREE_MB"] = "1"
    return product.start().wait_until_ready()


def home(product: Product) -> Path:
    """The state folder as the product's processes see it."""
    assert product.process is not None
    return Path(f"/proc/{product.process.pid}/root{product.home}")


def fill(product: Product) -> Path:
    """Write to the disk until nothing more fits. Return the file to delete."""
    filler = home(product) / "filler"
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


def sign_in_on_the_page(product: Product) -> tuple[int, str | None, str]:
    """Return the status, Retry-After and the page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.addheaders = [("Accept-Language", "en")]
    with opener.open(f"{product.address}/accounts/login/", timeout=30) as form:
        token = form.read().decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    fields = {"login": "student@example.com", "password": "week2-demo", "csrfmiddlewaretoken": token}
    try:
        answer = opener.open(f"{product.address}/accounts/login/", urllib.parse.urlencode(fields).encode(), timeout=60)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        return answer.status, answer.headers["Retry-After"], answer.read().decode()


def sign_in(product: Product) -> tuple[int, Any]:
    login = {"email": "student@example.com", "password": "week2-demo"}
    return App(product.address).call("POST", "/_allauth/app/v1/auth/login", login)


def sign_in_until_refused(product: Product) -> tuple[int, Any]:
    """SQLite goes on writing as long as its log has room."""
    answers: list[tuple[int, Any]] = []

    def is_refused() -> bool:
        answers.append(sign_in(product))
        return answers[-1][0] != 200

    wait_for(is_refused)
    return answers[-1]


def save(app: App, attempt: Any, choice: int) -> int:
    question = next(each for each in attempt["questions"] if each["kind"] == "single_choice")
    path = f"/api/v1/attempts/{attempt['uuid']}/answers/{question['uuid']}"
    return app.call("PUT", path, {"response": {"choice": question["choices"][choice]["uuid"]}})[0]


def test_a_full_disk_is_said_in_words_and_nothing_is_lost(small: Product) -> None:
    app = App(small.address).sign_in("student@example.com", "week2-demo")
    attempt = app.start_quiz(COURSE)
    assert app.call("GET", "/readyz")[1]["disk"] == "ok"

    filler = fill(small)

    status, problem = sign_in_until_refused(small)
    assert (status, problem["type"], problem["status"]) == (503, "/problems/unavailable", 503)
    status, retry_after, text = sign_in_on_the_page(small)
    assert (status, retry_after) == (503, "30")
    assert "storage" in text
    acknowledged = [choice for choice in (0, 1, 0, 1) if save(app, attempt, choice) == 200]
    status, body = app.call("GET", "/readyz")
    assert (status, body["disk"]) == (503, "full")
    # What is there can be read.
    question = next(
        each for each in app.get(f"attempts/{attempt['uuid']}")["questions"] if each["kind"] == "single_choice"
    )
    stored = [choice["uuid"] for choice in question["choices"]].index(question["response"]["choice"])
    assert stored == ([0, *acknowledged])[-1]
    lesson = next(entry for entry in app.get(f"courses/{COURSE}/outline")["entries"] if entry["kind"] == "lesson")
    assert app.get(f"lessons/{lesson['uuid']}")["html"]

    filler.unlink()

    assert app.call("GET", "/readyz")[1]["disk"] == "ok"
    assert sign_in(small)[0] == 200
    assert save(app, attempt, 1) == 200
    assert app.submit(attempt) == 202
    assert app.result(attempt)["status"] == "graded"
