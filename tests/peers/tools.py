"""Install and find the pinned packages of other systems that read questions and notes.

    python -m tests.peers.tools    installs what is missing, and prints the folder

text2qti, moodle-xml-parser, citolab-qti-convert, anki and Node are packages of PyPI (requirements/peers.txt), gift-pegjs and
@citolab/qti-components packages of npm (package-lock.json beside this file). `tests.packages` installs them.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests import packages

HERE = Path(__file__).resolve().parent
PACKAGES = packages.Packages("peers", HERE)
MISSING = "needs Node and the packages of other systems (./run test tests/peers installs them)"


def are_installed() -> bool:
    return PACKAGES.are_installed()


def ask(program: str, script: str, given: Any) -> Any:
    """Run a script of this folder with JSON as its input, and return the JSON that it prints."""
    words = (PACKAGES.program(program), HERE / script)
    # Node finds the packages by the folder of the script, unless it is told.
    path = {**os.environ, "NODE_PATH": str(PACKAGES.modules)}
    return json.loads(packages.run(*words, folder=PACKAGES.folder, env=path, given=json.dumps(given)))


if __name__ == "__main__":
    PACKAGES.install("the packages of other systems that read questions")
    sys.stdout.write(f"{PACKAGES.folder}\n")
