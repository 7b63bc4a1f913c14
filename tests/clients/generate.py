"""Generate clients from an OpenAPI document with the options of generators/*.yaml.

python -m tests.clients.generate FOLDER [LANGUAGE ...]    generates into FOLDER/LANGUAGE
"""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.clients import tools

DOCUMENT = tools.ROOT / "docs" / "openapi.yaml"
GENERATORS = tools.HERE / "generators"
LANGUAGES = tuple(sorted(path.stem for path in GENERATORS.glob("*.yaml")))
# Only what is compiled.
LEFT_OUT = dict.fromkeys(("apiDocs", "modelDocs", "apiTests", "modelTests"), False)
SUFFIXES = {"python": "py", "typescript": "ts", "kotlin": "kt", "swift": "swift", "dart": "dart"}


def _configuration(language: str, document: Path, folder: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    configuration: dict[str, Any] = yaml.safe_load((GENERATORS / f"{language}.yaml").read_text(encoding="utf-8"))
    if "templateDir" in configuration:
        configuration["templateDir"] = str(GENERATORS / configuration["templateDir"])
    return {
        **configuration,
        "inputSpec": str(document),
        "outputDir": str(folder / language),
        "globalProperties": LEFT_OUT,
        "additionalProperties": {**configuration["additionalProperties"], **options},
    }


def generate(document: Path, folder: Path, *languages: str, options: Mapping[str, Any] | None = None) -> Path:
    """Generate clients in one run of the generator, which takes most of its time to start. Raises ToolError if it fails.

    `options` are used instead of those of the same name.
    """
    configurations = folder / "generators"
    configurations.mkdir(parents=True)
    for language in languages or LANGUAGES:
        configuration = _configuration(language, document, folder, options or {})
        (configurations / f"{language}.yaml").write_text(yaml.safe_dump(configuration))
    tools.run(
        tools.java(),
        # The run is too short for the second compiler to pay off.
        "-XX:TieredStopAtLevel=1",
        "-jar",
        tools.generator_jar(),
        "batch",
        "--fail-fast",
        *sorted(configurations.glob("*.yaml")),
        folder=folder,
    )
    return folder


@cache
def sources(folder: Path, language: str) -> dict[str, str]:
    """Return the text of each generated source file of a language, by its path."""
    root = folder / language
    files = sorted(root.rglob(f"*.{SUFFIXES[language]}"))
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}


if __name__ == "__main__":
    tools.install()
    made = generate(DOCUMENT, Path(sys.argv[1]).resolve(), *sys.argv[2:])
    sys.stdout.write(f"{made}\n")
