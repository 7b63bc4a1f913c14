"""The documents name modules, files, links and commands that exist."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = "|".join([*PROJECT["tool"]["importlinter"]["root_packages"], "tests", "bench"])
DOTTED_NAME = re.compile(rf"(?:{PACKAGES})(?:\.[A-Za-z_]\w*)+")
FILE_PATH = re.compile(rf"(?:{PACKAGES}|docs|templates|static|locale|requirements|deploy|content|\.ci)(?:/[\w.*-]+)*/?")
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MANAGE_COMMAND = re.compile(r"\./run manage ([a-z_]+)")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def read_without_listings(document: Path) -> str:
    return re.sub(r"^ *```.*?^ *```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def code_words(document: Path) -> set[str]:
    """Return the words in backticks, without the arguments of calls and the names of tests after `::`."""
    code = INLINE_CODE.findall(read_without_listings(document))
    words = {word for span in code for word in span.split()}
    return {re.split(r"[(:]", word.rstrip(".,;"))[0] for word in words}


def find_module(name: str) -> Path | None:
    """Return the source of a module, the folder of a package without `__init__.py`, or None."""
    path = ROOT.joinpath(*name.split("."))
    candidates = [path / "__init__.py", path.with_suffix(".py"), path]
    return next((candidate for candidate in candidates if candidate.is_file() or candidate.is_dir()), None)


def names_bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement defines, assigns or imports, also under `if` and `try`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from names_bound_by(child)


@cache
def module_attributes(source: Path) -> frozenset[str]:
    if source.is_dir():
        return frozenset()
    return frozenset(names_bound_by(ast.parse(source.read_text(encoding="utf-8"))))


def is_importable(name: str) -> bool:
    """Decide whether a dotted name is a module, or an attribute of its longest prefix that is a module."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        source = find_module(".".join(parts[:length]))
        if source:
            return length == len(parts) or parts[length] in module_attributes(source)
    return False


def test_dotted_names_are_modules_or_their_attributes(document: Path) -> None:
    names = {word for word in code_words(document) if DOTTED_NAME.fullmatch(word)}
    assert [name for name in sorted(names) if not is_importable(name)] == []


def test_paths_of_files_exist(document: Path) -> None:
    paths = {word for word in code_words(document) if "/" in word and FILE_PATH.fullmatch(word)}
    assert [path for path in sorted(paths) if not any(ROOT.glob(path.rstrip("/")))] == []


def test_relative_links_lead_to_files(document: Path) -> None:
    prose = INLINE_CODE.sub("", read_without_listings(document))
    targets = {target for target in LINK.findall(prose) if ":" not in target}
    assert [target for target in sorted(targets) if not (document.parent / target).exists()] == []


def test_management_commands_exist(document: Path) -> None:
    commands = set(MANAGE_COMMAND.findall(document.read_text(encoding="utf-8")))
    assert commands - set(get_commands()) == set()


@pytest.mark.parametrize(
    "name", ["quizzes.taking.submit", "courses.models.GradeItem", "courses.gradebook.ItemGrade.percent"]
)
def test_a_name_that_exists_is_found(name: str) -> None:
    assert is_importable(name)


@pytest.mark.parametrize(
    "name", ["courses.gradebook.missing", "quizzes.missing.submit", "quizzes.taking.submit.missing"]
)
def test_a_name_that_does_not_exist_is_not_found(name: str) -> None:
    assert not is_importable(name)
