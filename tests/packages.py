"""Install pinned packages of PyPI and npm for some tests, into a folder of the work tree that git ignores.

They are not in the product's environment, so the product's packages do not grow.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class ToolError(Exception):
    """A tool has refused what it was given. The text is what it printed."""


def run(*words: str | Path, folder: Path, env: Mapping[str, str], given: str = "") -> str:
    """Run one tool and return what it printed. Raises ToolError with all of it if the tool fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, env=env, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolError(f"{Path(words[0]).name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Packages:
    """The packages of `requirements/<name>.txt`, Node and npm among them, and of package-lock.json in the folder `manifests`."""

    name: str
    manifests: Path

    @property
    def requirements(self) -> Path:
        return ROOT / "requirements" / f"{self.name}.txt"

    @property
    def folder(self) -> Path:
        return ROOT / ".cache" / self.name

    @property
    def environment(self) -> Path:
        return self.folder / "venv"

    @property
    def modules(self) -> Path:
        return self.folder / "node_modules"

    @property
    def _stamp(self) -> Path:
        """Written last. Contains the digest of the pins that are installed."""
        return self.folder / "installed"

    def program(self, name: str) -> Path:
        """Return the path of a program of PyPI's packages: python, node, npm."""
        return self.environment / "bin" / name

    def _locks(self) -> list[Path]:
        return [self.manifests / "package.json", self.manifests / "package-lock.json"]

    def digest(self) -> str:
        """Return what tells one set of pinned packages, and the Python that they run in, from another."""
        found = hashlib.sha256(sys.version.encode())
        for path in (self.requirements, *self._locks()):
            found.update(path.read_bytes())
        return found.hexdigest()

    def are_installed(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self.digest()

    def install(self, what: str) -> None:
        """Install the packages, unless they are there as pinned. Several processes may call it at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.are_installed():
                return
            sys.stderr.write(f"Installing {what} …\n")
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            self._install_from_pypi()
            for path in self._locks():
                shutil.copy(path, self.folder)
            # Without the packages' own scripts: none of those that are used needs one, and some would download more.
            env = {**os.environ, "PATH": f"{self.environment / 'bin'}:{os.environ.get('PATH', os.defpath)}"}
            npm = (self.program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            run(*npm, folder=self.folder, env=env)
            self._stamp.write_text(self.digest())

    def _install_from_pypi(self) -> None:
        """Install by uv if the product's environment has it, which takes a third of the time of pip."""
        uv = Path(sys.executable).parent / "uv"
        wanted = ("--require-hashes", "-r", self.requirements)
        if uv.is_file():
            ours = {"UV_SYSTEM_CERTS": "1", "UV_HTTP_TIMEOUT": "60", **os.environ}
            run(uv, "venv", "--quiet", "--python", sys.executable, self.environment, folder=self.folder, env=ours)
            python = ("--python", self.program("python"))
            run(uv, "pip", "install", *python, "--no-build", *wanted, folder=self.folder, env=ours)
            return
        run(sys.executable, "-m", "venv", self.environment, folder=self.folder, env=os.environ)
        pip = (self.program("python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
        run(*pip, "install", "--quiet", "--only-binary", ":all:", *wanted, folder=self.folder, env=os.environ)
