"""The generated clients compile, each with the strictest checks that its generator's code passes."""

from pathlib import Path

import pytest

from tests.clients import compiling, generate

pytestmark = pytest.mark.clients


def test_the_typescript_client_compiles_strictly(built_typescript: Path) -> None:
    assert (built_typescript / "whole_way.js").is_file()


def test_the_types_of_openapi_typescript_compile_with_every_check(tmp_path: Path) -> None:
    compiling.typescript_types(generate.DOCUMENT, tmp_path)


def test_the_python_client_passes_mypy_and_its_app_passes_it_strictly(generated: Path) -> None:
    compiling.python(generated)


def test_the_kotlin_client_compiles(generated: Path, tmp_path: Path) -> None:
    compiling.kotlin(generated / "kotlin", tmp_path)
