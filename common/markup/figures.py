"""Rebuild the SVG of a figure from an allow-list of elements and attributes.

Pages show the rebuilt SVG, never the original file. Everything that is not on the lists of `figure_rules` is reported as a
problem, not removed silently, so that the author learns of it at import.
"""

from dataclasses import dataclass, field
from html import escape

from defusedxml import DTDForbidden
from defusedxml.ElementTree import ParseError
from django.utils.translation import gettext as _

from common.markup import figure_rules, plain_xml
from common.markup.figure_rules import CLASSES, LOCAL, PAPER

# Limits in bytes, elements and levels. A typical hand-drawn figure has about a hundred elements.
MAX_BYTES = 200_000
MAX_ELEMENTS = 2_000
MAX_DEPTH = 20

_TEXT_ELEMENTS = frozenset({"title", "desc", "text", "tspan"})
# These refer to gradients, which contain nothing that is drawn.
_PAINTS = frozenset({"fill", "stroke"})
_NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(slots=True)
class Figure:
    """A rebuilt figure. `words` are all its texts. `problems` is [(line, sentence)]; `svg` is "" if there is a problem."""

    svg: str = ""
    title: str = ""
    description: str = ""
    words: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read(content: bytes, *, name: str) -> Figure:
    """Rebuild the SVG in `content`. `name` is the figure's name without language. Every id must begin with `<name>-`."""
    return _Reader(name).read(content)


class _Reader(plain_xml.Target):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.prefix = f"{name}-"
        self.figure = Figure()
        self.out: list[str] = []
        self.open: list[str] = []
        self.count = 0
        self.ids: set[str] = set()
        self.wanted: list[tuple[int, str]] = []
        self.first_children: list[str] = []
        self.rules = figure_rules.THEMED

    def read(self, content: bytes) -> Figure:
        figure = self.figure
        if len(content) > MAX_BYTES:
            figure.problems.append((1, _("This figure is larger than %(size)d bytes.") % {"size": MAX_BYTES}))
            return figure
        try:
            self.parser.feed(content)
            self.parser.close()
        except ParseError as error:
            figure.problems.append((error.position[0], _("This is not XML: %(error)s.") % {"error": str(error)}))
            return figure
        except DTDForbidden:
            message = _("A figure has no document type and no entities.")
            figure.problems.append((self.line(), message))
            return figure
        except _Refused as refusal:
            figure.problems.append((self.line(), str(refusal)))
            return figure
        for line, target in self.wanted:
            if target not in self.ids:
                figure.problems.append((line, _("There is no element with the id “%(id)s”.") % {"id": target}))
        if self.first_children[:2] != ["title", "desc"]:
            figure.problems.append((1, _("A figure begins with a title and a desc.")))
        elif not figure.title.strip() or not figure.description.strip():
            figure.problems.append((1, _("The title or the desc of this figure is empty.")))
        if not figure.problems:
            figure.svg = "".join(self.out)
        return figure

    def problem(self, message: str) -> None:
        self.figure.problems.append((self.line(), message))

    def pi(self, *_args: object) -> None:
        if self.open:
            self.problem(_("A figure has no processing instructions."))

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, _brace, element = qualified.removeprefix("{").rpartition("}")
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise _Refused(_("This figure holds too many elements."))
        if len(self.open) == 1:
            self.first_children.append(element)
        if not self.open and PAPER in attributes.get("class", "").split():
            self.rules = figure_rules.ON_PAPER
        if namespace != _NAMESPACE or element not in self.rules.attributes:
            self.problem(_("<%(element)s> is not an element of a figure.") % {"element": element})
            self.open.append("")
            return
        if not self.open and element != "svg":
            self.problem(_("A figure is an <svg>."))
        if self.open and element == "svg":
            self.problem(_("An <svg> inside an <svg> is not allowed."))
        if not self.open:
            self.check_root(attributes)
        allowed = "".join(self.attribute(element, name, value) for name, value in attributes.items())
        self.out.append(f"<{element}{allowed}>")
        self.open.append(element)

    def check_root(self, attributes: dict[str, str]) -> None:
        for needed in ("viewBox", "role", "aria-labelledby"):
            if needed not in attributes:
                self.problem(_("The <svg> has no %(attribute)s.") % {"attribute": needed})

    def attribute(self, element: str, name: str, value: str) -> str:
        if name not in self.rules.attributes[element]:
            self.problem(
                _("%(attribute)s is not an attribute of <%(element)s> in a figure.")
                % {"attribute": name.rpartition("}")[2], "element": element}
            )
            return ""
        if not self.is_value(element, name, value):
            self.problem(
                _("%(attribute)s has a value that a figure may not have: %(value)s")
                % {"attribute": name, "value": value[:60]}
            )
            return ""
        return f' {name}="{escape(value)}"'

    def is_value(self, element: str, name: str, value: str) -> bool:
        line = self.line()
        if name == "class":
            # Paper is the whole figure or none of it.
            return set(value.split()) <= (CLASSES if self.open or element != "svg" else CLASSES | {PAPER})
        if name in self.rules.references and (local := LOCAL.match(value)):
            self.wanted.append((line, local[1]))
            # A marker with markers, or a clip with clips, could be drawn a billion times.
            return name in _PAINTS or not {"marker", "clipPath"} & {element, *self.open}
        if not figure_rules.allows(self.rules, name, value):
            return False
        if name == "id":
            if not value.startswith(self.prefix):
                self.problem(_("Every id of this figure begins with “%(prefix)s”.") % {"prefix": self.prefix})
            if value in self.ids:
                self.problem(_("The id “%(id)s” is used twice.") % {"id": value})
            self.ids.add(value)
        elif name == "aria-labelledby":
            self.wanted.extend((line, target) for target in value.split())
        return True

    def end(self, _qualified: str) -> None:
        element = self.open.pop()
        if element:
            self.out.append(f"</{element}>")

    def data(self, text: str) -> None:
        element = self.open[-1] if self.open else ""
        if element not in _TEXT_ELEMENTS:
            if text.strip() and element:
                self.problem(_("<%(element)s> holds no text.") % {"element": element})
            return
        self.out.append(escape(text, quote=False))
        if text.strip():
            self.figure.words.append(text.strip())
        if element == "title":
            self.figure.title += text
        elif element == "desc":
            self.figure.description += text


class _Refused(Exception):
    """Raised to stop reading: the figure has too many elements, or they are nested too deeply."""
