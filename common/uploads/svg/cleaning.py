"""Rebuild the drawing of a drawing program as a figure of the course format.

What a figure may have is decided by `common.markup.figure_rules`; the result is read by `common.markup.figures` again, as any
figure of a course is. So a mistake here can spoil a drawing, but cannot let anything into a page.
"""

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from common.markup import figure_rules, figures
from common.markup.plain_xml import Node
from common.uploads.refusals import PictureRefused
from common.uploads.svg import labels, reading, values
from common.uploads.svg.notes import Notes
from common.uploads.svg.style_sheets import StyleSheet, declarations
from common.uploads.svg.writing import write

_SHAPES = frozenset(["path", "line", "polyline", "polygon", "rect", "circle", "ellipse"])
_PARTS = {
    "fill": ("linearGradient", "radialGradient"),
    "stroke": ("linearGradient", "radialGradient"),
    "clip-path": ("clipPath",),
    **dict.fromkeys(["marker-start", "marker-mid", "marker-end"], ("marker",)),
}
# Whoever refers to a gradient may take its colours, and these attributes, from another one.
_GRADIENTS = ("linearGradient", "radialGradient")
_TITLE_LENGTH = 100
# Characters that an XML file cannot have, for example from a text that was pasted.
_NOT_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
# Instances of groups of instances are looked at again and again, even if nothing in them is drawn.
MAX_WIDTH = 1_600
MAX_STEPS = 50_000
# Levels of instances of instances.
MAX_INSTANCES = 10


def clean(content: bytes, *, name: str, alt: str) -> tuple[bytes, list[str]]:
    """Return the SVG of a figure, and sentences about what was removed. Raises PictureRefused if nothing can be shown."""
    notes = Notes()
    root = reading.read(content, notes)
    cleaner = _Cleaner(root, f"{name}-", notes)
    cleaned = cleaner.clean(_NOT_XML.sub(" ", alt).strip())
    result = write(cleaned).encode()
    found = figures.read(result, name=name)
    if len(result) > figures.MAX_BYTES:
        raise reading.too_detailed()
    if found.problems:
        message = _("This drawing cannot be made into a figure: %(problem)s Export it as PNG and upload that.")
        raise PictureRefused(message % {"problem": found.problems[0][1]})
    return result, notes.sentences()


