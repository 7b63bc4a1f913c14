"""Every template, and every branch of a block tag in it, closes the elements that it opens, and no others.

A piece that opens what another file closes cannot be moved, cached or read on its own.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

TEMPLATES = sorted(
    path
    for folder in settings.BASE_DIR.glob("**/templates")
    if ".venv" not in folder.parts
    for path in folder.rglob("*.html")
)
BRANCHES = {"elif", "else", "empty", "plural"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Body:
    """The HTML between two tags of one block, without the blocks inside it."""

    name: str
    line: int
    html: str = ""


@dataclass
class Balance(HTMLParser):
    """Says of one body which elements it leaves open or closes without having opened them."""

    body: Body
    open: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.body.html)
        self.close()
        self.faults += [self._at(f"<{tag}> is not closed") for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(self._at(f"</{tag}> closes nothing"))

    def handle_data(self, data: str) -> None:
        # A tag whose name a variable or a block makes is text to the parser.
        if "<" in data:
            self.faults.append(self._at("a tag without a fixed name"))

    def _at(self, fault: str) -> str:
        return f"in {{% {self.body.name} %}} of line {self.body.line}: {fault}"


def bodies(source: str) -> list[Body]:
    """The whole file without its blocks, then each block's branches without theirs."""
    tokens = Lexer(source).tokenize()
    names = [token.contents.split()[0] if token.token_type == TokenType.BLOCK else "" for token in tokens]
    with_end = {name.removeprefix("end") for name in names if name.startswith("end")}
    found = [Body("file", 1)]
    blocks = [found[0]]
    line = 1
    for token, name in zip(tokens, names, strict=True):
        if name in with_end or name in BRANCHES:
            found.append(Body(name, line))
        if name in with_end:
            blocks.append(found[-1])
        elif name in BRANCHES:
            blocks[-1] = found[-1]
        elif name.startswith("end"):
            blocks.pop()
        elif token.token_type == TokenType.TEXT:
            blocks[-1].html += token.contents
        elif token.token_type == TokenType.VAR:
            blocks[-1].html += "x"
        line += token.contents.count("\n")
    return found


def faults(source: str) -> list[str]:
    return [fault for body in bodies(source) for fault in Balance(body).faults]


def test_all_templates_are_found() -> None:
    assert settings.BASE_DIR / "templates/base.html" in TEMPLATES


@pytest.mark.parametrize("path", [str(path.relative_to(settings.BASE_DIR)) for path in TEMPLATES])
def test_a_template_is_balanced(path: str) -> None:
    assert faults((settings.BASE_DIR / Path(path)).read_text()) == []


@pytest.mark.parametrize("name", ["desk-given", "mail-text"])
def test_elements_that_preserve_white_space_have_none_around_their_text(name: str) -> None:
    """These classes keep white space: a line break of the template would stand on the page."""
    starts = [
        start
        for path in TEMPLATES
        for start in re.findall(rf'class="[^"]*\b{name}\b[^>]*>(..)', path.read_text(), flags=re.DOTALL)
    ]
    assert set(starts) == {"{{"}


@pytest.mark.parametrize(
    "source",
    [
        "<p>",
        "</p>",
        "<p><b></p></b>",
        "<ul><li></ul>",
        "{% cache None head %}<div>{% endcache %}</div>",
        "{% if a %}<details>{% endif %}x{% if a %}</details>{% endif %}",
        "{% for a in b %}<li>{% empty %}</li>{% endfor %}",
        "<div>{% block content %}</div>{% endblock %}",
        "<{% if a %}a{% else %}button{% endif %}>x</{% if a %}a{% else %}button{% endif %}>",
    ],
)
def test_unbalanced_templates_are_found(source: str) -> None:
    assert faults(source)


@pytest.mark.parametrize(
    "source",
    [
        "<br><img src='{{ a }}'><path d='M0'/>",
        '<li{% if a %} class="{% if b %}b{% else %}c{% endif %}"{% endif %}>{{ a }}</li>',
        "{% if a < b %}<p>{% translate '<b>' %}</p>{% else %}<i></i>{% endif %}",
    ],
)
def test_balanced_templates_pass(source: str) -> None:
    assert faults(source) == []
