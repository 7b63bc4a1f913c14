"""deploy/upgrade: the order of its steps, with a `docker` that writes down what it is asked."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.product import ROOT

SITE = "web worker mail-worker beat"


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """The folder of a `docker` that fails when it runs the command that FAILS names."""
    script = f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\ncase "$*" in *"$FAILS"*) exit 1 ;; esac\n'
    (tmp_path / "docker").write_text(script)
    (tmp_path / "docker").chmod(0o755)
    return tmp_path


def upgrade(docker: Path, *arguments: str, fails: str) -> tuple[int, list[str]]:
    """Return the exit code and the calls of `docker compose`."""
    environment = {**os.environ, "PATH": f"{docker}:{os.environ['PATH']}", "FAILS": fails}
    done = subprocess.run(
        [str(ROOT / "deploy" / "upgrade"), *arguments], env=environment, capture_output=True, check=False, timeout=120
    )
    return done.returncode, [call.removeprefix("compose ") for call in (docker / "calls").read_text().splitlines()]


def test_the_site_is_stopped_while_the_database_is_upgraded(docker: Path) -> None:
    assert upgrade(docker, "--without-verify", fails="nothing of this") == (
        0,
        [
            "build",
            f"stop {SITE}",
            "run --rm --no-deps migrate python manage.py upgrade --without-verify",
            "up -d",
        ],
    )


def test_the_previous_release_serves_again_after_a_failure(docker: Path) -> None:
    code, calls = upgrade(docker, fails="manage.py upgrade")
    assert code == 1
    assert calls[-1] == f"start {SITE}"


def test_an_image_that_cannot_be_built_stops_nothing(docker: Path) -> None:
    assert upgrade(docker, fails="build") == (1, ["build"])