class _Cleaner:
    def __init__(self, root: Node, prefix: str, notes: Notes) -> None:
        self.root = root
        self.prefix = prefix
        self.notes = notes
        nodes = list(root.walk())
        self.by_id = {node.attributes["id"]: node for node in reversed(nodes) if node.attributes.get("id")}
        self.is_themed = any(_theme_classes(node) for node in nodes)
        self.rules = figure_rules.THEMED if self.is_themed else figure_rules.ON_PAPER
        self.sheet = StyleSheet()
        for node in root.all("style"):
            self.sheet.add(node.text())
        # Old ids of the gradients, clips and markers that are used, with their new ids. `waiting` are still to be written.
        self.parts: dict[str, str] = {}
        self.waiting: list[str] = []
        self.inside_part = False
        self.instances: list[str] = []
        self.count = 0
        self.steps = 0

    def clean(self, alt: str) -> Node:
        title, description = self.root.text("title").strip(), self.root.text("desc").strip()
        drawn = [node for child in self.root.elements() for node in self.build(child, [self.root])]
        if not any(node.name in _SHAPES or node.name == "text" for top in drawn for node in top.walk()):
            raise PictureRefused(
                _("Nothing in this SVG can be shown: it has no shapes and no text. Export it as PNG and upload that.")
            )
        names = {"title": f"{self.prefix}title", "desc": f"{self.prefix}desc"}
        attributes = self.attributes(self.root, []) | {
            "viewBox": self.view_box(),
            "role": "img",
            "aria-labelledby": " ".join(names.values()),
        }
        attributes = {name: value for name, value in attributes.items() if name not in ("width", "height", "transform")}
        if not self.is_themed:
            attributes = {"class": figure_rules.PAPER, "width": self.width(attributes["viewBox"])} | attributes
        texts = [
            Node("title", {"id": names["title"]}, [title or _short(alt)]),
            Node("desc", {"id": names["desc"]}, [description or alt]),
        ]
        parts = list(self.build_parts())
        if not self.sheet.is_whole:
            self.notes.add("style")
        definitions = [Node("defs", {}, [*parts])] if parts else []
        return Node("svg", attributes, [*texts, *definitions, *drawn])

    def view_box(self) -> str:
        given = self.root.attributes
        written = (values.literal("viewBox", given.get("viewBox", "")) or "").replace(",", " ").split()
        try:
            numbers = [float(number) for number in written]
        except ValueError:
            numbers = []
        if len(numbers) != 4:
            numbers = [0, 0, *(values.pixels(given.get(name, "")) or 0 for name in ("width", "height"))]
        if not all(0 < size < 1e6 for size in numbers[2:]):
            raise PictureRefused(_("This SVG does not say how large it is. Export it again with its size."))
        return " ".join(values.number(number) for number in numbers)

    def width(self, view_box: str) -> str:
        """Return the width in pixels at which the drawing is shown where there is room."""
        declared = values.pixels(self.root.attributes.get("width", "")) or 0
        wanted = declared if declared > 0 else float(view_box.split()[2])
        return values.number(min(max(round(wanted), 1), MAX_WIDTH))

    # --- elements ----------------------------------------------------------------------------------------------

    def build(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        """Return what an element becomes: nothing, itself, or several elements."""
        self.count_step()
        builders = {
            **dict.fromkeys(_SHAPES, self.build_shape),
            **dict.fromkeys(["g", "a", "svg"], self.build_group),
            "text": self.build_text,
            "use": self.build_instance,
            "switch": self.build_first,
            "foreignObject": self.build_label,
        }
        builder = builders.get(node.name)
        # Definitions are written where they are used; titles inside are for the mouse only.
        return builder(node, ancestors) if builder else []

    def count_step(self) -> None:
        """Count an element that is looked at, whether or not it is drawn."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise reading.too_detailed()

    def build_first(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        """Return the first child of a <switch>, as browsers show it. The others are for programs that cannot show it."""
        first = next(node.elements(), None)
        return self.build(first, [*ancestors, node]) if first else []

    def build_label(self, node: Node, _ancestors: Sequence[Node]) -> list[Node]:
        self.notes.add("text")
        # A drawing with the classes of the theme has no sizes and colours of its own.
        return [
            self.counted(Node(made.name, {k: v for k, v in made.attributes.items() if k in allowed}, made.children))
            for made in labels.texts(node)
            for allowed in [self.rules.attributes[made.name]]
        ]

    def counted(self, node: Node) -> Node:
        self.count += 1
        if self.count > figures.MAX_ELEMENTS:
            raise reading.too_detailed()
        return node

    def build_shape(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        if self.is_hidden(node, ancestors):
            return []
        attributes = self.attributes(node, ancestors)
        if attributes.get("fill") == attributes.get("stroke") == "none":
            return []
        return [self.counted(Node(node.name, attributes))]

    def build_group(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        if self.is_hidden(node, ancestors):
            self.notes.add("hidden")
            return []
        if node.name == "a":
            self.notes.add("link")
        inside = [built for child in node.elements() for built in self.build(child, [*ancestors, node])]
        attributes = self.attributes(Node("g", node.attributes), ancestors)
        if node.name == "svg":
            moved = self.transform_of(node)
            attributes = {name: value for name, value in attributes.items() if name != "transform"}
            attributes |= {"transform": moved} if moved else {}
        return _grouped(attributes, inside, self)

    def transform_of(self, node: Node) -> str:
        """Return the transform of an <svg> inside the drawing: its place, and the scale of its own viewBox."""
        x, y = (values.pixels(node.attributes.get(name, "0")) or 0 for name in ("x", "y"))
        moved = f"translate({values.number(x)},{values.number(y)})" if x or y else ""
        box = node.attributes.get("viewBox", "").replace(",", " ").split()
        width, height = (values.pixels(node.attributes.get(name, "")) for name in ("width", "height"))
        try:
            left, top, own_width, own_height = (float(number) for number in box)
            scale = min(width / own_width, height / own_height) if width and height else 1
        except (ValueError, ZeroDivisionError):
            return moved
        return f"{moved}scale({values.number(scale)})translate({values.number(-left)},{values.number(-top)})"

    def build_instance(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        """Return a copy of what a <use> shows. A figure has no <use>: ten of ten of ten would be a thousand."""
        target = node.attributes.get("href", "")
        original = self.by_id.get(target[1:]) if target.startswith("#") else None
        if not target.startswith("#"):
            self.notes.add("outside")
        is_inside = target in self.instances or any(original is ancestor for ancestor in ancestors)
        if original is None or is_inside or self.is_hidden(node, ancestors):
            return []
        if len(self.instances) >= MAX_INSTANCES:
            raise reading.too_detailed()
        self.instances.append(target)
        if original.name == "symbol":
            inside = [built for child in original.elements() for built in self.build(child, [*ancestors, node])]
        else:
            inside = self.build(original, [*ancestors, node])
        self.instances.pop()
        attributes = self.attributes(Node("g", node.attributes), ancestors)
        x, y = (values.pixels(node.attributes.get(name, "0")) or 0 for name in ("x", "y"))
        if x or y:
            moved = f"translate({values.number(x)},{values.number(y)})"
            attributes["transform"] = f"{attributes.get('transform', '')} {moved}".strip()
        if len(inside) == 1 and not {"clip-path", "opacity"} & set(attributes):
            # One element of its own less, for each letter that a chart draws as an instance of a shape.
            only = inside[0]
            moves = [part.attributes.get("transform", "") for part in (Node("g", attributes), only)]
            only.attributes = attributes | only.attributes
            if any(moves):
                only.attributes["transform"] = " ".join(filter(None, moves))
            return inside
        return _grouped(attributes, inside, self)

    def build_text(self, node: Node, ancestors: Sequence[Node]) -> list[Node]:
        self.count_step()
        if self.is_hidden(node, ancestors):
            return []
        children = list(self.build_words(node, [*ancestors, node]))
        if not any(isinstance(child, Node) or child.strip() for child in children):
            return []
        return [self.counted(Node(node.name, self.attributes(node, ancestors), children))]

    def build_words(self, node: Node, ancestors: Sequence[Node]) -> Iterator[Node | str]:
        for child in node.children:
            if isinstance(child, str):
                words = " ".join(child.split())
                if words:
                    yield f"{' ' * child[0].isspace()}{words}{' ' * child[-1].isspace()}"
            elif child.name == "a":
                self.notes.add("link")
                yield from self.build_words(child, [*ancestors, child])
            elif child.name in ("tspan", "textPath"):
                yield from self.build_text(Node("tspan", child.attributes, child.children), ancestors)

    # --- attributes --------------------------------------------------------------------------------------------

    def attributes(self, node: Node, ancestors: Sequence[Node]) -> dict[str, str]:
        """Return the attributes of an element that a figure may have. Styles become attributes."""
        allowed = self.rules.attributes[node.name] - {"id", "class", "lang"}
        classes = _theme_classes(node)
        result = {"class": " ".join(classes)} if classes else {}
        styled = [*self.sheet.find(node, ancestors), *declarations(node.attributes.get("style", ""))]
        if any(name == "font-family" for name in [*node.attributes, *dict(styled)]):
            self.notes.add("fonts")
        if self.is_themed and ({"fill", "stroke"} & set(node.attributes) or styled):
            self.notes.add("colours")
        written = [(name, value) for name, value in node.attributes.items() if name not in ("style", "class", "id")]
        for given, value in [*written, *styled]:
            name = "dominant-baseline" if given == "alignment-baseline" else given
            result |= {
                part: literal
                for part, written_part in _parts_of(name, value)
                if part in allowed and (literal := self.value(part, written_part)) is not None
            }
        return result

    def value(self, name: str, value: str) -> str | None:
        target = values.reference(value)
        if target is None:
            literal = values.literal(name, value)
            return literal if literal is not None and figure_rules.allows(self.rules, name, literal) else None
        part = self.by_id.get(target[1:]) if target.startswith("#") else None
        if not target.startswith("#"):
            self.notes.add("outside")
        is_paint = name in ("fill", "stroke")
        if part is None or part.name not in _PARTS.get(name, ()):
            return self.plain_colour(part) if is_paint and not self.is_themed else None
        if self.inside_part and not is_paint:
            return None
        if target[1:] not in self.parts:
            self.parts[target[1:]] = f"{self.prefix}{len(self.parts) + 1}"
            self.waiting.append(target[1:])
        return f"url(#{self.parts[target[1:]]})"

    def plain_colour(self, pattern: Node | None) -> str:
        """Return the first colour of a pattern, for shapes that were filled with it. Without any they would be black."""
        if pattern is None or pattern.name != "pattern":
            return "none"
        self.notes.add("effect")
        colours = (
            self.attributes(node, [self.root]).get("fill", "none") for node in pattern.walk() if node.name in _SHAPES
        )
        return next((colour for colour in colours if colour.startswith("#")), "#dddddd")

    def is_hidden(self, node: Node, ancestors: Sequence[Node]) -> bool:
        styled = [*self.sheet.find(node, ancestors), *declarations(node.attributes.get("style", ""))]
        style = {**node.attributes, **dict(styled)}
        return style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse")

    # --- gradients, clips and markers ----------------------------------------------------------------------------

    def build_parts(self) -> Iterator[Node]:
        self.inside_part = True
        while self.waiting:
            old = self.waiting.pop(0)
            node = self.by_id[old]
            if node.name in _GRADIENTS:
                yield self.build_gradient(node, self.parts[old])
            else:
                inside = [built for child in node.elements() for built in self.build(child, [self.root, node])]
                attributes = {"id": self.parts[old]} | self.attributes(node, [self.root])
                yield self.counted(Node(node.name, attributes, [*inside]))

    def build_gradient(self, node: Node, new_id: str) -> Node:
        attributes: dict[str, str] = {}
        stops: list[Node] = []
        seen: list[Node] = []
        current: Node | None = node
        while current is not None and current.name in _GRADIENTS and not any(current is node for node in seen):
            seen.append(current)
            # Of a gradient of the other kind counts what both kinds have, such as the units.
            attributes = self.attributes(Node(node.name, current.attributes), [self.root]) | attributes
            stops = stops or [
                self.counted(Node("stop", self.attributes(stop, [self.root, current])))
                for stop in current.elements("stop")
            ]
            current = self.by_id.get(current.attributes.get("href", "").removeprefix("#"))
        return self.counted(Node(node.name, {"id": new_id} | attributes, [*stops]))


def _parts_of(name: str, value: str) -> list[tuple[str, str]]:
    """Return the properties that a shorthand sets, as [(name, value)]. A property that is none is its only part."""
    if name == "marker":
        return [(side, value) for side in ("marker-start", "marker-mid", "marker-end")]
    if name == "font":
        words = value.partition("/")[0].split()
        sizes = [("font-size", word) for word in words if values.pixels(word) and not word.isdigit()]
        return [("font-weight", word) for word in words if word == "bold" or word.isdigit()] + sizes[:1]
    return [(name, value)]


def _grouped(attributes: dict[str, str], inside: list[Node], cleaner: _Cleaner) -> list[Node]:
    """Return a group, or only what is inside if the group says nothing: drawing programs nest dozens of them."""
    return [cleaner.counted(Node("g", attributes, [*inside]))] if attributes and inside else inside


def _theme_classes(node: Node) -> list[str]:
    return [name for name in node.attributes.get("class", "").split() if name in figure_rules.CLASSES]


def _short(text: str) -> str:
    """Return the beginning of a text, for a title."""
    if len(text) <= _TITLE_LENGTH:
        return text
    return f"{text[:_TITLE_LENGTH].rpartition(' ')[0] or text[:_TITLE_LENGTH]}…"
