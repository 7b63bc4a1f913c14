"""Clients generated from docs/openapi.yaml, and the product that they talk to."""

import shutil
from pathlib import Path

import pytest

from tests.clients import compiling, generate
from tests.product import Product, made_once, shared_folder

# By the apps that take the whole way.
STUDENTS = tuple(
    f"{language}-{server}@example.com" for language in ("python", "typescript") for server in ("now", "later")
)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a client in each language."""

    def make(folder: Path) -> None:
        generate.generate(generate.DOCUMENT, folder)

    return made_once(shared_folder(tmp_path_factory), "generated", make)


@pytest.fixture(scope="session")
def built_typescript(tmp_path_factory: pytest.TempPathFactory, generated: Path) -> Path:
    """The TypeScript client and its app as JavaScript."""

    def make(folder: Path) -> None:
        shutil.copytree(generated / "typescript", folder / "typescript")
        compiling.typescript(folder)

    return made_once(shared_folder(tmp_path_factory), "built-typescript", make) / "built"


@pytest.fixture(scope="session")
def site(running_product: Product) -> Product:
    """The product with a quiz of every kind and students of it."""
    made = f"from tests.clients import course; course.make(*{STUDENTS!r})"
    running_product.manage("shell", "--no-imports", "-c", made)
    return running_product
