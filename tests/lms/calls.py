"""Find out from source text which functions a function calls. Nothing is imported or run."""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

# Functions between a caller and the domain function that belong to the caller, such as a form or a part of a long view.
HELPERS = 3


@dataclass(frozen=True)
class Sources:
    """Which functions call which, by the source text of the modules. `read` returns a module, or None if there is none."""

    read: Callable[[str], ast.Module | None]

    def find_calls(self, caller: str, through: Collection[str] = (), closed: Collection[str] = ()) -> set[str]:
        """The functions that `caller` calls, also by helpers of its own package and by the functions of `through`.

        What the modules `closed` call is not counted: they are the rules, and belong to no caller.
        """
        package = self._package(caller)
        found: set[str] = set()
        waiting = {caller}
        for _ in range(1 + HELPERS):
            called = set().union(*(self._calls_of(name) for name in waiting)) - found
            found |= called
            waiting = {name for name in called if name in through or self._is_helper(name, package, closed)}
        return found

    def _is_helper(self, name: str, package: str, closed: Collection[str]) -> bool:
        return self._package(name) == package and self._split(name)[0] not in closed

    def find(self, name: str) -> ast.AST | None:
        """The function or class with this dotted name, where it is defined."""
        module, inside = self._split(name)
        node: ast.AST | None = self.read(module) if inside else None
        for part in inside:
            node = next((each for each in getattr(node, "body", ()) if getattr(each, "name", "") == part), None)
        return node

    def _split(self, name: str) -> tuple[str, list[str]]:
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            if self.read(".".join(parts[:length])) is not None:
                return ".".join(parts[:length]), parts[length:]
        return "", []

    def _package(self, name: str) -> str:
        return self._split(name)[0].rpartition(".")[0]

    def _calls_of(self, name: str) -> set[str]:
        """What the body of a function, or of all methods of a class, calls. A decorator is called, too."""
        node = self.find(name)
        if node is None:
            return set()
        module, inside = self._split(name)
        names = self._names(module)
        owner = name if isinstance(node, ast.ClassDef) else name.rpartition(".")[0]
        names |= dict.fromkeys(("self", "cls"), owner) if len(inside) > 1 or owner == name else {}
        # `mark = mark_done if given else mark_undone`, and then `mark()`.
        values = {
            target.id: each.value
            for each in ast.walk(node)
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        called: set[str] = set()
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                given = each.args[:1] if isinstance(each.func, ast.Name) and each.func.id == "partial" else [each.func]
                called |= {found for expression in given for found in _resolve(expression, names, values)}
        for decorator in getattr(node, "decorator_list", ()):
            called |= set(_resolve(decorator, names, {}))
        return called

    def _names(self, module: str) -> dict[str, str]:
        """What the names of a module stand for."""
        tree = self.read(module)
        assert tree is not None
        names = {
            each.name: f"{module}.{each.name}" for each in tree.body if isinstance(each, ast.FunctionDef | ast.ClassDef)
        }
        for each in ast.walk(tree):
            if isinstance(each, ast.ImportFrom):
                names |= {alias.asname or alias.name: f"{each.module}.{alias.name}" for alias in each.names}
            elif isinstance(each, ast.Import):
                names |= {alias.asname: alias.name for alias in each.names if alias.asname}
        return names


def _resolve(expression: ast.expr, names: Mapping[str, str], values: Mapping[str, ast.expr]) -> Iterator[str]:
    """The dotted names of the functions that `expression` may be."""
    if isinstance(expression, ast.IfExp):
        yield from _resolve(expression.body, names, values)
        yield from _resolve(expression.orelse, names, values)
    elif isinstance(expression, ast.Attribute):
        yield from (f"{owner}.{expression.attr}" for owner in _resolve(expression.value, names, {}))
    elif isinstance(expression, ast.Name) and expression.id in values:
        yield from _resolve(values[expression.id], names, {})
    elif isinstance(expression, ast.Name) and expression.id in names:
        yield names[expression.id]


@cache
def read_module(name: str) -> ast.Module | None:
    """The module of the project with this dotted name, parsed. None if there is none."""
    place = Path(settings.BASE_DIR, *name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return ast.parse(path.read_text(encoding="utf-8"))
    return None
