"""Apply the simple rules of an SVG's style sheets: selectors of elements, classes and ids, also below one another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from common.markup.plain_xml import Node
from common.uploads.svg.reading import too_detailed

# A style sheet of a drawing program has some dozens of rules.
MAX_RULES = 1_000
# Comparisons of an element, or one of its ancestors, with a rule: about a second.
MAX_COMPARISONS = 3_000_000
_COMPOUND = re.compile(r"([a-zA-Z][\w-]*|\*)?((?:[.#][\w-]+)*)\Z")
_BRACE = re.compile(r"[{}]")
Declarations = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Simple:
    """One step of a selector: g.node#a."""

    element: str
    classes: frozenset[str]
    id: str

    def fits(self, node: Node) -> bool:
        return (
            self.element in ("", "*", node.name)
            and self.id in ("", node.attributes.get("id", ""))
            and self.classes <= set(node.attributes.get("class", "").split())
        )


@dataclass(slots=True)
class StyleSheet:
    """Rules by the last step of their selectors, so that an element is compared with few of them. `is_whole`: all were read."""

    is_whole: bool = True
    _rules: dict[str, list[tuple[tuple[int, ...], list[_Simple], Declarations]]] = field(default_factory=dict)
    _count: int = 0
    _compared: int = 0

    def add(self, text: str) -> None:
        """Read the content of one <style>."""
        for prelude, body in _blocks(_without_comments(text)):
            if prelude.startswith("@"):
                # A font: the page has its own. The rest is for other screens.
                self.is_whole = self.is_whole and prelude.startswith("@font-face")
                continue
            declared = declarations(body)
            for selector in prelude.split(","):
                self._add_rule(selector, declared)

    def _add_rule(self, selector: str, declared: Declarations) -> None:
        steps = []
        for word in selector.replace(">", " ").split():
            found = _COMPOUND.match(word)
            if not found:
                self.is_whole = False
                return
            names = re.findall(r"[.#][\w-]+", found[2])
            classes = frozenset(name[1:] for name in names if name[0] == ".")
            steps.append(_Simple(found[1] or "", classes, next((name[1:] for name in names if name[0] == "#"), "")))
        self._count += 1
        if not steps or self._count > MAX_RULES:
            self.is_whole = self.is_whole and not steps
            return
        weight = (
            sum(bool(step.id) for step in steps),
            sum(len(step.classes) for step in steps),
            sum(step.element not in ("", "*") for step in steps),
            self._count,
        )
        last = steps[-1]
        key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.element or "*"
        self._rules.setdefault(key, []).append((weight, steps, declared))

    def find(self, node: Node, ancestors: Sequence[Node]) -> Declarations:
        """Return what the rules declare for an element, the strongest last. `ancestors` begins with the root.

        A rule for every element (*) is taken for the root only: what such rules set is inherited.
        """
        keys = [node.name, f"#{node.attributes.get('id', '')}"]
        keys += [f".{name}" for name in set(node.attributes.get("class", "").split())]
        asked = keys if ancestors else [*keys, "*"]
        self._compared += sum(len(self._rules.get(key, ())) for key in asked) * (1 + len(ancestors))
        if self._compared > MAX_COMPARISONS:
            raise too_detailed()
        found = [
            (weight, declared)
            for key in asked
            for weight, steps, declared in self._rules.get(key, ())
            if steps[-1].fits(node) and _fit(steps[:-1], ancestors)
        ]
        found.sort(key=lambda rule: rule[0])
        return [declaration for _weight, declared in found for declaration in declared]


def _fit(steps: Sequence[_Simple], ancestors: Sequence[Node]) -> bool:
    """Return whether the ancestors have these steps in their order, with any number of others in between."""
    waiting = list(steps)
    for node in reversed(ancestors):
        if waiting and waiting[-1].fits(node):
            waiting.pop()
    return not waiting


def declarations(text: str) -> Declarations:
    """Return [(property, value)] of the content of a rule or of a style attribute."""
    pairs = (part.partition(":") for part in text.split(";"))
    return [
        (name.strip().lower(), value.replace("!important", "").strip()) for name, colon, value in pairs if colon.strip()
    ]


def _without_comments(text: str) -> str:
    # A pattern would look for the end of each comment again, in a file of nothing but beginnings.
    parts, position = [], 0
    while (opening := text.find("/*", position)) >= 0:
        parts.append(text[position:opening])
        closing = text.find("*/", opening + 2)
        position = closing + 2 if closing >= 0 else len(text)
    return "".join([*parts, text[position:]])


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield (prelude, body) of each rule. A block inside a block belongs to the body."""
    start = 0
    while (opening := text.find("{", start)) >= 0:
        depth, end = 1, opening + 1
        while depth and end < len(text):
            brace = _BRACE.search(text, end)
            if brace is None:
                return
            end = brace.end()
            depth += 1 if brace[0] == "{" else -1
        # Before a rule there may be an @import, which ends with a semicolon.
        yield text[start:opening].rpartition(";")[2].strip(), text[opening + 1 : end - 1]
        start = end
