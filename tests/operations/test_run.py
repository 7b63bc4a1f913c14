"""`./run` on a machine where something is missing: it fails with one line that says what."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.product import ROOT

# The programs that `run` may use besides Python.
TOOLS = ("sh", "cat", "cksum", "dirname", "env", "find", "mktemp", "rm", "sed")
NOWHERE = "http://127.0.0.1:1/simple"


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout without an environment, readable by other users, unlike pytest's own folders."""
    folder = Path(tempfile.mkdtemp(prefix="baeum-door-"))
    folder.chmod(0o755)
    shutil.copy(ROOT / "run", folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    (folder / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (folder / "bin" / tool).symlink_to(found)
    yield folder
    shutil.rmtree(folder)


def offer_python(checkout: Path, script: str) -> None:
    """Put a `python3` on the checkout's PATH that does what `script` says; $PYTHON is a real one."""
    wrapper = checkout / "bin" / "python3"
    wrapper.write_text(f"#!/bin/sh\nPYTHON={sys.executable}\n{script}\n")
    wrapper.chmod(0o755)


def run_command(checkout: Path, *arguments: str, user: int | None = None, **environment: str) -> list[str]:
    """Run `./run`, which must fail. Return the lines it printed, without progress lines."""
    done = subprocess.run(
        [str(checkout / "run"), *arguments],
        env={"PATH": str(checkout / "bin"), "HOME": str(checkout), "LANG": "C.UTF-8", **environment},
        cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300, user=user,
    )  # fmt: skip
    assert done.returncode not in (0, None)
    assert done.stdout == ""
    return [line for line in done.stderr.splitlines() if not line.endswith("…")]


def test_a_missing_python_is_reported(checkout: Path) -> None:
    [line] = run_command(checkout)
    assert line.startswith("Baeum needs Python 3.11 or newer")


def test_an_old_python_is_reported(checkout: Path) -> None:
    offer_python(checkout, 'case "$*" in *version_info*) exit 1 ;; *) exec "$PYTHON" "$@" ;; esac')
    [line] = run_command(checkout)
    assert line.startswith("Baeum needs Python 3.11 or newer")


def test_a_missing_venv_module_is_reported(checkout: Path) -> None:
    offer_python(checkout, 'case "$*" in *"import venv"*) exit 1 ;; *) exec "$PYTHON" "$@" ;; esac')
    [line] = run_command(checkout)
    assert "has no venv module" in line
    assert not (checkout / ".venv").exists()


def test_a_read_only_folder_is_reported(checkout: Path) -> None:
    offer_python(checkout, 'exec "$PYTHON" "$@"')
    checkout.chmod(0o555)
    [line] = run_command(checkout, user=_nobody(checkout))
    assert line.startswith("Cannot write to ")


def _nobody(checkout: Path) -> int | None:
    """Return the id of another user if the tests run as root, who may write everywhere; offer a Python that this user may run."""
    if os.geteuid() != 0:
        return None
    offer_python(checkout, 'case "$*" in *version_info*) exit 0 ;; *) exit 1 ;; esac')
    return 65534


@pytest.mark.processes
def test_an_unreachable_package_registry_is_reported(checkout: Path) -> None:
    offer_python(checkout, 'exec "$PYTHON" "$@"')
    nowhere: dict[str, Any] = {
        "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": NOWHERE,
        "UV_NO_CONFIG": "1", "UV_DEFAULT_INDEX": NOWHERE, "UV_NO_CACHE": "1",
    }  # fmt: skip
    [line] = run_command(checkout, **nowhere)
    assert "the package registry cannot be reached" in line
    assert "Connection refused" in (checkout / ".venv/install.log").read_text()
    # The next run does not take the incomplete environment for a complete one.
    assert not list((checkout / ".venv").glob("baeum-*"))


def test_an_unknown_command_is_reported(checkout: Path) -> None:
    [line] = run_command(checkout, "serve")
    assert line == "./run serve: there is no such command. ./run help lists them."


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose environment is complete. Its Python writes the arguments of each call into the file `calls`."""
    bin_folder = checkout / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    names = ("base", "test", "dev", "uv")
    pins = b"".join((checkout / "requirements" / f"{name}.txt").read_bytes() for name in names)
    stamp = subprocess.run(["cksum"], input=pins, capture_output=True, check=True).stdout
    (checkout / ".venv" / "baeum-base").write_bytes(stamp)
    python = bin_folder / "python"
    python.write_text(
        f'#!/bin/sh\necho "$*" >> {checkout}/calls\ncase "$*" in *--repair) exit ${{REPAIR:-0}} ;; esac\n'
    )
    python.chmod(0o755)
    return checkout


def calls_of(checkout: Path, *arguments: str, **environment: str) -> list[str]:
    """Run `./run`. Return the calls of `manage.py`."""
    environment = {"PATH": str(checkout / "bin"), "BAEUM_HOME": str(checkout / "home"), **environment}
    subprocess.run([str(checkout / "run"), *arguments], env=environment, cwd="/", check=False, timeout=60)
    calls = (checkout / "calls").read_text().splitlines()
    return [call.removeprefix("manage.py ") for call in calls if call.startswith("manage.py ")]


def test_a_start_repairs_an_upgrade_that_was_killed(installed: Path) -> None:
    assert calls_of(installed) == ["up"]
    (installed / "calls").unlink()
    (installed / "home").mkdir()
    (installed / "home" / "upgrade.json").write_text("{}")
    assert calls_of(installed) == ["upgrade --repair", "up"]


def test_a_repair_that_fails_starts_nothing(installed: Path) -> None:
    (installed / "home").mkdir()
    (installed / "home" / "upgrade.json").write_text("{}")
    assert calls_of(installed, REPAIR="1") == ["upgrade --repair"]


def test_an_upgrade_gets_its_arguments(installed: Path) -> None:
    assert calls_of(installed, "upgrade", "--without-verify") == ["upgrade --without-verify"]
